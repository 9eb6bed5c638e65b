#pragma once

#include <cstddef>

namespace tauvox {

/// So many labels at most are looked at where percolation alone is asked for.
inline constexpr std::size_t examined_labels = 64;

}  // namespace tauvox
