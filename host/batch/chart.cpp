#include "host/batch/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/report/digits.hpp"
#include "host/report/escape.hpp"

namespace tauvox {
namespace {

constexpr double width = 640, height = 220, left = 80, right = 90, top = 16, bottom = 30;
constexpr const char *ink = "#333333", *blue = "#0072B2", *orange = "#D55E00";

struct Limits {
  double low, high;
};

class Picture {
 public:
  Picture(Limits limits, std::size_t count) : limits_(limits), count_(count) {}

  double x(std::size_t i) const {
    return left + (width - left - right) * (static_cast<double>(i) + 0.5) / static_cast<double>(count_);
  }
  double y(double value) const {
    return top + (height - top - bottom) * (limits_.high - value) / (limits_.high - limits_.low);
  }
  void level(double value, const std::string& name, const std::string& number, const char* dash) {
    text_ += fmt::format(
        "<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-dasharray=\"{}\"/>\n"
        "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text><text x=\"{}\" y=\"{:.1f}\">{}</text>\n",
        left, width - right, y(value), y(value), ink, dash, left - 6, y(value) + 4, number, width - right + 6,
        y(value) + 4, name);
  }
  void point(std::size_t i, double value, std::optional<double> half_width, bool outside,
             const std::string& name) {
    const char* colour = outside ? orange : blue;
    if (half_width)
      text_ +=
          fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\"/>\n",
                      x(i), y(value + *half_width), y(value - *half_width), colour);
    text_ +=
        fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\"><title>{}</title></circle>\n",
                    x(i), y(value), outside ? 5 : 3.5, colour, name);
  }
  void number_below(std::size_t i) {
    text_ += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x(i), height - 10,
                         i + 1);
  }
  std::string whole(const std::string& label) const {
    return fmt::format(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" font-size=\"12\" fill=\"{}\">\n{}</svg>\n",
        width, height, label, ink, text_);
  }

 private:
  Limits limits_;
  std::size_t count_;
  std::string text_;
};

/// What can be seen: all intervals, and the limits of control where a quantity can be there. In the unit that
/// is shown.
Limits limits_of(const LotSeries& series, double factor, double mean, double reach_of_lot) {
  Limits limits{mean - reach_of_lot, mean + reach_of_lot};
  if (series.least) limits.low = std::max(limits.low, *series.least * factor);
  if (series.most) limits.high = std::min(limits.high, *series.most * factor);
  for (const LotValue* v : series.values)
    if (v && v->value) {
      const double reach = v->half_width.value_or(0) * factor;
      limits.low = std::min(limits.low, *v->value * factor - reach);
      limits.high = std::max(limits.high, *v->value * factor + reach);
    }
  if (!(limits.high > limits.low)) return {mean - 1, mean + 1};
  return limits;
}

}  // namespace

std::string control_chart(const LotSeries& series, const std::vector<const LotVolume*>& volumes) {
  const double factor = shown_unit(series.unit).factor;
  const double mean = *series.mean() * factor, reach = series.control_reach().value_or(0) * factor;
  Picture picture(limits_of(series, factor, mean, reach), series.values.size());
  const std::optional<double> third = reach / 3;
  picture.level(mean, "mean", rounded(mean, third), "none");
  if (reach > 0 && !(series.most && mean + reach > *series.most * factor))
    picture.level(mean + reach, "upper limit", rounded(mean + reach, third), "5 4");
  if (reach > 0 && !(series.least && mean - reach < *series.least * factor))
    picture.level(mean - reach, "lower limit", rounded(mean - reach, third), "5 4");
  const std::size_t step = (series.values.size() + 24) / 25;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (i % step == 0) picture.number_below(i);
    const LotValue* v = series.values[i];
    if (!v || !v->value) continue;
    const double value = *v->value * factor;
    std::optional<double> half_width;
    if (v->half_width) half_width = *v->half_width * factor;
    picture.point(i, value, half_width, reach > 0 && std::abs(value - mean) > reach,
                  html_text(volumes[i]->path + ": " + rounded(value, half_width)));
  }
  return picture.whole(
      html_text(fmt::format("control chart of {}, {}", series.title, series.subject.subject())));
}

}  // namespace tauvox
