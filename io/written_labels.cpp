#include "io/written_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace tauvox::io {
namespace {

bool is_same_size(const std::optional<std::array<double, 3>>& read, const std::array<double, 3>& written) {
  constexpr double rounding = 1e-6;  // of forms that keep 32 bits
  if (!read) return false;
  return std::equal(read->begin(), read->end(), written.begin(),
                    [](double a, double b) { return std::abs(a - b) <= rounding * b; });
}

}  // namespace

void check_written(const PendingFile& pending, decltype(&open_tiff) open, const char* form,
                   const FieldArray& labels, const Volume& volume) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ExitCode::output, fmt::format("the {} file does not hold what was written", form),
                pending.path(), why, "the disk may be full or faulty; try another folder");
  };
  const Extent& extent = volume.extent;
  try {
    const InputFile file(pending.temporary());
    ReadOptions options;
    options.as_2d = true;
    const auto source = open(file, options);
    if (source->description.extent != extent || info(source->element).bytes != labels.bytes)
      refuse("its shape differs");
    if (volume.voxel_size && !is_same_size(source->description.voxel_size, *volume.voxel_size))
      refuse("the size of a voxel differs");
    const std::int64_t step = slab_slices(extent, labels.bytes, std::int64_t{8} << 20);
    std::vector<unsigned char> stored(static_cast<std::size_t>(step * extent.ny * extent.nx) * labels.bytes);
    const Region whole{{0, 0, 0}, {extent.nz, extent.ny, extent.nx}};
    source->prepare(whole);
    for (std::int64_t z = 0; z < extent.nz; z += step) {
      const std::int64_t end = std::min(z + step, extent.nz);
      source->read({{z, 0, 0}, {end, extent.ny, extent.nx}}, stored.data());
      const auto bytes = static_cast<std::size_t>((end - z) * extent.ny * extent.nx) * labels.bytes;
      if (std::memcmp(stored.data(), labels.slab(z, end - z), bytes) != 0) refuse("its labels differ");
    }
  } catch (const Error& error) {
    if (error.code() == ExitCode::output) throw;
    refuse(error.what());
  }
}

}  // namespace tauvox::io
