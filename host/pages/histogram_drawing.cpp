// How often each value of a volume occurs.
#include <fmt/format.h>

#include "host/pages/drawings.hpp"
#include "host/report/grey_histogram.hpp"

namespace tauvox::pages {

Drawing histogram_drawing(const Volume& volume) {
  constexpr int most_steps = 256;
  const std::vector<GreyShare> shares = shares_of_grey(volume, most_steps);
  std::string data = "$shares << end_of_numbers\n";
  for (const GreyShare& step : shares)
    data += fmt::format("{:.9g} {:.6g}\n", step.least + 0.5 * step.width, 100 * step.share);
  data += "end_of_numbers\n";
  std::string cuts;
  if (volume.grey) {
    const auto add = [&](const std::vector<double>& thresholds, const char* style) {
      for (const double cut : thresholds)
        cuts += fmt::format(
            "set arrow from first {0:.9g}, graph 0 to first {0:.9g}, graph 1 nohead front {1}\n", cut, style);
    };
    add(volume.grey->otsu, "lc rgb '#d55e00' lw 1.6");
    add(volume.grey->otsu3, "lc rgb '#0072b2' lw 1.6 dt (8,5)");
    cuts += "set key above left samplen 2.2\n";
  }
  const std::string lines = volume.grey
                                ? ", \\\n     NaN with lines lc rgb '#d55e00' lw 1.6 title 'otsu'"
                                  ", \\\n     NaN with lines lc rgb '#0072b2' lw 1.6 dt (8,5) title 'otsu3'"
                                : "";
  const double width = shares.front().width;
  return {.name = "histogram",
          .width = 4.5,
          .height = 2.6,
          .script = data + cuts +
                    fmt::format("set border 3 lw 0.8\nset tics out nomirror scale 0.6\n"
                                "set xrange [{:.9g}:{:.9g}]\nset yrange [0:*]\nset boxwidth {:.9g}\n"
                                "set style fill solid 1\nset xlabel '{}'\nset ylabel 'share of voxels (%)'\n"
                                "plot $shares with boxes lc rgb '#777777' notitle{}\n",
                                shares.front().least, shares.back().least + width, width,
                                volume.grey ? "grey value" : "label", lines),
          .files = {},
          .png_alone = true};
}

}  // namespace tauvox::pages
