// The header of a NumPy .npy array. Internal to io/.
#pragma once

#include <string>

#include "io/array.hpp"

namespace tauvox::io {

/// The most bytes that a header has which is read.
inline constexpr std::size_t longest_npy_header = 65536;

struct NpyHeader {
  ArrayLayout layout;
  std::uint64_t bytes = 0;  // of the header: the elements stand behind it
};

/// @param start the first bytes of the array, at least longest_npy_header where there are so many
/// @throws Error(input_refused) for what is no such header; Error(input_invalid) for types that are no
/// numbers
NpyHeader parse_npy_header(const std::string& start, const std::string& path);

}  // namespace tauvox::io
