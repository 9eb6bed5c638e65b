// Voxels of any type -> label codes: the rank of each value among the distinct values of the volume.
// Memory: 1 byte per voxel; 2 from the 257th distinct label on (3 for the moment of the change).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/volume_source.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox::io {

/// The refusal of voxels that are NaN or infinite: only NaN can be what lies outside of the sample.
/// @param count of both   @param better what to put in their place: "a label"
Error no_numbers(const std::string& path, const std::string& facts, std::int64_t count, std::int64_t nans,
                 const std::string& better);

/// Takes the volume box by box, then hands over codes and labels. Codes are the values where these have 8
/// bits, else given in order of appearance, and put in order of value at the end: one pass over the file is
/// enough.
class LabelEncoder {
 public:
  /// @param memory          makes the array of codes; its elements are 0
  /// @param extent, origin  the box of the stored array that is read, and where it begins (for messages)
  /// @param thresholds      ascending; empty: the values are the labels
  /// @throws Error(usage) for thresholds that are not finite and ascending; Error(resources) without memory.
  /// @param nan_is_outside  and none of the sample; else it is refused
  LabelEncoder(Element element, const Extent& extent, const std::array<std::int64_t, 3>& origin,
               const std::vector<double>& thresholds, std::string path, const CodeMemory& memory,
               bool nan_is_outside = false);

  /// `count` elements that belong to positions first, first + 1, ... of the volume.
  /// @throws Error(input_invalid) above 65536 distinct labels or for a label outside int64.
  void append(const void* values, std::int64_t first, std::int64_t count);

  /// Moves codes, labels and notices into `volume`. Call once, after the last append.
  /// @param kind  of values that might have been no labels, for a notice: "float32"; empty: none
  /// @throws Error(input_invalid) for float data that are no labels.
  void finish(Volume& volume, const std::string& kind);

 private:
  void append_bytes(const std::uint8_t* values, std::int64_t first, std::int64_t count);
  void name_bytes();
  template <class T>
  void append_small(const T* values, std::int64_t first, std::int64_t count);
  template <class T>
  void append_large(const T* values, std::int64_t first, std::int64_t count);
  template <class T>
  bool is_usable(T value, std::int64_t position);
  template <class T>
  std::int64_t label_of(T value) const;

  std::uint16_t code_of(std::int64_t label);
  void widen();
  void sort_codes(Volume& volume);
  void part_outside(Volume& volume) const;
  void refuse_unusable_values() const;
  void warn_of_empty(Volume& volume) const;
  std::string position_text(std::int64_t position) const;

  Element element_;
  Extent extent_;
  std::array<std::int64_t, 3> origin_;
  std::vector<double> thresholds_;
  std::string path_;
  const CodeMemory& memory_;
  bool nan_is_outside_;

  LabelCodes codes_;
  std::vector<std::int64_t> labels_;  // by provisional code
  std::vector<std::int64_t> voxels_;  // by provisional code
  std::unordered_map<std::int64_t, std::uint16_t> code_of_label_;
  std::vector<std::int32_t> code_of_bits_;  // 8- and 16-bit types: by bit pattern, -1 unseen
  std::array<std::int64_t, 256> bytes_{};   // 8-bit types: how often each bit pattern was seen
  std::vector<std::uint32_t> histogram_;    // 16-bit types: four interleaved counts per bit pattern
  std::int64_t appended_ = 0;

  // Float data: what the refusal has to say
  std::int64_t not_finite_ = 0, first_not_finite_ = -1, nans_ = 0, fractional_ = 0, too_large_ = 0;
  double least_ = 0.0, greatest_ = 0.0;
  std::set<double> distinct_;
};

}  // namespace tauvox::io
