#include "io/across_pages.hpp"

#include <algorithm>

#include "io/box.hpp"

namespace tauvox::io {
namespace {

class AcrossSource final : public VolumeSource {
 public:
  AcrossSource(std::unique_ptr<VolumeSource> stack, const AcrossPages& across)
      : stack_(std::move(stack)), across_(across) {
    description = stack_->description;
    element = stack_->element;
    description.extent = make_extent(across.length);
    description.layer_added = across.layer_added;
    // Where z runs within pages, every layer is a part of all of them, and each has to be unpacked whole
    constexpr std::int64_t least = std::int64_t{64} << 20, parts = 8;
    if (across.place[0] != 0)
      slab_bytes = std::max(
          least, description.extent.voxels() / parts * static_cast<std::int64_t>(info(element).bytes));
  }

  void visit_files(const std::function<void(const InputFile&)>& visit) const override {
    stack_->visit_files(visit);
  }

  void read(const Region& region, void* out) override {
    Region part = region;
    const auto first = [&](std::size_t axis) { return region.begin[axis]; };
    const auto last = [&](std::size_t axis) {  // what lies in one page is read at once
      return across_.place[axis] == 0 ? region.end[axis] : region.begin[axis] + 1;
    };
    const auto narrow = [&](std::size_t axis, std::int64_t i) {
      if (across_.place[axis] != 0) return;
      part.begin[axis] = i;
      part.end[axis] = i + 1;
    };
    for (std::int64_t z = first(0); z < last(0); ++z) {
      narrow(0, z);
      for (std::int64_t y = first(1); y < last(1); ++y) {
        narrow(1, y);
        for (std::int64_t x = first(2); x < last(2); ++x) {
          narrow(2, x);
          read_of_page(region, part, static_cast<std::uint8_t*>(out));
        }
      }
    }
  }

 private:
  void read_of_page(const Region& region, const Region& part, std::uint8_t* out) {
    Region there{{across_.first_page, across_.row, across_.column}, {0, across_.row + 1, across_.column + 1}};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::size_t place = across_.place[axis];
      if (place == 0) {
        there.begin[0] += part.begin[axis] * across_.page_step[axis];
      } else {
        there.begin[place] = part.begin[axis];
        there.end[place] = part.end[axis];
      }
    }
    there.end[0] = there.begin[0] + 1;
    const std::size_t bytes = info(element).bytes;
    buffer_.resize(static_cast<std::size_t>(there.voxels()) * bytes);
    stack_->read(there, buffer_.data());
    const Steps of_page = steps_of(there);
    const Steps from{of_page[across_.place[0]], of_page[across_.place[1]], of_page[across_.place[2]]};
    copy_box(buffer_.data(), from, out + offset_in(region, part) * static_cast<std::int64_t>(bytes),
             steps_of(region), part, bytes);
  }

  std::unique_ptr<VolumeSource> stack_;
  AcrossPages across_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace

std::unique_ptr<VolumeSource> across_pages(std::unique_ptr<VolumeSource> stack, const AcrossPages& across) {
  return std::make_unique<AcrossSource>(std::move(stack), across);
}

}  // namespace tauvox::io
