// Makes the table of host/bench/answers.cpp.
#include <fmt/format.h>

#include <algorithm>

#include "benchmarks/dev/dev.hpp"
#include "host/app/console.hpp"
#include "host/bench/cases.hpp"
#include "host/settings/settings.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/study.hpp"

namespace tauvox::bench {

std::string run_answers(const Options& options) {
  const Device device = device_of(options);
  std::string table;
  for (const Case& row : cases()) {
    if (!options.cases.empty() &&
        std::find(options.cases.begin(), options.cases.end(), row.name) == options.cases.end())
      continue;
    for (const std::int64_t edge : options.sizes) {
      const Volume volume = make_volume(row, edge);
      const Settings settings = solve_settings(row, "double", options.tolerance);
      const Materials materials = assign_materials(volume, settings);
      const Result result = effective_transport({volume, materials, settings, device}, {}, {}).results.back();
      if (result.status != Status::converged)
        throw Error(ExitCode::not_converged, "no answer", fmt::format("{} {}", row.name, edge),
                    result.reason.value_or(""));
      const std::string line = fmt::format("      {{\"{}\", {}, {:.14g}, {:.1e}}},\n", row.name, edge,
                                           *result.value("effective_ratio"), *result.solver->error);
      print_note(line);
      table += line;
    }
  }
  return table;
}

}  // namespace tauvox::bench
