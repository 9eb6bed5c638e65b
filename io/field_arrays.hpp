// The arrays of a field file as every format stores them: label values in the smallest integer type that
// holds them, and the concentration as it is. Handed out by slabs of z-slices, so that no writer copies a
// volume it need not copy. Internal to io/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/write.hpp"

namespace tauvox::io {

enum class Scalar { int8, uint8, int16, uint16, int32, uint32, int64, float32 };

struct FieldArray {
  std::string name;
  Scalar scalar = Scalar::uint8;
  std::size_t bytes = 1;  // per voxel, of all components
  int components = 1;     // the last index
  /// The slices [z, z + slices), x fastest; valid until the next call. Points into the volume or field where
  /// the stored bytes are the same, else into a buffer of the size asked for.
  std::function<const void*(std::int64_t z, std::int64_t slices)> slab;
};

/// "label", then the flux and the concentration if there are any.
/// @pre file.volume outlives the result
/// @throws Error(internal) when the arrays do not fit the extent.
std::vector<FieldArray> field_arrays(const FieldFile& file);

/// Name -> text that every format stores: what the file is and where it comes from; nothing that is not
/// known.
Texts field_texts(const FieldFile& file);

/// Slices per slab such that one slab of `bytes` per voxel holds about `target` bytes; at least 1.
std::int64_t slab_slices(const Extent& extent, std::size_t bytes, std::int64_t target);

}  // namespace tauvox::io
