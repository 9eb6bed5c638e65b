// Memory that the program and its reader process share: a file of no name, mapped by both.
#pragma once

#include <optional>

#include "kernels/volume/volume.hpp"

namespace tauvox {

/// @return a descriptor, negative where the system gives none
int make_shared_memory();

/// `count` codes of `file`, as long as somebody holds them. With `grow` the file is made as long, elements 0.
/// @return empty where the file cannot be made so long, or is not
template <class Code>
std::optional<LabelArray<Code>> map_codes(int file, std::int64_t count, bool grow);
extern template std::optional<LabelArray<std::uint8_t>> map_codes(int, std::int64_t, bool);
extern template std::optional<LabelArray<std::uint16_t>> map_codes(int, std::int64_t, bool);

}  // namespace tauvox
