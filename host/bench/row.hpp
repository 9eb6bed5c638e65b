// One row of a benchmark file: a case in one size, whether its answer is right, and how fast it came.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/bench/answers.hpp"
#include "host/studies/report.hpp"

namespace tauvox::bench {

/// What was measured, before anything is made of it.
struct Measured {
  std::string name;  // of the case
  std::array<std::int64_t, 3> size{};
  double conducting_fraction = 0;   // of the voxels
  std::vector<Result> runs;         // timed repeats, at least one
  std::int64_t peak_bytes = 0;      // device buffers at their peak
  std::optional<double> joule;      // of all repeats together
  std::optional<int> sm_clock_mhz;  // right after the repeats
};

/// What a row is judged and normalised by.
struct Yardstick {
  double tolerance = 0;              // relative, of the answer
  std::optional<double> triad;       // measured, bytes per second
  std::optional<double> data_sheet;  // bytes per second
};

/// Why the answer cannot be trusted; empty when it can: converged, the same in every repeat, and within the
/// tolerance of the stored answer, or with a proven bound below the tolerance where none is stored.
std::string gate(const std::vector<Result>& runs, const StoredAnswer* stored, double tolerance);

/// A row of bench.schema.json. A row that does not pass the gate shows no speed.
nlohmann::ordered_json row_json(const Measured& measured, const StoredAnswer* stored, const Yardstick& by);

/// Rounded to 8 significant digits.
double eight_digits(double value);

}  // namespace tauvox::bench
