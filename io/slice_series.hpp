// Which of the files of a folder are slices of one volume, and in what order. Internal to io/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tauvox::io {

/// Files whose names differ in one number.
struct SliceSeries {
  std::string pattern;                 // "slice_#.tif", # where the number stands; a whole name for one file
  std::vector<std::string> names;      // by number
  std::vector<std::uint64_t> numbers;  // ascending; empty for a name without one
  bool is_numbered() const { return numbers.size() == names.size() && !names.empty(); }
};

/// Names into series, those of most files first.
std::vector<SliceSeries> series_among(const std::vector<std::string>& names);

/// Whether a file of that name would be one of the series; the case of its ending does not count.
bool belongs_to(const SliceSeries& series, const std::string& name);

/// Natural order: numbers in names by their value, "img9" before "img10".
bool is_before(const std::string& a, const std::string& b);

}  // namespace tauvox::io
