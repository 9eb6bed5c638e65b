// The answers of the suite's cases, by which every row of a benchmark file is judged.
//
// Made by `tauvox_dev answers --sizes 64,128,256,512`: FP64, tolerance 1e-9, so that `error` is a proven
// bound (bound.hpp). Where no answer is stored the bound of the row itself is the judge.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tauvox::bench {

struct StoredAnswer {
  std::string name;        // of the case
  std::int64_t edge;       // of the cube, voxels
  double effective_ratio;  // D_eff over the largest phase value
  double error;            // relative, a bound
};
const std::vector<StoredAnswer>& stored_answers();

/// The stored answer of a case in a cube of that size; null where there is none.
const StoredAnswer* stored_answer(const std::string& name, const std::array<std::int64_t, 3>& size);

/// Whether a value with 8 digits lies within `tolerance` (relative) of the stored one.
bool agrees(double effective_ratio, const StoredAnswer& stored, double tolerance);

}  // namespace tauvox::bench
