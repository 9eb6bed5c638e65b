// Rows of the transport operator tuned for CPU instruction sets, for at most 8 classes (walls and plates
// included), chosen at run time.
//
// The plain functor spends its time on table look-ups: 6 dependent loads of classes and 6 of g a voxel. The
// tuned rows make codes of the class pairs on the faces of many voxels at once, and look g up by them. Same
// operations in the same order as the plain functor, no fused multiply-add: the same bits for finite
// numbers. Measured: benchmarks/README.md.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "kernels/faces.hpp"

namespace tauvox {

template <class T>
class TunedRows {
 public:
  static constexpr int max_classes = 8;
  virtual ~TunedRows() = default;

  /// q = A u for one row of nx voxels. Pointers address the first voxel of the row; strides in elements.
  /// @pre q does not overlap u
  virtual void apply(const std::uint8_t* c, const T* u, T* q, std::int64_t nx, std::int64_t row_stride,
                     std::int64_t plane_stride) const = 0;
  /// z = r / diagonal(A) for one row, 0 where the diagonal is 0.
  /// @pre z does not overlap r
  virtual void jacobi(const std::uint8_t* c, const T* r, T* z, std::int64_t nx, std::int64_t row_stride,
                      std::int64_t plane_stride) const = 0;
};

// Each null where this processor lacks the instructions, or where classes or rows do not suit.
template <class T>
std::unique_ptr<const TunedRows<T>> avx512_rows(const FaceTable& faces);
/// @param nx of the rows: at least 16
template <class T>
std::unique_ptr<const TunedRows<T>> avx2_rows(const FaceTable& faces, std::int64_t nx);

/// The fastest of the above.
template <class T>
std::unique_ptr<const TunedRows<T>> tuned_rows(const FaceTable& faces, std::int64_t nx) {
  auto rows = avx512_rows<T>(faces);
  return rows ? std::move(rows) : avx2_rows<T>(faces, nx);
}

}  // namespace tauvox
