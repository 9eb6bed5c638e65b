// A segmented volume: one label per voxel, and what is known of where it came from.
// Memory: 1 byte per voxel up to 256 distinct labels, 2 bytes up to 65536.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/extent.hpp"

namespace tauvox {

/// A label as the file has it, with the number of voxels that carry it.
struct Label {
  std::int64_t value = 0;
  std::int64_t voxels = 0;
};

/// Grey values that were read as if they were labels: value = of_zero + step * label.
struct GreyScale {
  double of_zero = 0, step = 1;
  std::vector<double> otsu{}, otsu3{};  // thresholds of Otsu's method, for two classes and three
  double value_of(std::int64_t label) const { return of_zero + step * static_cast<double>(label); }
};

/// Voxels that are not of the sample: they conduct nothing and are not counted. Their code is the number of
/// labels.
struct Outside {
  std::int64_t voxels = 0;
  std::int64_t label = 0;     // which they have in files that are written; none of the volume's
  std::string source;         // "--outside 3", "--mask FILE"
  std::string mask_sha256{};  // of the bytes of the mask
};

/// Codes in memory of their own, or in memory that another process has filled; a copy has its own.
template <class T>
class LabelArray : public std::span<T> {
 public:
  LabelArray() = default;
  LabelArray(std::vector<T> values) : LabelArray(std::make_shared<std::vector<T>>(std::move(values))) {}
  LabelArray(std::span<T> values, std::shared_ptr<void> memory) : std::span<T>(values), memory_(memory) {}
  LabelArray(const LabelArray& other) : LabelArray(std::vector<T>(other.begin(), other.end())) {}
  LabelArray(LabelArray&&) noexcept = default;
  LabelArray& operator=(LabelArray other) noexcept {
    std::span<T>::operator=(other);
    memory_ = std::move(other.memory_);
    return *this;
  }

 private:
  explicit LabelArray(std::shared_ptr<std::vector<T>> values) : std::span<T>(*values), memory_(values) {}
  std::shared_ptr<void> memory_;  // of which the span is
};

/// Per voxel the position of its label in Volume::labels, or their number where it is outside, stored
/// [z][y][x], x fastest, no halo.
using LabelCodes = std::variant<LabelArray<std::uint8_t>, LabelArray<std::uint16_t>>;

struct Volume {
  Extent extent;
  LabelCodes codes;
  std::vector<Label> labels;       // ascending by value; only labels that occur
  std::optional<Outside> outside;  // where some voxels are none of the sample
  std::optional<GreyScale> grey;   // where the values look like those of an image
  std::vector<double> thresholds;  // that made labels of grey values; none where the labels are the values

  std::optional<std::array<double, 3>> voxel_size;  // m; z, y, x; empty when nobody said
  /// Edges over the shortest, z, y, x: where a file states steps and no unit.
  std::optional<std::array<double, 3>> voxel_ratio;
  std::string voxel_size_source;  // of either: "--voxel-size", "attribute element_size_um", ""

  // Words of files and their names, fit to be printed: control characters and what is no UTF-8 are escaped.
  std::string path;                   // as given; "generated: ..." for a generated volume
  std::string sha256;                 // of the file's bytes; empty when not computed
  std::string dataset;                // HDF5 path; empty for other formats
  std::string stored_type;            // "uint8", "float64 big-endian", ...
  std::string format;                 // "HDF5", "TIFF", "raw"
  std::vector<std::string> notices;   // what the reader decided and a user should know
  std::vector<std::string> warnings;  // what may make the results wrong

  /// Of a voxel, z, y, x: m, or in a unit that nobody knows; a cube where nothing is known.
  std::array<double, 3> spacing() const {
    return voxel_size ? *voxel_size : voxel_ratio.value_or(std::array{1.0, 1.0, 1.0});
  }
  /// The code of voxel i as a number.
  std::int64_t code(std::int64_t i) const {
    return std::visit([i](const auto& c) -> std::int64_t { return c[static_cast<std::size_t>(i)]; }, codes);
  }
  /// Codes are below this: tables by code have as many entries.
  std::size_t codes_there_are() const { return labels.size() + (outside ? 1 : 0); }
  /// What fractions and densities are over.
  std::int64_t voxels_of_sample() const { return extent.voxels() - (outside ? outside->voxels : 0); }
  double fraction(const Label& label) const {
    return static_cast<double>(label.voxels) / static_cast<double>(voxels_of_sample());
  }
};

}  // namespace tauvox
