// Prints the report of a run whose self-check failed: no volume provokes that in a correct program, so the
// flux out of a good result is spoilt here before it is verified and reported.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/app/describe.hpp"
#include "host/report/run_report.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/verify.hpp"
#include "tests/support.hpp"

int main() {
  using namespace tauvox;
  const Volume volume = test::volume_of({4, 4, 4}, [](auto z, auto, auto) { return z % 2; });
  const Settings settings = test::exact_settings("0=0.5,1=1");
  RunReport report;
  report.volume = &volume;
  report.materials = assign_materials(volume, settings);
  report.device = "cpu";
  report.seconds = {{"read", 0}, {"solve", 0}, {"write", 0}, {"total", 0}};
  report.quantities = quantities_of_family(studies().front());
  const test::Found good = test::solve(volume, settings, Device::cpu(1));
  AxisResult spoilt;
  spoilt.percolates = true;
  spoilt.mean = report.materials.mean;
  spoilt.ratio = good.ratio;
  spoilt.flux_in = good.flux_in;
  spoilt.flux_out = *good.flux_out * 1.5;
  spoilt.solver = good.solver;
  spoilt.reason = verify(spoilt, 0, settings.tolerance);
  if (!spoilt.reason) return 1;
  spoilt.status = Status::failed;
  spoilt.ratio.reset();
  report.results.push_back(result_of(spoilt, report.materials));
  fmt::print("{}\n", report_json(report, settings_json(settings)).dump(2));
  return static_cast<int>(exit_code(report.results));
}
