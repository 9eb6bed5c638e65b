// The picture of a comparison, SVG: one column a case, speed above and share of the triad below, both by the
// edge of the cube; one line a machine, a bar from the slowest to the fastest repeat. Written here, so that
// no other program ever interprets what stands in a file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/bench/compare.hpp"
#include "host/report/escape.hpp"

namespace tauvox::bench {
namespace {

/// Colours that stay apart for every kind of eye (Okabe & Ito).
constexpr const char* colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                   "#E69F00", "#56B4E9", "#000000"};
constexpr double panel_width = 230, panel_gap = 20, left_margin = 70, right_margin = 15;
constexpr double speed_height = 210, share_height = 150, between = 44, line_height = 20;

double edge_of(const ComparedRow& row) {
  return std::cbrt(static_cast<double>(row.size[0]) * static_cast<double>(row.size[1]) *
                   static_cast<double>(row.size[2]));
}
double speed_of(const ComparedRow& row) { return row.voxels_per_second * 1e-6; }

class Svg {
 public:
  void line(double x1, double y1, double x2, double y2, const char* colour, double width = 1) {
    text_ += fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" "
        "stroke-width=\"{:g}\"/>\n",
        x1, y1, x2, y2, colour, width);
  }
  void text(double x, double y, const std::string& what, const char* anchor = "start",
            const char* more = "") {
    text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor,
                         more, xml_text(what));
  }
  void dot(double x, double y, const char* colour) {
    text_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"{}\"/>\n", x, y, colour);
  }
  std::string whole(double width, double height) const {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 "
        "{0:.0f} {1:.0f}\" "
        "font-family=\"DejaVu Sans, Arial, sans-serif\" font-size=\"12\" fill=\"#333333\">\n"
        "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#ffffff\"/>\n{2}</svg>\n",
        width, height, text_);
  }

 private:
  std::string text_;
};

/// One axis: values to pixels, linear or logarithmic.
struct Scale {
  double low, high, from, to;
  bool logarithmic;
  double operator()(double value) const {
    const auto at = [&](double v) { return logarithmic ? std::log(v) : v; };
    return from + (to - from) * (at(value) - at(low)) / (at(high) - at(low));
  }
};

std::vector<double> ticks_of(const Scale& scale) {
  std::vector<double> ticks;
  if (!scale.logarithmic) {
    const double power = std::pow(10, std::floor(std::log10(scale.high / 4)));
    const double rest = scale.high / 4 / power, step = power * (rest < 2 ? 2 : rest < 5 ? 5 : 10);
    for (int k = 0; k * step <= scale.high; ++k) ticks.push_back(k * step);
    return ticks;
  }
  const bool decades = scale.high > 1000 * scale.low;
  for (int power = static_cast<int>(std::floor(std::log10(scale.low))); std::pow(10, power) <= scale.high;
       ++power)
    for (const int digit : {1, 2, 5})
      if (const double tick = digit * std::pow(10, power);
          tick >= scale.low && tick <= scale.high && (digit == 1 || !decades))
        ticks.push_back(tick);
  return ticks;
}

struct Panel {
  std::string name;
  std::vector<const Comparison::Line*> lines;  // by size
};

std::vector<Panel> panels_of(const Comparison& comparison) {
  std::vector<Panel> panels;
  for (const Comparison::Line& line : comparison.lines) {  // sorted by case, then size
    if (panels.empty() || panels.back().name != line.rows[0]->name)
      panels.push_back({line.rows[0]->name, {}});
    panels.back().lines.push_back(&line);
  }
  return panels;
}

/// What all panels share.
struct Limits {
  double slowest = HUGE_VAL, fastest = 0, smallest = HUGE_VAL, largest = 0, share = 0;
  std::vector<double> edges;  // labelled; sizes closer than a quarter share a label

  explicit Limits(const Comparison& comparison) {
    for (const Comparison::Line& line : comparison.lines)
      for (const ComparedRow* row : line.rows) {
        slowest = std::min(slowest, speed_of(*row) * row->seconds / row->slowest.value_or(row->seconds));
        fastest = std::max(fastest, speed_of(*row) * row->seconds / row->fastest.value_or(row->seconds));
        edges.push_back(edge_of(*row));
        share = std::max(share, 100 * row->triad_fraction.value_or(0));
      }
    std::sort(edges.begin(), edges.end());
    smallest = edges.front();
    largest = edges.back();
    double last = 0;
    std::erase_if(edges, [&](double edge) { return edge < 1.25 * last || (last = edge, false); });
  }
};

void draw_frame(Svg& svg, const Scale& x, const Scale& y, const std::vector<double>& edges, bool first,
                const char* what) {
  for (const double tick : ticks_of(y)) {
    svg.line(x.from, y(tick), x.to, y(tick), "#dddddd");
    if (first) svg.text(x.from - 6, y(tick) + 4, fmt::format("{:g}", tick), "end");
  }
  svg.line(x.from, y.from, x.to, y.from, "#666666");
  svg.line(x.from, y.from, x.from, y.to, "#666666");
  for (const double edge : edges) {
    svg.line(x(edge), y.from, x(edge), y.from + 4, "#666666");
    svg.text(x(edge), y.from + 17, fmt::format("{:.0f}", edge), "middle");
  }
  if (first) svg.text(10, y.to - 8, what);
}

/// One machine's line through a panel; `bars` from the slowest to the fastest repeat.
template <class Value>
void draw_line(Svg& svg, const Panel& panel, std::size_t file, const Scale& x, const Scale& y, bool bars,
               const Value& value) {
  const char* colour = colours[file % std::size(colours)];
  std::optional<std::pair<double, double>> last;
  for (const Comparison::Line* line : panel.lines) {
    const ComparedRow& row = *line->rows[file];
    const std::optional<double> v = value(row);
    if (!v) {
      last.reset();
      continue;
    }
    const std::pair<double, double> here{x(edge_of(row)), y(*v)};
    if (last) svg.line(last->first, last->second, here.first, here.second, colour, 2);
    if (bars && row.fastest && row.slowest) {
      const double top = y(*v * row.seconds / *row.fastest), bottom = y(*v * row.seconds / *row.slowest);
      svg.line(here.first, top, here.first, bottom, colour, 1.5);
      for (const double end : {top, bottom}) svg.line(here.first - 4, end, here.first + 4, end, colour, 1.5);
    }
    svg.dot(here.first, here.second, colour);
    last = here;
  }
}

/// What a key has room for.
std::string label(const Comparison& c, std::size_t index, double width) {
  const BenchFile& file = c.files[index];
  std::string text = file.device;
  for (const std::string word : {"(R)", "(TM)", "NVIDIA ", " Processor"})
    for (std::size_t at; (at = text.find(word)) != std::string::npos;) text.erase(at, word.size());
  const std::string more =
      ", " + file.date +
      (file.busy() ? fmt::format(", busy: load {:.3g} on {}", *file.load, file.processors) : "");
  const auto room = static_cast<std::size_t>(width / 7.5);
  return harmless((c.files.size() > 1 ? Comparison::letter(index) + ": " : "") + text,
                  std::max<std::size_t>(20, room - std::min(room, more.size()))) +
         more;
}

}  // namespace

std::string to_svg(const Comparison& comparison) {
  const std::vector<Panel> panels = panels_of(comparison);
  const std::size_t machines = comparison.files.size();
  const Limits limits(comparison);
  const double width =
      left_margin + right_margin +
      (panel_width + panel_gap) * static_cast<double>(std::max<std::size_t>(2, panels.size()));
  const bool shares = limits.share > 0;
  const double key = 34 + line_height * static_cast<double>(machines), top = key + 30;
  const double bottom = top + speed_height + (shares ? between + share_height : 0);

  Svg svg;
  svg.text(left_margin, 22,
           "tauvox bench: volumes solved at the same answer, voxels per second (higher is better)", "start",
           " font-size=\"14\" font-weight=\"bold\"");
  for (std::size_t f = 0; f < machines; ++f) {
    const double y = 44 + line_height * static_cast<double>(f);
    svg.dot(left_margin + 4, y - 4, colours[f % std::size(colours)]);
    svg.text(left_margin + 14, y, label(comparison, f, width - left_margin - 30));
  }
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double begin = left_margin + (panel_width + panel_gap) * static_cast<double>(p);
    const Scale x{limits.smallest / 1.3, limits.largest * 1.3, begin, begin + panel_width, true};
    const Scale speed{limits.slowest / 1.4, limits.fastest * 1.4, top + speed_height, top, true};
    svg.text(begin + panel_width / 2, top - 8, harmless(panels[p].name, 32), "middle");
    draw_frame(svg, x, speed, limits.edges, p == 0, "Mvoxel/s");
    for (std::size_t f = 0; f < machines; ++f)
      draw_line(svg, panels[p], f, x, speed, true,
                [](const ComparedRow& row) { return std::optional(speed_of(row)); });
    if (!shares) continue;
    const Scale share{0, limits.share * 1.15, bottom, bottom - share_height, false};
    draw_frame(svg, x, share, limits.edges, p == 0, "% of triad");
    for (std::size_t f = 0; f < machines; ++f)
      draw_line(svg, panels[p], f, x, share, false, [](const ComparedRow& row) {
        return row.triad_fraction ? std::optional(100 * *row.triad_fraction) : std::nullopt;
      });
  }
  svg.text(left_margin, bottom + 40,
           "edge of the cube, voxels; medians, bars from the slowest to the fastest repeat");
  return svg.whole(width, bottom + 54);
}

}  // namespace tauvox::bench
