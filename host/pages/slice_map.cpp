#include "host/pages/slice_map.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tauvox::pages {
namespace {

// Inches.
constexpr double widest = 7.1, tallest = 3.2, widest_panel = 3.2;
constexpr double left = 0.55, gutter = 0.62, line = 0.17;  // of labels at an axis; a line of text
constexpr double for_arrow = 0.35, for_bar = 0.85, legend_column = 1.6;
constexpr std::int64_t most_pixels = 1200;
constexpr int bar_pixels = 128;

struct Panel {
  Slice slice;
  double x = 0, y = 0, width = 0, height = 0;  // from the lower left corner of the figure
};

class MapScript {
 public:
  explicit MapScript(const SliceMap& map) : map_(map) {
    for (const Slice& slice : map.slices)
      if (map.extent.along(slice.down()) > 1 && map.extent.along(slice.right()) > 1)
        panels_.push_back({slice});
  }
  bool empty() const { return panels_.empty(); }

  Drawing drawing() {
    lay_out();
    drawing_.name = map_.name;
    drawing_.width = width_;
    drawing_.height = height_;
    add("set multiplot\nunset key\nset border lw 0.6\nset tics out nomirror scale 0.5");
    add_legend();
    for (const Panel& panel : panels_) add_panel(panel, &panel == panels_.data());
    if (!map_.field.empty()) add_colour_bar(panels_.back());
    add("unset multiplot");
    return drawing_;
  }

 private:
  bool vertical(const Panel& p) const { return p.slice.down() == map_.along; }
  bool horizontal(const Panel& p) const { return p.slice.right() == map_.along; }
  /// The last panel that shows the axis from top to bottom, else the last from left to right.
  const Panel* with_arrow() const {
    const Panel* found = nullptr;
    if (map_.from.empty()) return found;
    for (const Panel& p : panels_)
      if (vertical(p) || (horizontal(p) && (!found || !vertical(*found)))) found = &p;
    return found;
  }

  void lay_out() {
    const Panel* arrow = with_arrow();
    const bool beside = arrow && vertical(*arrow), above = arrow && !beside;
    double widths = 0, highest = 0;
    for (const Panel& p : panels_) {
      widths += map_.length(p.slice.right());
      highest = std::max(highest, map_.length(p.slice.down()));
    }
    const auto count = static_cast<double>(panels_.size());
    const double right = 0.2 + (beside ? for_arrow : 0) + (map_.field.empty() ? 0 : for_bar);
    const double room = std::min(widest - left - right - gutter * (count - 1), widest_panel * count);
    const double scale = std::min(room / widths, tallest / highest);
    width_ = std::max(left + widths * scale + gutter * (count - 1) + right, 2.6);
    columns_ = std::max<std::size_t>(1, static_cast<std::size_t>((width_ - left) / legend_column));
    rows_ = (map_.legend.size() + columns_ - 1) / columns_;
    const double bottom = 0.48 + line * 1.2 * static_cast<double>(rows_);
    height_ = bottom + highest * scale + 1.8 * line + (above ? 2.2 * line : 0);
    double x = left;
    for (Panel& p : panels_) {
      p.width = std::max(map_.length(p.slice.right()) * scale, 0.02);
      p.height = std::max(map_.length(p.slice.down()) * scale, 0.02);
      p.x = x;
      p.y = bottom + highest * scale - p.height;
      x += p.width + gutter + (&p == arrow && beside ? for_arrow : 0);
    }
  }

  std::string at(double x, double y) const {
    return fmt::format("screen {:.5f}, screen {:.5f}", x / width_, y / height_);
  }
  void add(const std::string& commands) { drawing_.script += commands + "\n"; }

  void add_legend() {
    for (std::size_t i = 0; i < map_.legend.size(); ++i) {
      const std::size_t row = i / columns_;
      const double x = left + legend_column * static_cast<double>(i % columns_),
                   y = 0.08 + line * 1.2 * static_cast<double>(rows_ - 1 - row);
      add(fmt::format("set object rect from {} to {} fc rgb '{}' fs solid border lc rgb '#555555' lw 0.6",
                      at(x, y), at(x + 0.16, y + 0.11), hex_of(map_.legend[i].colour)));
      add(fmt::format("set label {} at {}", plotter_text(map_.legend[i].words), at(x + 0.23, y + 0.06)));
    }
  }

  void add_scale_bar(const Panel& p) {
    const double width = map_.length(p.slice.right());
    const ScaleBar bar = scale_bar_of(width, map_.unit);
    const double length = bar.length / width * p.width,
                 plate = std::max(length, 0.065 * static_cast<double>(bar.label.size())) + 0.12;
    const double x = p.x + 0.05, y = p.y + 0.05, middle = x + plate / 2;
    if (plate + 0.1 > p.width || p.height < 0.4) return;
    add(fmt::format("set object rect from {} to {} front fc rgb 'white' fs solid noborder", at(x, y),
                    at(x + plate, y + 0.25)));
    add(fmt::format("set object rect from {} to {} front fc rgb 'black' fs solid noborder",
                    at(middle - length / 2, y + 0.04), at(middle + length / 2, y + 0.08)));
    add(fmt::format("set label {} at {} center front", plotter_text(bar.label), at(middle, y + 0.165)));
  }

  void add_arrow(const Panel& p) {
    const bool down = vertical(p), forwards = map_.forwards;
    const double x = p.x + p.width + 0.12, y = p.y + p.height + 2.6 * line;
    std::string from = down ? at(x, p.y + p.height) : at(p.x, y),
                to = down ? at(x, p.y) : at(p.x + p.width, y);
    if (!forwards) std::swap(from, to);
    add(fmt::format("set arrow from {} to {} filled size screen {:.4f},20 lw 1.2", from, to, 0.085 / width_));
    // Read in the direction of the arrow where it is vertical.
    const std::string words = down || forwards ? map_.from + " → " + map_.to : map_.to + " ← " + map_.from;
    add(fmt::format("set label {} at {} center{}", plotter_text(words),
                    down ? at(x + 0.14, p.y + p.height / 2) : at(p.x + p.width / 2, y + 0.1),
                    !down      ? ""
                    : forwards ? " rotate by -90"
                               : " rotate by 90"));
  }

  void add_margins(double x, double y, double width, double height) {
    add(
        fmt::format("set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\nset bmargin at screen "
                    "{:.5f}\nset tmargin at screen {:.5f}",
                    x / width_, (x + width) / width_, y / height_, (y + height) / height_));
  }

  void add_picture(const std::string& file, const Picture& picture, double width, double height) {
    drawing_.files.emplace_back(file, std::string(picture.rgb.begin(), picture.rgb.end()));
    const double dx = width / picture.width, dy = height / picture.height;
    add(
        fmt::format("plot '{}' binary array=({},{}) format='%uchar' dx={:.9g} dy={:.9g} "
                    "origin=({:.9g},{:.9g}) with rgbimage",
                    file, picture.width, picture.height, dx, dy, dx / 2, dy / 2));
  }

  void add_panel(const Panel& p, bool first) {
    if (first) add_scale_bar(p);
    if (&p == with_arrow()) add_arrow(p);
    const std::string place = fmt::format(
        "{} = {:.4g} {}", axis_name(p.slice.normal),
        (static_cast<double>(p.slice.at) + 0.5) * map_.edges[static_cast<std::size_t>(p.slice.normal)],
        map_.unit);
    add(fmt::format("set label {} at {}", plotter_text(place), at(p.x, p.y + p.height + 0.1)));
    const double width = map_.length(p.slice.right()), height = map_.length(p.slice.down());
    add_margins(p.x, p.y, p.width, p.height);
    add(fmt::format("set xrange [0:{:.9g}]\nset yrange [{:.9g}:0]\nset xtics {:g}\nset ytics {:g}", width,
                    height, round_step(width, 2.2 * p.width), round_step(height, 2.2 * p.height)));
    add(fmt::format("set xlabel '{0} ({2})' offset 0,0.5\nset ylabel '{1} ({2})' offset 1.2,0",
                    axis_name(p.slice.right()), axis_name(p.slice.down()), map_.unit));
    add_picture(fmt::format("slice_{}.rgb", axis_name(p.slice.normal)), map_.picture(p.slice, most_pixels),
                width, height);
    add("unset object\nunset label\nunset arrow");
  }

  void add_colour_bar(const Panel& last) {
    Picture bar{2, bar_pixels, {}};  // a plotter wants two columns of an image

    for (int row = 0; row < bar_pixels; ++row) {
      const Colour c = map_.colour((row + 0.5) / bar_pixels);
      for (int column = 0; column < bar.width; ++column) bar.rgb.insert(bar.rgb.end(), c.begin(), c.end());
    }
    add_margins(last.x + last.width + 0.15 + (vertical(last) ? for_arrow : 0), last.y, 0.13, last.height);
    add("set xrange [0:1]\nset yrange [0:1]\nunset xlabel\nunset ylabel\nunset xtics\nunset ytics\n"
        "set y2tics out\n");
    add(fmt::format("set y2range [0:{:.9g}]\nset y2tics {:g}", map_.top, round_step(map_.top, 5)));
    add(fmt::format("set y2label {} offset -0.6,0", plotter_text(map_.field)));
    add_picture("bar.rgb", bar, 1, 1);
  }

  const SliceMap& map_;
  std::vector<Panel> panels_;
  std::size_t columns_ = 4, rows_ = 1;  // of the legend
  double width_ = widest, height_ = 0;
  Drawing drawing_;
};

}  // namespace

double round_step(double length, double parts) {
  const double wanted = length / std::max(parts, 1.0), power = std::pow(10, std::floor(std::log10(wanted)));
  for (const double digit : {1.0, 2.0, 5.0})
    if (digit * power >= wanted * 0.999) return digit * power;
  return 10 * power;
}

std::optional<Drawing> drawing_of(const SliceMap& map) {
  MapScript script(map);
  if (script.empty()) return std::nullopt;
  return script.drawing();
}

}  // namespace tauvox::pages
