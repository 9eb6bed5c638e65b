// Curves over the thickness, over sizes and over distances: a colour and a dash for each phase.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/pages/drawings.hpp"
#include "host/pages/slice_map.hpp"
#include "host/report/digits.hpp"
#include "host/report/escape.hpp"

namespace tauvox::pages {
namespace {

constexpr const char* settings =
    "set border 3 lw 0.8\nset tics out nomirror scale 0.6\nset grid lc rgb '#e4e4e4' lw 0.6 dt 1\n"
    "set key above left samplen 2.2 spacing 1.15 maxrows 6\n";

constexpr std::size_t most_points = 500;

const Curve* curve_named(const RunReport& report, const std::string& name, const std::string& phase) {
  for (const Curve& curve : report.curves)
    if (curve.name == name && curve.phase == phase && !curve.values.front().empty()) return &curve;
  return nullptr;
}

/// Lines of a diagram, each with its numbers.
class Lines {
 public:
  /// @param half_widths of y, for a style that shows them
  void add(const std::vector<double>& x, const std::vector<double>& y, const std::string& style,
           const std::string& title, const std::vector<double>& half_widths = {}) {
    const std::string name = fmt::format("$line{}", ++count_);
    data_ += name + " << end_of_numbers\n";
    const std::size_t every = (x.size() + most_points - 1) / most_points;  // a picture has room for no more
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i % every == 0 || i + 1 == x.size())
        data_ += fmt::format("{:.7g} {:.7g}{}\n", x[i], y[i],
                             half_widths.empty() ? "" : fmt::format(" {:.7g}", half_widths[i]));
    data_ += "end_of_numbers\n";
    plots_ += fmt::format("{}{} {} {}", plots_.empty() ? "plot " : ", \\\n     ", name, style,
                          title.empty() ? "notitle" : "title " + plotter_text(title, 80));
  }
  bool empty() const { return count_ == 0; }
  std::string script(const std::string& axes) const { return data_ + settings + axes + plots_ + "\n"; }

 private:
  std::string data_, plots_;
  int count_ = 0;
};

std::string line_style(const Look& look, std::size_t phase, bool dashed = false) {
  return fmt::format("with lines lw 1.8 dt {} lc rgb '{}'", dashed ? "(8,5)" : "1",
                     hex_of(look.colours[phase].line));
}
std::string point_style(const Look& look, std::size_t phase, bool filled) {
  return fmt::format("with points pt {} ps 0.9 lw 1.5 lc rgb '{}'", filled ? 7 : 6,
                     hex_of(look.colours[phase].line));
}
std::string name_of_phase(const Look& look, std::size_t phase) {
  return harmless(look.parts.phases[phase].name, longest_name);
}

/// The quantity of that study about the phase, where it has a value.
const Quantity* quantity_of(const RunReport& report, const char* study, const std::string& phase,
                            const char* name) {
  for (const Result& result : report.results)
    if (result.study == study && result.phase == phase)
      if (const Quantity* q = result.quantity(name); q && q->value) return q;
  return nullptr;
}

/// "d50 = 4.53 µm"; half of it where a radius is meant.
std::string in_micrometres(const char* name, const Quantity& q, double factor) {
  return fmt::format("{} = {} µm", name, in_unit(q, factor * 1e6).value);
}

double largest_of(const Curve* curve) { return curve ? curve->values[0].back() : 0; }

/// Both distributions of a phase, with a mark at half of its volume.
void add_sizes(const RunReport& report, const Look& look, std::size_t phase, bool with_radius, Lines& lines) {
  const std::string name = look.parts.phases[phase].name;
  struct Kind {
    const char *curve, *median, *words, *radius;
    bool dashed;
  };
  for (const Kind& kind : {Kind{"thickness_{}", "thickness_d50", "local thickness", "r50,max", false},
                           Kind{"intrusion_{}", "intrusion_d50", "mercury intrusion", "r50,min", true}}) {
    const Curve* curve = curve_named(report, kind.curve, name);
    if (!curve) continue;
    const Quantity* median = quantity_of(report, "sizes", name, kind.median);
    // Short: the plotter leaves out what is wider than the picture.
    std::string title = with_radius ? kind.words : kind.dashed ? "" : harmless(name, 16);
    if (median && !title.empty())
      title += ", " +
               (with_radius ? in_micrometres(kind.radius, *median, 0.5) : in_micrometres("d50", *median, 1));
    // In steps, for sizes are few and a share belongs to each: with slopes between them the median would lie
    // off its curve. Made of lines, along which dashes go on.
    std::vector<double> sizes, shares;
    double below =
        curve->values[2].front() - curve->values[1].front();  // none of the smallest is counted yet
    for (std::size_t i = 0; i < curve->values[0].size(); ++i) {
      for (const double share : {below, curve->values[2][i]}) {
        sizes.push_back(curve->values[0][i]);
        shares.push_back(share);
      }
      below = shares.back();
    }
    lines.add(sizes, shares, line_style(look, phase, kind.dashed), title);
    if (median) lines.add({*median->value * 1e6}, {0.5}, point_style(look, phase, !kind.dashed), "");
  }
}

std::string sizes_axes(double largest) {
  return fmt::format(
      "set xrange [0:{:.4g}]\nset yrange [0:1]\nset xlabel 'diameter (µm)'\n"
      "set ylabel 'share of volume up to it'\n"
      "set arrow from graph 0, first 0.5 to graph 1, first 0.5 nohead lc rgb '#999999' lw 0.7 dt (2,3)\n",
      std::max(1.02 * largest, 1e-6));  // the last step is seen
}

}  // namespace

std::optional<Drawing> slices_drawing(const Look& look) {
  SliceMap map;
  map.name = "slices";
  map.extent = look.volume.extent;
  for (const Axis axis : all_axes) {
    map.edges[static_cast<std::size_t>(axis)] = look.edges[static_cast<std::size_t>(axis)] * 1e6;
    map.slices.push_back(look.slice(axis));
  }
  map.unit = "µm";
  map.picture = [&](const Slice& slice, std::int64_t most) { return look.picture(slice, most); };
  for (std::size_t p = 0; p < look.parts.phases.size(); ++p)
    map.legend.push_back({look.colours[p].area, legend_of(look.volume, look.parts.phases[p])});
  map.along = look.thickness;
  map.forwards = look.separator_low;
  map.from = "separator";
  map.to = "collector";
  return drawing_of(map);
}

std::optional<Drawing> profile_drawing(const RunReport& report, const Look& look) {
  const Curve* profile = curve_named(report, "profile", "");
  if (!profile) return std::nullopt;
  Lines lines;
  for (std::size_t p = 0; p < look.parts.phases.size() && p + 1 < profile->values.size(); ++p)
    lines.add(profile->values[0], profile->values[p + 1], line_style(look, p), name_of_phase(look, p));
  const double length = look.length(look.thickness) * 1e6;
  return Drawing{"profile",
                 3.5,
                 2.6,
                 lines.script(fmt::format("set xrange [0:{:.6g}]\nset yrange [0:*]\n"
                                          "set xlabel 'distance from the separator (µm)'\n"
                                          "set ylabel 'volume fraction of a layer'\n",
                                          length)),
                 {}};
}

std::optional<Drawing> surface_profile_drawing(const RunReport& report, const Look& look) {
  const Curve* profile = curve_named(report, "surface_profile", "");
  if (!profile) return std::nullopt;
  Lines lines;
  std::size_t column = 0;
  std::vector<int> shown(look.parts.phases.size());  // lines of a phase's colour: the dashes tell them apart
  for (std::size_t q = 1; q < look.parts.phases.size(); ++q)
    for (std::size_t p = 0; p < q; ++p) {
      const std::string pair = look.parts.phases[p].name + "+" + look.parts.phases[q].name;
      if (column + 1 >= profile->columns.size() || profile->columns[column + 1] != pair + "_per_m") continue;
      std::vector<double> per_micrometre = profile->values[++column];
      for (double& value : per_micrometre) value *= 1e-6;
      lines.add(profile->values[0], per_micrometre, line_style(look, q, shown[q]++ > 0), harmless(pair, 24));
    }
  return Drawing{"surface_profile",
                 3.5,
                 2.6,
                 lines.script(fmt::format("set xrange [0:{:.6g}]\nset yrange [0:*]\n"
                                          "set xlabel 'distance from the separator (µm)'\n"
                                          "set ylabel 'surface in a layer (1/µm)'\n",
                                          look.length(look.thickness) * 1e6)),
                 {}};
}

std::optional<Drawing> sizes_drawing(const RunReport& report, const Look& look) {
  Lines lines;
  double largest = 0;
  for (std::size_t p = 0; p < look.parts.phases.size(); ++p) {
    largest = std::max(largest, largest_of(curve_named(report, "thickness_{}", look.parts.phases[p].name)));
    add_sizes(report, look, p, false, lines);
  }
  if (lines.empty()) return std::nullopt;
  return Drawing{"sizes", 3.5, 2.6, lines.script(sizes_axes(largest)), {}};
}

std::optional<Drawing> phase_sizes_drawing(const RunReport& report, const Look& look, std::size_t phase,
                                           const std::string& file_name) {
  Lines lines;
  add_sizes(report, look, phase, true, lines);
  if (lines.empty()) return std::nullopt;
  const double largest = largest_of(curve_named(report, "thickness_{}", look.parts.phases[phase].name));
  std::string words = name_of_phase(look, phase);
  if (const Quantity* median = quantity_of(report, "sizes", look.parts.phases[phase].name, "thickness_d50"))
    words += ", " + in_micrometres("d50", *median, 1);
  const std::string title = fmt::format("set title {} offset 0,-0.5\n", plotter_text(words, 80));
  return Drawing{file_name, 4.4, 2.8, lines.script(title + sizes_axes(largest)), {}};
}

std::optional<Drawing> rve_drawing(const RunReport& report, const Look& look, const std::string& carriers) {
  const Curve* parts = curve_named(report, fmt::format("rve_{}_{}", carriers, axis_name(look.thickness)), "");
  if (!parts || parts->values.size() < 6) return std::nullopt;
  std::vector<double> edges;
  for (const double voxels : parts->values[1])
    edges.push_back(std::cbrt(voxels * look.edges[0] * look.edges[1] * look.edges[2]) * 1e6);
  const double edge = std::cbrt(look.length(Axis::z) * look.length(Axis::y) * look.length(Axis::x)) * 1e6,
               whole = parts->values[2].front() / (1 + parts->values[5].front());  // the bias is from it
  Lines lines;
  lines.add({0, 1.08 * edge}, {whole, whole}, "with lines lw 1.2 dt 2 lc rgb '#555555'", "the whole volume");
  lines.add(edges, parts->values[2], "with yerrorbars pt 7 ps 0.8 lw 1.4 lc rgb '#0072b2'",
            "mean of the parts, interval of 95 %", parts->values[4]);
  return Drawing{"rve_" + carriers,
                 3.5,
                 2.6,
                 lines.script(fmt::format("set xrange [0:{:.6g}]\nset yrange [0:*]\n"
                                          "set xlabel 'edge of a part (µm)'\n"
                                          "set ylabel '{}'\n",
                                          edge * 1.08, carriers == "ionic" ? "D_eff/D₀" : "σ_eff/σ₀")),
                 {}};
}

std::optional<Drawing> correlation_drawing(const RunReport& report, const Look& look) {
  Lines lines;
  double farthest = 0;
  const std::string name = fmt::format("lines_{{}}_{}", axis_name(look.thickness));
  for (std::size_t p = 0; p < look.parts.phases.size(); ++p) {
    const Curve* curve = curve_named(report, name, look.parts.phases[p].name);
    if (!curve || curve->values[0].size() < 2) continue;
    farthest = std::max(farthest, largest_of(curve));
    lines.add(curve->values[0], curve->values[1], line_style(look, p), name_of_phase(look, p));
  }
  if (lines.empty()) return std::nullopt;
  return Drawing{"correlation",
                 3.5,
                 2.6,
                 lines.script(fmt::format("set xrange [0:{:.6g}]\nset yrange [0:*]\n"
                                          "set xlabel 'distance along {} (µm)'\n"
                                          "set ylabel 'two-point correlation'\n",
                                          farthest, axis_name(look.thickness))),
                 {}};
}

}  // namespace tauvox::pages
