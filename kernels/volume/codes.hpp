// The labels of a volume on a device, once a run: per voxel its code (volume.hpp), and what can be counted of
// them. Nothing is thrown away: insulators stay apart, and so does every face between two labels.
//
// Bytes per voxel on a GPU: 1, and 2 with more than 256 labels. None on a CPU, which reads the host's codes.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

class Unknowns;

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

/// Number of voxels of each code.
std::vector<std::int64_t> histogram(const Codes& codes);
/// Of those voxels only that belong to the set.   @pre on the device of the codes
std::vector<std::int64_t> histogram(const Codes& codes, const Unknowns& set);

/// Faces between the voxels of two labels, by the axis they are across.
struct Interface {
  std::int64_t low = 0, high = 0;       // codes, low < high
  std::array<std::int64_t, 3> faces{};  // across z, y, x
};

inline constexpr std::int64_t most_interface_labels = 2048;  // 24 bytes a pair of labels

/// All pairs of labels that share a face, ascending by low, then high.
/// @param joined sides across these axes (z, y, x) are neighbours of each other
/// @throws Error(input_invalid) with more than most_interface_labels labels
std::vector<Interface> count_interfaces(const Codes& codes, const std::array<bool, 3>& joined);

}  // namespace tauvox
