// A hash of bytes that tells contents apart; no protection against those who want two to be equal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace tauvox {

/// FNV-1a of 64 bits, eight bytes at a time, with a shift that lets high bits reach low ones.
/// @param items contiguous, of a type without padding   @param h the hash of what comes before them
template <class Items>
std::uint64_t hash_of(const Items& items, std::uint64_t h = 0xcbf29ce484222325u) {
  const auto* bytes = reinterpret_cast<const char*>(items.data());
  const std::size_t count = items.size() * sizeof items[0];
  for (std::size_t i = 0; i < count; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, std::min<std::size_t>(8, count - i));
    h = (h ^ word) * 0x100000001b3u;
    h ^= h >> 29;
  }
  return h ^ count;
}

}  // namespace tauvox
