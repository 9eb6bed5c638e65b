// Voxel arrays with a halo of one voxel on every side, so that kernels have no boundary code.
// Bytes: sizeof(T) * (nx+2)(ny+2)(nz+2).
#pragma once

#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/base/extent.hpp"

namespace tauvox {

/// Trivially copyable window on a Field: (0, 0, 0) is the first voxel, -1 and n are the halo.
template <class T>
struct FieldView {
  T* origin = nullptr;                            // address of voxel (0, 0, 0)
  std::int64_t row_stride = 0, plane_stride = 0;  // elements from y to y+1, from z to z+1

  TAUVOX_HD std::int64_t offset(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return x + y * row_stride + z * plane_stride;
  }
  TAUVOX_HD T& operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return origin[offset(x, y, z)];
  }
};

/// Owned voxel array on a device, zero everywhere (halo included) when made.
template <class T>
class Field {
 public:
  Field() = default;
  Field(const Device& device, const Extent& extent) : extent_(extent), buffer_(device, stored(extent)) {
    buffer_.zero();
  }

  const Extent& extent() const { return extent_; }
  const Device& device() const { return buffer_.device(); }
  FieldView<T> view() const {
    const std::int64_t row = extent_.nx + 2, plane = row * (extent_.ny + 2);
    return {buffer_.data() + plane + row + 1, row, plane};
  }

  /// Elements stored, halo included.
  static constexpr std::int64_t stored(const Extent& e) { return (e.nx + 2) * (e.ny + 2) * (e.nz + 2); }
  /// Bytes a Field of this extent takes.
  static constexpr std::int64_t bytes(const Extent& e) {
    return static_cast<std::int64_t>(Buffer<T>::bytes(stored(e)));
  }

  /// All elements, halo included, on the host.
  std::vector<T> to_host() const { return buffer_.to_host(); }
  const Buffer<T>& buffer() const { return buffer_; }
  Buffer<T>& buffer() { return buffer_; }

 private:
  Extent extent_;
  Buffer<T> buffer_;
};

template <class T>
FieldView<const T> read_only(const Field<T>& field) {
  const FieldView<T> v = field.view();
  return {v.origin, v.row_stride, v.plane_stride};
}

}  // namespace tauvox
