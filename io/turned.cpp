#include "io/turned.hpp"

#include <algorithm>

#include "io/box.hpp"

namespace tauvox::io {
namespace {

class TurnedSource final : public VolumeSource {
 public:
  TurnedSource(std::unique_ptr<VolumeSource> source, const std::array<int, 3>& of)
      : source_(std::move(source)) {
    for (std::size_t axis = 0; axis < 3; ++axis) of_[axis] = static_cast<std::size_t>(of[axis]);
    description = source_->description;
    element = source_->element;
    description.extent = make_extent(permuted(source_->description.extent.zyx()));
    if (description.voxel_size) description.voxel_size = permuted(*description.voxel_size);
    if (description.voxel_ratio) description.voxel_ratio = permuted(*description.voxel_ratio);
    // A box of few layers here is a part of every layer there, which may have to be unpacked whole
    constexpr std::int64_t least = std::int64_t{64} << 20, parts = 8;
    slab_bytes =
        std::max(least, description.extent.voxels() / parts * static_cast<std::int64_t>(info(element).bytes));
  }

  void prepare(const Region& region) override { source_->prepare(stored(region)); }

  void visit_files(const std::function<void(const InputFile&)>& visit) const override {
    source_->visit_files(visit);
  }

  void read(const Region& region, void* out) override {
    const Region there = stored(region);
    const std::size_t bytes = info(element).bytes;
    buffer_.resize(static_cast<std::size_t>(there.voxels()) * bytes);
    source_->read(there, buffer_.data());
    copy_box(buffer_.data(), permuted(steps_of(there)), static_cast<std::uint8_t*>(out), steps_of(region),
             region, bytes);
  }

 private:
  template <class T>
  std::array<T, 3> permuted(const std::array<T, 3>& there) const {
    return {there[of_[0]], there[of_[1]], there[of_[2]]};
  }
  Region stored(const Region& region) const {
    Region there;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      there.begin[of_[axis]] = region.begin[axis];
      there.end[of_[axis]] = region.end[axis];
    }
    return there;
  }

  std::unique_ptr<VolumeSource> source_;
  std::array<std::size_t, 3> of_{};
  std::vector<std::uint8_t> buffer_;
};

}  // namespace

std::unique_ptr<VolumeSource> turned(std::unique_ptr<VolumeSource> source, const std::array<int, 3>& of) {
  if (of == std::array{0, 1, 2}) return source;
  return std::make_unique<TurnedSource>(std::move(source), of);
}

}  // namespace tauvox::io
