#include "io/array.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "io/axis_choice.hpp"
#include "io/box.hpp"
#include "io/turned.hpp"

namespace tauvox::io {
namespace {

/// Elements of an array, three axes of which are a volume: `steps` apart in the file, in descending order.
struct Place {
  std::uint64_t first_byte = 0;
  Steps steps{};
};

template <std::size_t bytes>
void swap_each(unsigned char* data, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i, data += bytes) std::reverse(data, data + bytes);
}

class ArraySource final : public VolumeSource {
 public:
  ArraySource(std::unique_ptr<InputFile> beside, std::unique_ptr<ByteSource> bytes, const Place& place,
              const Extent& extent, const ArrayLayout& layout, std::string path)
      : beside_(std::move(beside)),
        bytes_(std::move(bytes)),
        place_(place),
        swap_(layout.big_endian != (std::endian::native == std::endian::big)),
        is_bool_(layout.is_bool),
        path_(std::move(path)) {
    element = layout.element;
    description.extent = extent;
    description.stored_type = is_bool_ ? "bool" : info(element).name;
    if (info(element).bytes > 1)
      description.stored_type += layout.big_endian ? " big-endian" : " little-endian";
  }

  void visit_files(const std::function<void(const InputFile&)>& visit) const override {
    if (beside_) visit(*beside_);
  }

  void prepare(const Region& region) override { last_ = region.end; }

  void read(const Region& region, void* out) override {
    const Steps& steps = place_.steps;
    const auto size = static_cast<std::int64_t>(info(element).bytes);
    const bool rows = steps[2] == 1,  // contiguous
        planes = rows && region.size(2) == steps[1], all = planes && region.size(1) * steps[1] == steps[0];
    const std::int64_t count_z = all ? 1 : region.size(0), count_y = planes ? 1 : region.size(1);
    const std::int64_t run = region.voxels() / (count_z * count_y);
    auto* to = static_cast<unsigned char*>(out);
    for (std::int64_t z = 0; z < count_z; ++z)
      for (std::int64_t y = 0; y < count_y; ++y, to += run * size) {
        const std::int64_t from =
            (region.begin[0] + z) * steps[0] + (region.begin[1] + y) * steps[1] + region.begin[2] * steps[2];
        read_run(place_.first_byte + static_cast<std::uint64_t>(from * size), run, rows ? 1 : steps[2], to);
      }
    if (swap_ && size == 2) swap_each<2>(static_cast<unsigned char*>(out), region.voxels());
    if (swap_ && size == 4) swap_each<4>(static_cast<unsigned char*>(out), region.voxels());
    if (swap_ && size == 8) swap_each<8>(static_cast<unsigned char*>(out), region.voxels());
    if (is_bool_) check_bool(static_cast<const unsigned char*>(out), region.voxels());
    if (region.end == last_) bytes_->finish();
  }

 private:
  void read_run(std::uint64_t from, std::int64_t count, std::int64_t step, unsigned char* to) {
    const std::size_t size = info(element).bytes;
    if (step == 1) return bytes_->read(from, to, static_cast<std::size_t>(count) * size);
    row_.resize(static_cast<std::size_t>((count - 1) * step + 1) * size);
    bytes_->read(from, row_.data(), row_.size());
    for (std::int64_t i = 0; i < count; ++i, to += size)
      std::memcpy(to, row_.data() + static_cast<std::size_t>(i * step) * size, size);
  }

  void check_bool(const unsigned char* values, std::int64_t count) const {
    const unsigned char* bad = std::find_if(values, values + count, [](unsigned char v) { return v > 1; });
    if (bad == values + count) return;
    throw Error(ExitCode::input_invalid, "bool voxels are neither 0 nor 1", path_,
                fmt::format("one has the byte {}", *bad), "save the labels as uint8");
  }

  std::unique_ptr<InputFile> beside_;
  std::unique_ptr<ByteSource> bytes_;
  Place place_;
  bool swap_, is_bool_;
  std::string path_;
  std::array<std::int64_t, 3> last_{};
  std::vector<unsigned char> row_;
};

/// Elements from one to the next along each axis.
std::vector<std::int64_t> strides_of(const ArrayLayout& layout) {
  const std::size_t count = layout.shape.size();
  std::vector<std::int64_t> strides(count);
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t axis = layout.first_runs_fastest ? i : count - 1 - i;
    strides[axis] = stride;
    stride *= static_cast<std::int64_t>(layout.shape[axis]);
  }
  return strides;
}

void take_steps(const StatedSteps& steps, const AxisChoice& choice, VolumeDescription& description) {
  if (steps.of_axis.empty()) return;
  std::array<double, 3> zyx{};
  for (std::size_t axis = 0; axis < 3; ++axis)  // a layer that was added is as thick as its pixels are wide
    zyx[axis] =
        steps.of_axis[static_cast<std::size_t>(choice.of[axis] >= 0 ? choice.of[axis] : choice.of[2])];
  const std::string said = fmt::format("z,y,x = {:g}, {:g}, {:g}", zyx[0], zyx[1], zyx[2]);
  if (std::any_of(zyx.begin(), zyx.end(), [](double h) { return !(h > 0) || !std::isfinite(h); })) {
    description.warnings.push_back(
        fmt::format("{}: {}: not three positive lengths; give --voxel-size", steps.source, said));
    return;
  }
  if (!steps.unit) {
    if (zyx != std::array{1.0, 1.0, 1.0})
      take_ratio(zyx, steps.source, fmt::format("{}, {}", said, steps.unit_text), description);
    return;
  }
  description.voxel_size = {zyx[0] * *steps.unit, zyx[1] * *steps.unit, zyx[2] * *steps.unit};
  description.voxel_size_source = fmt::format("{}: {} {}", steps.source, said, steps.unit_text);
}

}  // namespace

std::uint64_t bytes_of(const ArrayLayout& layout, const std::string& path) {
  std::uint64_t bytes = info(layout.element).bytes;
  constexpr std::uint64_t most = std::uint64_t{1} << 60;
  for (const std::uint64_t length : layout.shape) {
    if (length == 0)
      throw Error(ExitCode::input_invalid, "array is empty", path,
                  fmt::format("its shape is {}", fmt::join(layout.shape, "x")),
                  "a volume needs at least one voxel");
    if (__builtin_mul_overflow(bytes, length, &bytes) || bytes > most)
      throw Error(ExitCode::input_refused, "array is too large to count", path,
                  fmt::format("its shape is {}", fmt::join(layout.shape, "x")),
                  "the header may be damaged; export it again");
  }
  return bytes;
}

std::unique_ptr<VolumeSource> open_array(const InputFile& file, StoredBytes where, std::uint64_t skip,
                                         const ArrayLayout& layout, const ReadOptions& options,
                                         std::unique_ptr<InputFile> beside) {
  where.unpacked = bytes_of(layout, file.path()) + skip;
  auto bytes = open_bytes(file, where);
  const AxisChoice choice = choose_axes(layout.names, layout.shape, options, layout.format, file.path());
  const std::vector<std::int64_t> strides = strides_of(layout);
  const auto stride = [&](int axis) {
    return axis < 0 ? std::int64_t{0} : strides[static_cast<std::size_t>(axis)];
  };
  std::array<std::size_t, 3> order{0, 1, 2};  // of z, y, x: slowest in the file first; a layer of none first
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if ((choice.of[a] < 0) != (choice.of[b] < 0)) return choice.of[a] < 0;
    return stride(choice.of[a]) > stride(choice.of[b]);
  });
  Place place{.first_byte = skip};
  for (std::size_t axis = 0; axis < strides.size(); ++axis)
    if (std::find(choice.of.begin(), choice.of.end(), static_cast<int>(axis)) == choice.of.end())
      place.first_byte +=
          static_cast<std::uint64_t>(choice.index[axis] * strides[axis]) * info(layout.element).bytes;
  std::array<std::int64_t, 3> lengths{};
  std::array<int, 3> of{};
  for (std::size_t i = 0; i < 3; ++i) {
    const int axis = choice.of[order[i]];
    place.steps[i] = stride(axis);
    lengths[i] = axis < 0 ? 1 : static_cast<std::int64_t>(layout.shape[static_cast<std::size_t>(axis)]);
    of[order[i]] = static_cast<int>(i);
  }
  auto source = std::make_unique<ArraySource>(std::move(beside), std::move(bytes), place,
                                              make_extent(lengths, file.path()), layout, file.path());
  source->description.layer_added = choice.of[0] < 0;
  auto result = turned(std::move(source), of);
  VolumeDescription& description = result->description;
  description.notices = layout.notices;
  for (const std::string& notice : notices_of(choice, layout.shape, options))
    description.notices.push_back(notice);
  description.warnings = layout.warnings_of_axes;
  description.stated = layout.stated;
  if (!options.voxel_size) {
    description.warnings.insert(description.warnings.end(), layout.warnings.begin(), layout.warnings.end());
    take_steps(layout.steps, choice, description);
  }
  return result;
}

std::unique_ptr<VolumeSource> open_embedded_raw(const InputFile& file, std::uint64_t offset,
                                                const Extent& extent, Element element, bool big_endian) {
  ArrayLayout layout{.format = "raw array", .element = element, .big_endian = big_endian};
  for (const std::int64_t length : extent.zyx()) layout.shape.push_back(static_cast<std::uint64_t>(length));
  const std::uint64_t bytes = bytes_of(layout, file.path());
  const Place place{.first_byte = 0, .steps = {extent.ny * extent.nx, extent.nx, 1}};
  return std::make_unique<ArraySource>(
      nullptr, open_bytes(file, {.offset = offset, .stored = bytes, .unpacked = bytes}), place, extent,
      layout, file.path());
}

}  // namespace tauvox::io
