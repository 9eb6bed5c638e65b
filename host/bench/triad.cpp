// This machine's memory bandwidth: a = b + s c in FP64 (McCalpin's STREAM triad), 24 bytes per element.
#include "kernels/base/triad.hpp"

#include <unistd.h>

#include <algorithm>

#include "host/bench/measure.hpp"

namespace tauvox::bench {
namespace {

constexpr double scale = 3;

std::int64_t elements_of(const Device& device, std::int64_t megabytes) {
  // The caches of GPUs are below 128 MB.
  const std::int64_t cache = device.is_cuda() ? 128 << 20 : std::max(0L, sysconf(_SC_LEVEL3_CACHE_SIZE));
  const std::int64_t least = (4 * cache + (1 << 20) - 1) >> 20;
  if (megabytes == 0) megabytes = std::max<std::int64_t>(256, least);
  if (megabytes < least)
    throw Error(ExitCode::usage, "arrays too small", "--megabytes " + std::to_string(megabytes),
                "the last cache has " + std::to_string(cache >> 20) + " MB",
                "give at least " + std::to_string(least));
  return (megabytes << 20) / 8;
}

Buffer<double> filled(const Device& device, std::int64_t elements, double value) {
  Buffer<double> buffer(device, elements);
  buffer.zero();  // each thread touches first what it will work on
  buffer.copy_from(std::vector<double>(static_cast<std::size_t>(elements), value));
  return buffer;
}

}  // namespace

Triad::Triad(const Device& device, std::int64_t megabytes)
    : a_(filled(device, elements_of(device, megabytes), 0)),
      b_(filled(device, a_.size(), 1)),
      c_(filled(device, a_.size(), 2)) {}

std::int64_t Triad::host_bytes(const Device& device) {
  return (device.is_cuda() ? 1 : 4) * 8 * elements_of(device, 0);
}

void Triad::run() { triad(a_, b_, scale, c_); }

void Triad::verify() const {
  std::vector<double> host(static_cast<std::size_t>(a_.size()));
  a_.copy_to(host);
  for (const double element : host)
    if (element != 1 + scale * 2) throw Error(ExitCode::internal, "the triad gave a wrong element");
}

}  // namespace tauvox::bench
