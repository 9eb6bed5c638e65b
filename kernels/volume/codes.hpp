// The labels of a volume on a device, once a run: per voxel its code (volume.hpp). Nothing is thrown away:
// insulators stay apart, and so does every face between two labels.
//
// Bytes per voxel on a GPU: 1, and 2 with more than 256 labels. None on a CPU, which reads the host's codes.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "kernels/base/device.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Classes are what a voxel is to the solver: that of insulators and side walls, and of the two electrode
/// plates; conducting classes follow.
inline constexpr std::uint8_t wall_class = 0, plate_class = 1, first_conducting_class = 2;
inline constexpr int max_classes = 256;

/// Whether eight codes are one and the same, where that is seen at a glance; most neighbours are.
TAUVOX_HD bool eight_alike([[maybe_unused]] const std::uint8_t* c) {
#ifdef __CUDA_ARCH__
  return false;
#else
  std::uint64_t eight;
  std::memcpy(&eight, c, sizeof eight);
  return eight == c[0] * std::uint64_t{0x0101010101010101};
#endif
}
TAUVOX_HD bool eight_alike(const std::uint16_t*) { return false; }

class Codes {
 public:
  /// @pre what is given outlives this: on a CPU it is looked at where it lies
  Codes(const Device& device, const Volume& volume);
  Codes(const Device& device, const Extent& extent, std::span<const std::uint8_t> codes, std::int64_t labels);

  /// What the device lends for codes of this width, 1 or 2 bytes.
  static std::int64_t bytes(const Device& device, const Extent& extent, int width);

  const Device& device() const { return device_; }
  const Extent& extent() const { return extent_; }
  /// Codes are below this.
  std::int64_t labels() const { return labels_; }
  /// f(pointer to the code of the first voxel, on the device); one of two types.
  template <class F>
  decltype(auto) visit(const F& f) const {
    return wide_ ? f(wide_) : f(narrow_);
  }

 private:
  Device device_;
  Extent extent_;
  std::int64_t labels_;
  Buffer<std::uint8_t> narrow_copy_;
  Buffer<std::uint16_t> wide_copy_;
  const std::uint8_t* narrow_ = nullptr;
  const std::uint16_t* wide_ = nullptr;
};

}  // namespace tauvox
