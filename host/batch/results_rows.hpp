// A results.json taken apart while it is read: a lot has thousands of them, and a tree of each takes several
// times as long as its text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/batch/lot.hpp"

namespace tauvox {

struct ResultsRows {
  /// By phase, carrier and axis; studies that say the same of one subject share a row, and of a number that
  /// several have the row has all that any of them says of its uncertainty.
  std::vector<LotRow> rows;
  /// Status, exit code, verdict and judgements, tool, input, settings and device.
  nlohmann::ordered_json facts;
};

/// @throws Error(input_refused) where the file cannot be read, or holds no results of tauvox
ResultsRows rows_of_file(const std::string& path);

}  // namespace tauvox
