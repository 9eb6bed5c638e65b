// What the labels of a volume conduct, as the user says it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tauvox {

struct MaterialSettings {
  std::vector<std::int64_t> phase;                            // labels that conduct with D0 = 1
  std::vector<std::pair<std::int64_t, double>> conductivity;  // label -> value in `unit`
  std::string unit = "relative";
  bool default_insulating = false;  // labels without a value insulate
  bool allow_absent = false;        // labels that were named need not occur
};

}  // namespace tauvox
