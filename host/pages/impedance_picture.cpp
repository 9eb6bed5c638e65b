#include "host/pages/impedance_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/pages/curve_column.hpp"
#include "host/pages/plotter.hpp"
#include "host/pages/slice_map.hpp"

namespace tauvox::pages {
namespace {

/// Few of the frequencies have a name: each third octave.
bool is_named(double frequency) {
  const double step = std::log2(frequency) / 3;
  return std::abs(step - std::round(step)) < 1e-6;
}

}  // namespace

std::string impedance_picture(const Curve& curve, const std::string& ending, std::string& notice) {
  if (!have_plotter()) {
    notice = "the impedance is not drawn: no program gnuplot is on the PATH (Debian: gnuplot-nox)";
    return "";
  }
  const bool known = column(curve, "re_ohm_m2") != nullptr;
  const std::vector<double>&frequency = *column(curve, "omega_over_omega_0"),
        &re = *column(curve, known ? "re_ohm_m2" : "re"), &im = *column(curve, known ? "im_ohm_m2" : "im");
  // Blocking electrodes go straight up at the left end of the frequencies: one length is enough of that. With
  // charge transfer an arc ends on the axis.
  const double widest = *std::max_element(re.begin(), re.end()),
               highest = -*std::min_element(im.begin(), im.end()), width = 1.15 * widest,
               height = std::min(1.1 * highest, 1.4 * width);
  const double scale = known ? 1e-4 : 1;  // the field says ohm cm2
  std::string points = "$points << end_of_numbers\n", named = "$named << end_of_numbers\n", labels;
  std::vector<double> named_at;  // the one before
  for (std::size_t i = 0; i < frequency.size(); ++i) {
    points += fmt::format("{:.7g} {:.7g}\n", re[i] / scale, -im[i] / scale);
    const bool apart =
        named_at.empty() || std::hypot(re[i] - named_at[0], im[i] - named_at[1]) > 0.08 * width;
    if (!is_named(frequency[i]) || -im[i] > height || !apart) continue;
    named_at = {re[i], im[i]};
    named += fmt::format("{:.7g} {:.7g}\n", re[i] / scale, -im[i] / scale);
    labels += fmt::format("set label '{:g}' at {:.7g},{:.7g} offset 0.8,-0.3 front\n", frequency[i],
                          re[i] / scale, -im[i] / scale);
  }
  const char* unit = known ? "Ω cm²" : "h/(σ a)";
  Drawing drawing{
      "impedance",
      3.6,
      1.0 + 2.7 * std::max(0.35, height / width),
      points + "end_of_numbers\n" + named + "end_of_numbers\n" + labels +
          fmt::format(
              "set border 3 lw 0.8\nset tics out nomirror scale 0.6\nset grid lc rgb '#e4e4e4' lw 0.6 dt "
              "1\nset size ratio -1\nset xrange [0:{0:.6g}]\nset yrange [0:{1:.6g}]\nset xtics "
              "{2:g}\nset ytics {2:g}\nset xlabel 'Re Z ({3})'\nset ylabel '-Im Z ({3})'\n"
              "set key above left samplen 1.5\n"
              "plot $points with lines lw 1.8 lc rgb '#0072b2' notitle, \\\n"
              "     $named with points pt 7 ps 0.7 lc rgb '#0072b2' title 'ω/ω₀'\n",
              width / scale, height / scale, round_step(width / scale, 5), unit),
      {},
      ending == ".png"};
  std::string problem;
  if (const std::optional<Figure> figure = draw(drawing, problem)) return in_form(*figure, ending);
  notice = fmt::format("the impedance is not drawn: {}", problem);
  return "";
}

}  // namespace tauvox::pages
