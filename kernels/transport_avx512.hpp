// Rows of the transport operator with AVX-512, for at most 8 classes (walls and plates included).
//
// The plain functor spends its time on table look-ups: 6 dependent loads a voxel. Here the pair of classes on
// a face becomes a code of 5 bits for 64 voxels at once (one byte permutation), and g is taken from registers
// by that code. Same operations in the same order as the plain functor: the same bits. Measured:
// benchmarks/README.md.
#pragma once

#include <cstdint>

#include "kernels/faces.hpp"

namespace tauvox::avx512 {

inline constexpr int max_row_classes = 8;

/// Face table by pair code. Pairs with a wall have code 0 and g = 0.
template <class T>
struct PairTable {
  alignas(64) std::uint8_t code[64] = {};  // [a * 8 + b]
  alignas(64) T g[3][32] = {};             // [axis z, y, x][code]
};

/// Does this processor have the instructions?
bool available();

/// @pre faces.classes <= max_row_classes
template <class T>
PairTable<T> make_pairs(const FaceTable& faces);

/// q = A u for one row of nx voxels. Pointers address the first voxel of the row; strides in elements.
void apply_row(const PairTable<double>& pairs, const std::uint8_t* c, const double* u, double* q,
               std::int64_t nx, std::int64_t row_stride, std::int64_t plane_stride);
void apply_row(const PairTable<float>& pairs, const std::uint8_t* c, const float* u, float* q,
               std::int64_t nx, std::int64_t row_stride, std::int64_t plane_stride);

/// z = r / diagonal(A) for one row, 0 where the diagonal is 0.
void jacobi_row(const PairTable<double>& pairs, const std::uint8_t* c, const double* r, double* z,
                std::int64_t nx, std::int64_t row_stride, std::int64_t plane_stride);
void jacobi_row(const PairTable<float>& pairs, const std::uint8_t* c, const float* r, float* z,
                std::int64_t nx, std::int64_t row_stride, std::int64_t plane_stride);

}  // namespace tauvox::avx512
