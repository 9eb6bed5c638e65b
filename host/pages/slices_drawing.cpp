// Three orthogonal slices, laid out in inches: panels side by side at one scale, the legend below them.
#include <fmt/format.h>

#include <cmath>

#include "host/pages/drawings.hpp"
#include "host/report/escape.hpp"

namespace tauvox::pages {
namespace {

constexpr double figure_width = 7.1, tallest = 3.2;        // inches
constexpr double left = 0.55, gutter = 0.62, line = 0.17;  // of labels at an axis; a line of text
constexpr std::int64_t most_pixels = 1200;

struct Panel {
  Slice slice;
  double x = 0, y = 0, width = 0, height = 0;  // inches from the lower left corner of the figure
};

class SlicesScript {
 public:
  explicit SlicesScript(const Look& look) : look_(look) {
    for (const Axis normal : all_axes) {
      const Slice slice = look.slice(normal);
      if (look.volume.extent.along(slice.down()) > 1 && look.volume.extent.along(slice.right()) > 1)
        panels_.push_back({slice});
    }
  }
  bool empty() const { return panels_.empty(); }

  Drawing drawing() {
    lay_out();
    drawing_.name = "slices";
    drawing_.width = figure_width;
    drawing_.height = height_;
    drawing_.script = "set multiplot\nunset key\nset border lw 0.6\nset tics out nomirror scale 0.5\n";
    add_legend();
    for (const Panel& panel : panels_) add_panel(panel, &panel == panels_.data());
    drawing_.script += "unset multiplot\n";
    return drawing_;
  }

 private:
  bool vertical(const Panel& p) const { return p.slice.down() == look_.thickness; }
  bool horizontal(const Panel& p) const { return p.slice.right() == look_.thickness; }
  /// The last panel that shows the thickness from top to bottom, else the last from left to right.
  const Panel* with_arrow() const {
    const Panel* found = nullptr;
    for (const Panel& p : panels_)
      if (vertical(p) || (horizontal(p) && (!found || !vertical(*found)))) found = &p;
    return found;
  }

  void lay_out() {
    const Panel* arrow = with_arrow();
    const bool beside = arrow && vertical(*arrow), above = arrow && !beside;
    double widths = 0, highest = 0;
    for (const Panel& p : panels_) {
      widths += look_.length(p.slice.right());
      highest = std::max(highest, look_.length(p.slice.down()));
    }
    const double room =
        figure_width - left - 0.15 - (beside ? 0.35 : 0) - gutter * static_cast<double>(panels_.size() - 1);
    const double scale = std::min(room / widths, tallest / highest);
    rows_ = (look_.parts.phases.size() + 3) / 4;
    const double bottom = 0.48 + line * 1.2 * static_cast<double>(rows_);
    height_ = bottom + highest * scale + 1.8 * line + (above ? 1.5 * line : 0);
    double x = left;
    for (Panel& p : panels_) {
      p.width = std::max(look_.length(p.slice.right()) * scale, 0.02);
      p.height = std::max(look_.length(p.slice.down()) * scale, 0.02);
      p.x = x;
      p.y = bottom + highest * scale - p.height;
      x += p.width + gutter + (&p == arrow && beside ? 0.35 : 0);
    }
  }

  std::string at(double x, double y) const {
    return fmt::format("screen {:.5f}, screen {:.5f}", x / figure_width, y / height_);
  }
  void add(const std::string& commands) { drawing_.script += commands + "\n"; }

  void add_legend() {
    const double column = (figure_width - left) / 4;
    for (std::size_t p = 0; p < look_.parts.phases.size(); ++p) {
      const double x = left + column * static_cast<double>(p % 4),
                   y = 0.08 + line * 1.2 * static_cast<double>(rows_ - 1 - p / 4);
      add(fmt::format("set object rect from {} to {} fc rgb '{}' fs solid border lc rgb '#555555' lw 0.6",
                      at(x, y), at(x + 0.16, y + 0.11), hex_of(look_.colours[p].area)));
      add(fmt::format("set label {} at {}", plotter_text(look_.legend_of(p)), at(x + 0.23, y + 0.06)));
    }
  }

  void add_scale_bar(const Panel& p) {
    const double metres = look_.length(p.slice.right());
    const ScaleBar bar = scale_bar_of(metres);
    const double length = bar.length / metres * p.width,
                 plate = std::max(length, 0.07 * static_cast<double>(bar.label.size())) + 0.12;
    const double x = p.x + 0.05, y = p.y + 0.05, middle = x + plate / 2;
    if (plate + 0.1 > p.width || p.height < 0.4) return;
    add(fmt::format("set object rect from {} to {} front fc rgb 'white' fs solid noborder", at(x, y),
                    at(x + plate, y + 0.25)));
    add(fmt::format("set object rect from {} to {} front fc rgb 'black' fs solid noborder",
                    at(middle - length / 2, y + 0.04), at(middle + length / 2, y + 0.08)));
    add(fmt::format("set label {} at {} center front", plotter_text(bar.label), at(middle, y + 0.165)));
  }

  void add_arrow(const Panel& p) {
    const bool down = vertical(p), forwards = look_.separator_low;
    const double x = p.x + p.width + 0.12, y = p.y + p.height + 2.6 * line;
    std::string from = down ? at(x, p.y + p.height) : at(p.x, y),
                to = down ? at(x, p.y) : at(p.x + p.width, y);
    if (!forwards) std::swap(from, to);
    add(fmt::format("set arrow from {} to {} filled size screen 0.012,20 lw 1.2", from, to));
    const char* words = down || forwards ? "separator → collector" : "collector ← separator";
    add(fmt::format("set label '{}' at {} center{}", words,
                    down ? at(x + 0.14, p.y + p.height / 2) : at(p.x + p.width / 2, y + 0.1),
                    !down      ? ""
                    : forwards ? " rotate by -90"
                               : " rotate by 90"));
  }

  void add_panel(const Panel& p, bool first) {
    if (first) add_scale_bar(p);
    if (&p == with_arrow()) add_arrow(p);
    add(fmt::format("set label {} at {}", plotter_text(look_.place_of(p.slice)),
                    at(p.x, p.y + p.height + 0.09)));
    const double width = look_.length(p.slice.right()) * 1e6, height = look_.length(p.slice.down()) * 1e6;
    const Picture picture = look_.picture(p.slice, most_pixels);
    const std::string file = fmt::format("slice_{}.rgb", axis_name(p.slice.normal));
    drawing_.files.emplace_back(file, std::string(picture.rgb.begin(), picture.rgb.end()));
    add(fmt::format(
        "set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\nset bmargin at screen "
        "{:.5f}\nset tmargin at screen {:.5f}",
        p.x / figure_width, (p.x + p.width) / figure_width, p.y / height_, (p.y + p.height) / height_));
    add(fmt::format("set xrange [0:{:.9g}]\nset yrange [{:.9g}:0]\nset xtics {:g}\nset ytics {:g}", width,
                    height, round_step(width, 2.2 * p.width), round_step(height, 2.2 * p.height)));
    add(fmt::format("set xlabel '{} (µm)' offset 0,0.5\nset ylabel '{} (µm)' offset 1.2,0",
                    axis_name(p.slice.right()), axis_name(p.slice.down())));
    const double dx = width / picture.width, dy = height / picture.height;
    add(
        fmt::format("plot '{}' binary array=({},{}) format='%uchar' dx={:.9g} dy={:.9g} "
                    "origin=({:.9g},{:.9g}) with rgbimage",
                    file, picture.width, picture.height, dx, dy, dx / 2, dy / 2));
    add("unset object\nunset label\nunset arrow");
  }

  const Look& look_;
  std::vector<Panel> panels_;
  std::size_t rows_ = 1;  // of the legend
  double height_ = 0;
  Drawing drawing_;
};

}  // namespace

double round_step(double length, double parts) {
  const double wanted = length / std::max(parts, 1.0), power = std::pow(10, std::floor(std::log10(wanted)));
  for (const double digit : {1.0, 2.0, 5.0})
    if (digit * power >= wanted * 0.999) return digit * power;
  return 10 * power;
}

std::optional<Drawing> slices_drawing(const Look& look) {
  SlicesScript script(look);
  if (script.empty()) return std::nullopt;
  return script.drawing();
}

}  // namespace tauvox::pages
