#include "kernels/geometry/distribution.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/geometry/tasks.hpp"

namespace tauvox {
namespace {

constexpr std::uint32_t most_exact = 1u << 26, most_exact_of_single = 1u << 20;
constexpr int dropped_bits = 12;

std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
double from_bits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Counts bin_of(value) on the threads of the CPU. Neighbours often have one value: each bin has some
/// counters, taken in turns, so that no count waits for the one before.
template <std::size_t ways, class Value, class BinOf>
std::vector<std::int64_t> counts_of(const Device& device, const Value* values, std::int64_t count,
                                    std::size_t bins, const BinOf& bin_of) {
  std::vector<std::int64_t> total(bins);
#pragma omp parallel num_threads(device.threads())
  {
    std::vector<std::int64_t> mine(ways * bins);
#pragma omp for schedule(static)
    for (std::int64_t i = 0; i < count; ++i)
      ++mine[ways * bin_of(values[i]) + static_cast<std::size_t>(i) % ways];
#pragma omp critical
    for (std::size_t i = 0; i < mine.size(); ++i) total[i / ways] += mine[i];
  }
  return total;
}

template <class Value, class BinOf>
std::vector<std::int64_t> histogram_of(const Device& device, const Value* values, std::int64_t count,
                                       std::size_t bins, const BinOf& bin_of) {
  return bins <= 1u << 16 ? counts_of<4>(device, values, count, bins, bin_of)
                          : counts_of<1>(device, values, count, bins, bin_of);
}

/// Whether all are whole numbers, which FP32 holds exactly, and few enough to count each.
template <class Value>
bool are_few_whole(const Device& device, const Value* values, std::int64_t count, Value largest) {
  if (std::is_integral_v<Value>) return static_cast<double>(largest) < most_exact;
  if (static_cast<double>(largest) >= most_exact_of_single) return false;
  bool whole = true;
#pragma omp parallel for schedule(static) reduction(&& : whole) num_threads(device.threads())
  for (std::int64_t i = 0; i < count; ++i)
    whole = whole && values[i] == static_cast<Value>(static_cast<std::int32_t>(values[i]));
  return whole;
}

template <class Value>
std::vector<SizeBin> bins_of(const Device& device, const Value* values, std::int64_t count) {
  const Value largest = *std::max_element(values, values + count);
  std::vector<SizeBin> found;
  const auto keep = [&](const std::vector<std::int64_t>& histogram, const auto& value_of) {
    for (std::size_t bin = 1; bin < histogram.size(); ++bin)
      if (histogram[bin] > 0) found.push_back({value_of(bin), histogram[bin]});
  };
  if (are_few_whole(device, values, count, largest)) {
    keep(histogram_of(device, values, count, static_cast<std::size_t>(largest) + 1,
                      [](Value v) { return static_cast<std::size_t>(v); }),
         [](std::size_t bin) { return static_cast<double>(bin); });
  } else {
    const auto bin_of = [](Value v) { return std::size_t{bits_of(static_cast<float>(v)) >> dropped_bits}; };
    keep(histogram_of(device, values, count, bin_of(largest) + 1, bin_of),
         [](std::size_t bin) {  // the middle of what was counted there
           return from_bits(static_cast<std::uint32_t>(bin) << dropped_bits | 1u << (dropped_bits - 1));
         });
    if (!found.empty()) found.back().squared = static_cast<double>(largest);
  }
  return found;
}

}  // namespace

std::vector<SizeBin> distribution_of(const SquaredDistance& values) {
  return std::visit(
      [&](const auto& buffer) {
        const Device& device = buffer.device();
        if (!device.is_cuda()) return bins_of(device, buffer.data(), buffer.size());
        const auto host = buffer.to_host();
        return bins_of(device, host.data(), buffer.size());
      },
      values.values);
}

}  // namespace tauvox
