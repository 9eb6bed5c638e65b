// The picture of a comparison as a script of gnuplot: one column a case, speed above and share of the triad
// below, both by the edge of the cube; one line a machine.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/bench/compare.hpp"

namespace tauvox::bench {
namespace {

/// Colours that stay apart for every kind of eye (Okabe & Ito).
constexpr const char* colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                   "#E69F00", "#56B4E9", "#000000"};

double edge_of(const ComparedRow& row) {
  return std::cbrt(static_cast<double>(row.size[0]) * static_cast<double>(row.size[1]) *
                   static_cast<double>(row.size[2]));
}

std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) text.insert(at, 1, '\'');
  return "'" + text + "'";
}

/// What a key has room for.
std::string label(const BenchFile& file, std::size_t index, std::size_t room) {
  std::string text = Comparison::letter(index) + ": " + file.device;
  for (const std::string word : {"(R)", "(TM)", "NVIDIA ", " Processor"})
    for (std::size_t at; (at = text.find(word)) != std::string::npos;) text.erase(at, word.size());
  return text.size() <= room ? text : text.substr(0, room - 3) + "...";
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

/// One block of data a panel and machine: edge, Mvoxel/s, % of triad.
std::string data_of(const std::vector<Panel>& panels, std::size_t machines) {
  std::string text;
  for (std::size_t p = 0; p < panels.size(); ++p)
    for (std::size_t f = 0; f < machines; ++f) {
      text += fmt::format("$panel{}_{} << END\n", p, f);
      for (const Comparison::Line* line : panels[p].lines) {
        const ComparedRow& row = *line->rows[f];
        text += fmt::format("{:.6g} {:.6g} {}\n", edge_of(row), row.voxels_per_second * 1e-6,
                            row.triad_fraction ? fmt::format("{:.4g}", 100 * *row.triad_fraction) : "NaN");
      }
      text += "END\n";
    }
  return text;
}

std::string plot_of(std::size_t panel, std::size_t machines, int column) {
  std::string text = "plot ";
  for (std::size_t f = 0; f < machines; ++f)
    text += fmt::format("{}$panel{}_{} using 1:{} with linespoints ls {} notitle", f ? ", " : "", panel, f,
                        column, f + 1);
  return text + "\n";
}

}  // namespace

std::string plot_script(const Comparison& comparison, const std::string& output) {
  const std::vector<Panel> panels = panels_of(comparison);
  const std::size_t machines = comparison.files.size();
  double slowest = HUGE_VAL, fastest = 0, smallest = HUGE_VAL, largest = 0, share = 0;
  std::vector<double> edges;
  for (const Comparison::Line& line : comparison.lines)
    for (const ComparedRow* row : line.rows) {
      slowest = std::min(slowest, row->voxels_per_second * 1e-6);
      fastest = std::max(fastest, row->voxels_per_second * 1e-6);
      smallest = std::min(smallest, edge_of(*row));
      largest = std::max(largest, edge_of(*row));
      share = std::max(share, 100 * row->triad_fraction.value_or(0));
      edges.push_back(std::round(edge_of(*row)));
    }
  std::sort(edges.begin(), edges.end());
  std::string tics;
  double last = 0;
  for (const double edge : edges) {  // sizes closer than a quarter share a label
    if (edge < 1.25 * last) continue;
    tics += fmt::format("{}{:.0f}", tics.empty() ? "" : ", ", last = edge);
  }
  const bool shares = share > 0;
  const double width = 100 + 230 * static_cast<double>(std::max<std::size_t>(2, panels.size()));
  const double key = 20 * static_cast<double>(machines) + 12, height = key + (shares ? 545 : 325);
  const double left = 70 / width, right = 1 - 15 / width,
               step = (right - left) / static_cast<double>(panels.size());
  const double top = 1 - (key + 30) / height, gap = 34 / height, bottom = 62 / height;
  const double middle = shares ? bottom + (top - bottom - gap) * 0.46 : bottom - gap;

  std::string text = "# Made by tauvox bench --compare.\n" + data_of(panels, machines);
  text += fmt::format(
      "set terminal svg size {:.0f},{:.0f} font 'DejaVu Sans,12' noenhanced background '#ffffff'\n"
      "set output {}\nset multiplot\nset border 3 lc '#666666'\nset tics nomirror out textcolor '#333333'\n"
      "set grid y lc '#dddddd'\nset logscale x 2\nset xrange [{:.6g}:{:.6g}]\nset xtics ({})\n",
      width, height, quoted(output), smallest / 1.3, largest * 1.3, tics);
  for (std::size_t f = 0; f < machines; ++f) {
    text += fmt::format("set style line {} lc rgb '{}' lw 2 pt {} ps 0.7\n", f + 1,
                        colours[f % std::size(colours)], std::array{7, 5, 9, 13, 11}[f % 5]);
    text += fmt::format("set label {} {} at screen {:.4f}, screen {:.4f} left textcolor rgb '{}'\n", f + 1,
                        quoted(label(comparison.files[f], f, static_cast<std::size_t>(width / 8))), left,
                        1 - (16 + 20 * static_cast<double>(f)) / height, colours[f % std::size(colours)]);
  }
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double begin = left + static_cast<double>(p) * step, end = begin + step - 18 / width;
    const auto frame = [&](double low, double high) {
      return fmt::format(
          "set lmargin at screen {:.4f}\nset rmargin at screen {:.4f}\nset bmargin at screen {:.4f}\n"
          "set tmargin at screen {:.4f}\n",
          begin, end, low, high);
    };
    text += frame(middle + gap, top) + fmt::format("set title {}\nset ylabel '{}'\nset xlabel '{}'\n",
                                                   quoted(panels[p].name), p ? "" : "Mvoxel/s",
                                                   shares ? "" : "edge, voxels");
    text += fmt::format("set logscale y 10\nset yrange [{:.6g}:{:.6g}]\nset ytics format '{}'\n",
                        slowest / 1.4, fastest * 1.4, p ? "" : "%g");
    if (fastest < 1000 * slowest)
      text += "set ytics (0.1,0.2,0.5,1,2,5,10,20,50,100,200,500,1000,2000,5000,10000)\n";
    text += plot_of(p, machines, 2);
    for (std::size_t f = 0; f < machines && p == 0; ++f) text += fmt::format("unset label {}\n", f + 1);
    if (!shares) continue;
    text += frame(bottom, middle) +
            fmt::format(
                "unset title\nset ylabel '{}'\nset xlabel 'edge, voxels'\nunset logscale y\n"
                "set yrange [0:{:.6g}]\nset ytics auto format '{}'\n",
                p ? "" : "% of triad", share * 1.15, p ? "" : "%g");
    text += plot_of(p, machines, 3);
  }
  return text + "unset multiplot\nunset output\n";
}

}  // namespace tauvox::bench
