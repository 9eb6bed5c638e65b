#include "host/pages/colours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace tauvox::pages {
namespace {

constexpr PhaseColours pale{{236, 240, 244}, {84, 98, 112}, true};
constexpr std::array<PhaseColours, 7> others{{{{0, 114, 178}, {0, 114, 178}},     // blue
                                              {{230, 159, 0}, {184, 120, 0}},     // orange
                                              {{0, 158, 115}, {0, 130, 95}},      // bluish green
                                              {{213, 94, 0}, {190, 80, 0}},       // vermilion
                                              {{204, 121, 167}, {180, 95, 145}},  // reddish purple
                                              {{86, 180, 233}, {45, 140, 200}},   // sky blue
                                              {{40, 40, 44}, {40, 40, 44}}}};     // black

constexpr std::array<Colour, 9> viridis{{{68, 1, 84},
                                         {71, 45, 123},
                                         {59, 82, 139},
                                         {44, 114, 142},
                                         {33, 144, 140},
                                         {39, 173, 129},
                                         {93, 200, 99},
                                         {170, 220, 50},
                                         {253, 231, 37}}};

Colour mix(Colour a, Colour b, double share_of_b) {
  Colour mixed{};
  for (std::size_t i = 0; i < 3; ++i)
    mixed[i] =
        static_cast<unsigned char>(std::lround(a[i] + share_of_b * (static_cast<double>(b[i]) - a[i])));
  return mixed;
}

bool says_pore(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* word : {"pore", "void", "electrolyte"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

bool all_carry_ions(const PhaseSet& phase, const Volume& volume, const std::vector<std::int64_t>& ionic) {
  for (std::size_t code = 0; code < volume.labels.size(); ++code)
    if (phase.codes[code] && std::find(ionic.begin(), ionic.end(), volume.labels[code].value) == ionic.end())
      return false;
  return true;
}

/// From the eighth on the wheel turns again, darker and paler in turns; after five turns colours repeat.
PhaseColours of_the_wheel(std::size_t at) {
  const std::size_t turn = at / others.size() % 5;
  const PhaseColours base = others[at % others.size()];
  if (turn == 0) return base;
  const double share = turn <= 2 ? 0.4 : 0.65;
  const Colour towards = turn % 2 == 1 ? Colour{0, 0, 0} : Colour{255, 255, 255};
  return {mix(base.area, towards, share), mix(base.line, towards, share)};
}

}  // namespace

std::string hex_of(Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2]);
}

std::vector<PhaseColours> colours_of(const std::vector<PhaseSet>& phases, const Volume& volume,
                                     const std::vector<std::int64_t>& ionic_labels) {
  std::vector<PhaseColours> colours;
  std::size_t next = 0;
  bool pale_is_taken = false;
  for (const PhaseSet& phase : phases) {
    const bool is_pore =
        !pale_is_taken &&
        (ionic_labels.empty() ? says_pore(phase.name) : all_carry_ions(phase, volume, ionic_labels));
    colours.push_back(is_pore ? pale : of_the_wheel(next++));
    pale_is_taken = pale_is_taken || is_pore;
  }
  return colours;
}

Colour grey_colour(double value) {
  const auto level = static_cast<unsigned char>(std::lround(40 + 200 * std::clamp(value, 0.0, 1.0)));
  return {level, level, level};
}

Colour field_colour(double value) {
  const double position = 8 * std::clamp(value, 0.0, 1.0);
  const std::size_t below = std::min<std::size_t>(static_cast<std::size_t>(position), 7);
  return mix(viridis[below], viridis[below + 1], position - static_cast<double>(below));
}

Colour insulator_colour(std::size_t which, std::size_t of) {
  const double share = of < 2 ? 0.35 : static_cast<double>(which) / static_cast<double>(of - 1);
  return mix({208, 208, 208}, {120, 120, 120}, share);
}

}  // namespace tauvox::pages
