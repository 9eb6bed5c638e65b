// Random numbers from a counter: Philox4x32-10 (Salmon et al., SC 2011, doi:10.1145/2063384.2063405).
// A number depends only on key and counter, so it is the same on every machine and in any order of
// evaluation.
#pragma once

#include <array>
#include <cstdint>

namespace tauvox {

using PhiloxBlock = std::array<std::uint32_t, 4>;

/// Ten rounds on one counter block.
constexpr PhiloxBlock philox(PhiloxBlock block, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = std::uint64_t{0xD2511F53} * block[0];
    const std::uint64_t odd = std::uint64_t{0xCD9E8D57} * block[2];
    block = {static_cast<std::uint32_t>(odd >> 32) ^ block[1] ^ key[0], static_cast<std::uint32_t>(odd),
             static_cast<std::uint32_t>(even >> 32) ^ block[3] ^ key[1], static_cast<std::uint32_t>(even)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return block;
}

/// 64 random bits for (seed, stream, position); streams keep different uses of one seed apart.
constexpr std::uint64_t random_bits(std::uint64_t seed, std::uint32_t stream, std::uint64_t position) {
  const PhiloxBlock block =
      philox({static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32), 0, stream},
             {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  return std::uint64_t{block[1]} << 32 | block[0];
}

/// floor(fraction / 2^64 * range): a 64-bit fraction scaled to the integers below range.
constexpr std::int64_t scale(std::uint64_t fraction, std::int64_t range) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::int64_t>(static_cast<Wide>(fraction) * static_cast<std::uint64_t>(range) >> 64);
}

/// One stream, read in order.
class Random {
 public:
  Random(std::uint64_t seed, std::uint32_t stream) : seed_(seed), stream_(stream) {}

  /// An integer in [low, high]. 64 bits are scaled to the range, so its bias is below range / 2^64.
  /// @pre low <= high and high - low < 2^62
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + scale(random_bits(seed_, stream_, position_++), high - low + 1);
  }

 private:
  std::uint64_t seed_;
  std::uint32_t stream_;
  std::uint64_t position_ = 0;
};

}  // namespace tauvox
