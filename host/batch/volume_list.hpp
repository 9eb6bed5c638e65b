// Which volumes a lot has, and which of them are one worker's share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tauvox {

/// Every file once, by the first path that names it, in the order in which they are named; what a pattern
/// matches is sorted.
/// @param list file with a path or pattern in each line, relative to its folder; may be empty
/// @throws Error(usage) where there is none, Error(input_refused) where a pattern matches nothing
/// @param notices  that a file has several paths; may be null
std::vector<std::string> volumes_of(std::vector<std::string> patterns, const std::string& list,
                                    std::vector<std::string>* notices = nullptr);

/// Every COUNTth volume. Arrays of Slurm are numbered 0-99 or 1-100, and both shall give all: shard 100/100
/// is the same as 0/100, and whoever starts both loses nothing, as a volume is claimed by one.
struct Shard {
  std::size_t index = 0, count = 1;
  bool has(std::size_t volume) const { return volume % count == index % count; }
  bool is_all() const { return count == 1; }
};

/// From I/N with 0 <= I <= N and N from 1 on; of an empty text all. @throws Error(usage)
Shard shard_from(const std::string& text);

}  // namespace tauvox
