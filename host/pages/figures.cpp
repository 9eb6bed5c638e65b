#include "host/pages/figures.hpp"

#include <fmt/format.h>

#include "host/pages/drawings.hpp"

namespace tauvox::pages {
namespace {

std::string sizes_name(const std::string& word) { return "sizes_" + word; }

std::vector<Drawing> drawings_of(const RunReport& report, const Look& look,
                                 const std::map<std::string, std::string>& words) {
  std::vector<Drawing> drawings;
  const auto add = [&](std::optional<Drawing> drawing) {
    if (drawing) drawings.push_back(std::move(*drawing));
  };
  add(slices_drawing(look));
  add(profile_drawing(report, look));
  add(surface_profile_drawing(report, look));
  add(sizes_drawing(report, look));
  add(correlation_drawing(report, look));
  for (const char* carriers : {"ionic", "electronic"}) add(rve_drawing(report, look, carriers));
  for (std::size_t p = 0; p < look.parts.phases.size(); ++p)
    if (const auto word = words.find(look.parts.phases[p].name); word != words.end())
      add(phase_sizes_drawing(report, look, p, sizes_name(word->second)));
  return drawings;
}

}  // namespace

const Figure* FigureSet::named(const std::string& name) const {
  for (const Figure& figure : figures)
    if (figure.name == name) return &figure;
  return nullptr;
}

FigureSet figures_of(const RunReport& report, const Look& look,
                     const std::map<std::string, std::string>& words) {
  FigureSet set;
  if (!have_plotter()) {
    set.notices.emplace_back("figures are left out: no program gnuplot is on the PATH (Debian: gnuplot-nox)");
    return set;
  }
  for (const Drawing& drawing : drawings_of(report, look, words)) {
    std::string problem;
    if (std::optional<Figure> figure = draw(drawing, problem))
      set.figures.push_back(std::move(*figure));
    else
      set.notices.push_back(fmt::format("the figure {} is left out: {}", drawing.name, problem));
  }
  return set;
}

std::vector<std::string> figure_names(const std::map<std::string, std::string>& words) {
  std::vector<std::string> names{"slices",      "profile",   "surface_profile", "sizes",
                                 "correlation", "rve_ionic", "rve_electronic"};
  for (const auto& [phase, word] : words) names.push_back(sizes_name(word));
  return names;
}

}  // namespace tauvox::pages
