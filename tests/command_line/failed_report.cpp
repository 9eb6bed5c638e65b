// Prints the report of a run whose self-check failed: no volume provokes that in a correct program, so the
// flux out of a good result is spoilt here before it is verified and reported.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/studies/verify.hpp"
#include "tests/support.hpp"

int main() {
  using namespace tauvox;
  const Volume volume = test::volume_of({4, 4, 4}, [](auto z, auto, auto) { return z % 2; });
  RunReport report;
  report.settings = test::exact_settings("0=0.5,1=1");
  report.volume = &volume;
  report.materials = assign_materials(volume, report.settings);
  report.device = "cpu";
  report.seconds = {{"read", 0}, {"solve", 0}, {"write", 0}, {"total", 0}};
  AxisResult result = test::solve(volume, report.settings, Device::cpu(1));
  *result.flux_out *= 1.5;
  result.reason = verify(result, 0, report.settings.tolerance);
  if (result.reason.empty()) return 1;
  result.status = Status::failed;
  result.ratio.reset();
  report.results.push_back(result);
  fmt::print("{}\n", to_json(report).dump(2));
  return static_cast<int>(exit_code(report.results));
}
