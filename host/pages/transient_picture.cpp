#include "host/pages/transient_picture.hpp"

#include <fmt/format.h>

#include "host/pages/curve_column.hpp"
#include "host/pages/plotter.hpp"

namespace tauvox::pages {
namespace {

struct TimeUnit {
  double seconds;
  const char* name;
};

/// The largest in which the end is at least 1.
TimeUnit unit_up_to(double seconds) {
  for (const TimeUnit& unit : {TimeUnit{86400, "d"}, TimeUnit{3600, "h"}, TimeUnit{60, "min"},
                               TimeUnit{1, "s"}, TimeUnit{1e-3, "ms"}})
    if (seconds >= unit.seconds) return unit;
  return {1e-6, "µs"};
}

/// The flux in has no bound at first: what comes later decides.
double top_of(const std::vector<double>& time, const std::vector<double>& in,
              const std::vector<double>& out) {
  constexpr double at_first = 0.03;  // of the time that is shown
  double top = 0;
  for (std::size_t i = 0; i < time.size(); ++i)
    if (time[i] >= at_first * time.back()) top = std::max({top, in[i], out[i]});
  return top > 0 ? 1.05 * top : 1;
}

}  // namespace

std::string transient_picture(const Curve& curve, const std::string& ending, std::string& notice) {
  if (!have_plotter()) {
    notice = "uptake and fluxes are not drawn: no program gnuplot is on the PATH (Debian: gnuplot-nox)";
    return "";
  }
  const std::vector<double>* seconds = column(curve, "time_s");
  const std::vector<double>&time = seconds ? *seconds : *column(curve, "time_D0_over_L2"),
        &uptake = *column(curve, "uptake"), &in = *column(curve, "flux_in"),
        &out = *column(curve, "flux_out");
  const TimeUnit unit = seconds ? unit_up_to(time.back()) : TimeUnit{1, ""};
  const bool sealed = *std::max_element(out.begin(), out.end()) <= 0;
  std::string rows = "$rows << end_of_numbers\n";
  for (std::size_t i = 0; i < time.size(); ++i)
    rows += fmt::format("{:.7g} {:.7g} {:.7g} {:.7g}\n", time[i] / unit.seconds, uptake[i], in[i], out[i]);
  // The empty volume; where fluxes begin there is no number.
  rows.insert(rows.find('\n') + 1, "0 0 nan 0\n");
  const std::string lines = "with linespoints pt 7 ps 0.35 lw 1.8 lc rgb";
  const std::string flux_out =
      sealed ? "" : fmt::format(", \\\n     $rows using 1:4 {} '#d55e00' title 'out'", lines);
  Drawing drawing{
      "transient",
      3.8,
      4.4,
      rows +
          fmt::format("end_of_numbers\nset datafile missing 'nan'\nset border 3 lw 0.8\n"
                      "set tics out nomirror scale 0.6\nset grid lc rgb '#e4e4e4' lw 0.6 dt 1\n"
                      "set xrange [0:{0:.7g}]\nset lmargin 8\nset rmargin 3\nset multiplot layout 2,1\n"
                      "unset key\nset yrange [0:1]\nset ylabel 'uptake M/M∞'\n"
                      "plot $rows using 1:2 {1} '#0072b2'\n"
                      "set key above left samplen 1.5\nset yrange [0:{2:.6g}]\nset ylabel '{6} j L/(D₀ Δc)'\n"
                      "set xlabel '{3}'\n"
                      "plot $rows using 1:3 {1} '#0072b2' {5}{4}\nunset multiplot\n",
                      time.back() / unit.seconds, lines, top_of(time, in, out),
                      seconds ? fmt::format("time ({})", unit.name) : "time D₀/L²", flux_out,
                      sealed ? "notitle" : "title 'in'", sealed ? "flux in" : "flux"),
      {},
      ending == ".png"};
  std::string problem;
  if (const std::optional<Figure> figure = draw(drawing, problem)) return in_form(*figure, ending);
  notice = fmt::format("uptake and fluxes are not drawn: {}", problem);
  return "";
}

}  // namespace tauvox::pages
