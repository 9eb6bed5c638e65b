// What every file format hands to the label reader: a description, and boxes of voxels in the native type.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/input_file.hpp"
#include "io/palette.hpp"
#include "io/read.hpp"

namespace tauvox::io {

/// Types of a voxel in memory, native byte order.
enum class Element { uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64 };

struct ElementInfo {
  Element element;
  const char* name;
  std::size_t bytes;
};

inline constexpr std::array<ElementInfo, 10> elements{{{Element::uint8, "uint8", 1},
                                                       {Element::int8, "int8", 1},
                                                       {Element::uint16, "uint16", 2},
                                                       {Element::int16, "int16", 2},
                                                       {Element::uint32, "uint32", 4},
                                                       {Element::int32, "int32", 4},
                                                       {Element::uint64, "uint64", 8},
                                                       {Element::int64, "int64", 8},
                                                       {Element::float32, "float32", 4},
                                                       {Element::float64, "float64", 8}}};

constexpr const ElementInfo& info(Element element) { return elements[static_cast<std::size_t>(element)]; }

/// The element called `name`, e.g. "uint16".
inline std::optional<Element> element_named(std::string_view name) {
  for (const ElementInfo& row : elements)
    if (name == row.name) return row.element;
  return std::nullopt;
}

/// f(T{}) for the type T of such voxels.
template <class Function>
void with_type(Element element, const Function& f) {
  switch (element) {
    case Element::uint8:
      return f(std::uint8_t{});
    case Element::int8:
      return f(std::int8_t{});
    case Element::uint16:
      return f(std::uint16_t{});
    case Element::int16:
      return f(std::int16_t{});
    case Element::uint32:
      return f(std::uint32_t{});
    case Element::int32:
      return f(std::int32_t{});
    case Element::uint64:
      return f(std::uint64_t{});
    case Element::int64:
      return f(std::int64_t{});
    case Element::float32:
      return f(float{});
    case Element::float64:
      return f(double{});
  }
}

/// The element in a table of pairs, of what a format calls it and what it is.
template <class Table, class Name>
std::optional<Element> element_in(const Table& table, const Name& name) {
  for (const auto& [called, element] : table)
    if (name == called) return element;
  return std::nullopt;
}

/// "uint8, int8, ..., float64"
inline std::string element_names() {
  std::string names;
  for (const ElementInfo& row : elements) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

/// A box of voxels of the stored array, half open, z, y, x.
struct Region {
  std::array<std::int64_t, 3> begin{}, end{};
  std::int64_t size(int axis) const { return end[axis] - begin[axis]; }
  std::int64_t voxels() const { return size(0) * size(1) * size(2); }
};

/// An opened array. The constructor has read metadata only; `read` may be called for any box, in any order.
class VolumeSource {
 public:
  virtual ~VolumeSource() = default;

  /// Called once, before the boxes of `region` are read: what metadata have against it is said before memory
  /// is taken and voxels are read.
  /// @throws Error(input_refused) when parts of it are not in the file
  virtual void prepare(const Region& region) { (void)region; }

  /// Fills `out` with region.voxels() elements, [z][y][x].
  /// @pre region lies within description.extent and is not empty.
  /// @throws Error(input_refused) when the file cannot deliver what it announced.
  virtual void read(const Region& region, void* out) = 0;

  /// Calls `visit` with every file that belongs to it besides the one it was opened by, in the order in which
  /// they are read.
  virtual void visit_files(const std::function<void(const InputFile&)>& visit) const { (void)visit; }

  VolumeDescription description;  // read_extent is filled in by the caller, who knows the crop
  Element element = Element::uint8;
  Palette palette;                 // of a single image that has one
  std::int64_t granularity_z = 1;  // boxes aligned to these read (and decompress) nothing twice
  std::int64_t granularity_y = 1;
  std::int64_t slab_bytes = 8 << 20;  // about so many a box: enough for the disk, few for the cache of a core
};

/// @throws Error(usage) for a --voxel-size that is none
void check_voxel_size(const ReadOptions& options);

/// Steps of no unit: what they say of the shape of a voxel, with a warning; cubes say nothing.
/// @param said "ImageJ calibration: ..., no unit"
void take_ratio(const std::array<double, 3>& steps_zyx, const std::string& source, const std::string& said,
                VolumeDescription& description);

/// @throws Error(input_refused) when a small file claims more than `claimed` bytes could sensibly come from:
/// above 4 GiB, over a thousand times what is stored.
void refuse_implausible_size(const std::string& path, std::uint64_t claimed, std::uint64_t stored);

/// A warning where voxels are thicker than 1 mm or thinner than an atom: a unit that is off by a thousand is
/// right for every ratio and wrong for every length.
void warn_of_size(VolumeDescription& description);

}  // namespace tauvox::io
