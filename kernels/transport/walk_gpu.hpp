// The engine of passes_gpu.cpp: a block of GPU threads walks a tile of columns plane by plane, with the
// values of three planes in shared memory.
//
// A tile is 32 x 14 columns and one more on each side; every column has a thread. Coming to a plane a thread
// finds the conductances of its voxel's faces and the value of its voxel once, and shares the value with its
// four neighbours; those above and below it remembers. The plain functors find each of them again for every
// neighbour that asks. Same order of operations, so the same bits; only sums over the volume have an order of
// their own, from the extent alone. Without CUDA only `walk` is left, and throws.
#pragma once

#include <bit>
#include <limits>

#include "kernels/transport/passes.hpp"

namespace tauvox::tiles {

/// What a thread knows of a voxel of its column.
template <class W>
struct Cell {
  bool conducts = false;
  std::int64_t number = 0;  // where it conducts, as all that follows
  W g[6] = {};              // of its faces x-, x+, y-, y+, z-, z+; walls 0
  W value = 0;              // outside the volume: that of the plate

  /// In the order of tauvox::diagonal
  TAUVOX_HD W diagonal(W shift) const {
    W sum = shift;
    for (int face = 0; face < 6; ++face) sum += g[face];
    return sum;
  }
  /// shift u + sum of g (u - beyond), in the order of apply_at
  TAUVOX_HD W apply(W shift, const W (&beyond)[6]) const {
    W sum = shift * value;
    for (int face = 0; face < 6; ++face) sum += g[face] * (value - beyond[face]);
    return sum;
  }
};

#ifdef TAUVOX_DEVICE_CODE
inline constexpr int tile_x = 32, tile_y = 14;  // even: whole blocks of 2x2x2
inline constexpr int rows = tile_y + 2, pitch = tile_x + 2;
inline constexpr int inner_threads = tile_x * rows;  // a warp a row; one more warp for both sides
inline constexpr int tile_threads = inner_threads + 32;
// Blocks that a multiprocessor shall have room for, FP32: the registers of a thread follow from that.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ == 750
inline constexpr int resident_tiles = 1;  // Turing holds 1024 threads
#else
inline constexpr int resident_tiles = 2;
#endif
static_assert(2 * rows <= 32 && tile_x % 2 == 0 && tile_y % 2 == 0);

/// How a volume is cut: tiles across x and y, and slabs of `depth` planes.
struct Tiles {
  std::int64_t across = 0, along = 0, slabs = 0, depth = 0;
  explicit Tiles(const Extent& e)
      : across(detail::chunks(e.nx, tile_x)), along(detail::chunks(e.ny, tile_y)) {
    constexpr std::int64_t wanted = 2048;  // blocks, some waves of them on any GPU
    const std::int64_t most = std::max<std::int64_t>(1, e.nz / 16);
    const std::int64_t cuts = std::min(most, detail::chunks(wanted, across * along));
    depth = (detail::chunks(e.nz, cuts) + 1) / 2 * 2;
    slabs = detail::chunks(e.nz, depth);
  }
  std::int64_t blocks() const { return across * along * slabs; }
};

/// Takes i back into [0, n) where the sides are joined; returns whether it is there.
TAUVOX_HD bool take_inside(std::int64_t& i, std::int64_t n, bool joined) {
  while (joined && i < 0) i += n;
  while (joined && i >= n) i -= n;
  return i >= 0 && i < n;
}

/// Joined sides between i and the volume: -1 before it, 1 behind it.
TAUVOX_HD int turns(std::int64_t i, std::int64_t n) { return i < 0 ? -1 : i >= n ? 1 : 0; }

/// A plane of the volume: its words, or the classes of its voxels. Goes on from plane to plane.
template <bool one_class, class W>
struct Plane {
  std::conditional_t<one_class, const UnknownsWord*, const std::uint8_t*> origin;
  std::int64_t z;      // 0 again behind the last where sides are joined
  std::int64_t first;  // row of its first voxel
  int turn = 0;        // joined sides passed on the way here from inside the volume: -1, 0, 1
  bool inside;
  __device__ Plane(const Medium<W>& m, std::int64_t at) : z(at) {
    turn = turns(at, m.length(0));
    inside = take_inside(z, m.length(0), m.joined(0));
    first = m.length(1) * z;
    origin = start(m) + stride(m) * z;
  }
  __device__ void advance(const Medium<W>& m) {
    origin += stride(m);
    first += m.length(1);
    if (++z == m.length(0) && m.joined(0)) {
      origin = start(m);
      z = first = 0;
      ++turn;
    }
    inside = z >= 0 && z < m.length(0);
  }

 private:
  __device__ static auto start(const Medium<W>& m) {
    if constexpr (one_class)
      return m.active.words;
    else
      return m.classes.origin;
  }
  __device__ static std::int64_t stride(const Medium<W>& m) {
    if constexpr (one_class)
      return m.active.words_per_row * m.length(1);
    else
      return m.classes.plane_stride;
  }
};

/// A column of voxels along z: where to look it up in a plane, or what lies there outside the volume.
template <bool one_class, class W>
class Column {
 public:
  Column() = default;
  __device__ Column(const Medium<W>& m, std::int64_t x, std::int64_t y) {
    const int sign_x = x < 0 ? -1 : 1, sign_y = y < 0 ? -1 : 1;
    const bool in_x = take_inside(x, m.length(2), m.joined(2)),
               in_y = take_inside(y, m.length(1), m.joined(1));
    const bool plate = (!in_x && m.plate(2, sign_x)) || (!in_y && m.plate(1, sign_y));
    kind_ = in_x && in_y ? first_conducting_class : plate ? plate_class : wall_class;
    if constexpr (one_class) {
      at_ = static_cast<std::uint32_t>((x >> 5) + m.active.words_per_row * y);
      bit_ = static_cast<std::uint8_t>(x & 31);
    } else {
      at_ = m.classes.offset(x, y, 0);
    }
  }
  __device__ bool inside() const { return kind_ == first_conducting_class; }
  __device__ W material(const Medium<W>& m, const Plane<one_class, W>& plane) const {
    if constexpr (one_class)
      return !inside() ? outside(m, kind_) : (plane.origin[at_].mask >> bit_) & 1u ? W(1) : W(0);
    else
      return !inside() ? outside(m, kind_) : m.material[plane.origin[at_]];
  }
  /// Number of the unknown of this column, at (x, y), in a plane.
  __device__ std::int64_t number(const Medium<W>& m, const Plane<one_class, W>& plane, std::int64_t x,
                                 std::int64_t y) const {
    if constexpr (one_class) {
      const UnknownsWord word = plane.origin[at_];
      return m.active.row_start[plane.first + y] + word.rank + bit_count(word.mask & ((1u << bit_) - 1u));
    } else {
      return m.active.number(x, y, plane.z);
    }
  }
  /// Material of the walls and plates around the volume.
  __device__ static W outside(const Medium<W>& m, int kind) {
    if constexpr (one_class)
      return kind == plate_class ? W(2) : W(0);
    else
      return m.material[kind];
  }
  /// Whether a voxel inside the volume is an unknown. There are no plates there.
  __device__ static bool conducts(const Medium<W>& m, W material) {
    return one_class ? OneClass::conducts(material)
                     : with_law(m.law, [&](auto law) { return law.conducts(material); });
  }

 private:
  std::conditional_t<one_class, std::uint32_t, std::int64_t> at_ = 0;
  std::uint8_t bit_ = 0, kind_ = wall_class;
};

/// A thread's column and those beside it, on the way from plane to plane.
template <bool one_class, class W>
class Walker {
 public:
  /// Starts before plane z.
  __device__ Walker(const Medium<W>& m, std::int64_t x, std::int64_t y, std::int64_t z)
      : x_(x),
        y_(y),
        side_(!(y < 0 || y >= m.length(1)) ? (x < 0 ? 4 : 5)
              : y < 0                      ? 2
                                           : 3),
        turn_x_(turns(x, m.length(2))),
        turn_y_(turns(y, m.length(1))),
        own_(m, x, y),
        plane_(m, z),
        ahead_(m, z + 1) {
    take_inside(x_, m.length(2), m.joined(2));
    take_inside(y_, m.length(1), m.joined(1));
    for (int side = 0; side < 4; ++side)
      beside_[side] = {m, x_ + (side == 1) - (side == 0), y_ + (side == 3) - (side == 2)};
    below_ = own_in(m, Plane<one_class, W>(m, z - 1));
    here_ = own_in(m, plane_);
  }
  /// @param z of a plane inside the volume
  __device__ Voxel voxel(std::int64_t z) const { return Voxel::of(x_, y_, z); }

  /// The cell of the next plane.
  template <class Kernel>
  __device__ Cell<W> next(const Medium<W>& m, const Kernel& kernel) {
    const W above = own_in(m, ahead_);
    Cell<W> c;
    if (!plane_.inside || !own_.inside()) {
      if constexpr (Kernel::potential)
        c.value = kernel.beyond_side(plane_.inside ? side_ : plane_.z < 0 ? 0 : 1);
    } else if (Column<one_class, W>::conducts(m, here_)) {
      c.conducts = true;
      c.number = own_.number(m, plane_, x_, y_);
      for (int face = 0; face < 4; ++face)
        c.g[face] = m.scale[2 - face / 2] * law_of(m, here_, beside_[face].material(m, plane_));
      c.g[4] = m.scale[0] * law_of(m, here_, below_);
      c.g[5] = m.scale[0] * law_of(m, here_, above);
      c.value = kernel.value(voxel(plane_.z), c);
      if constexpr (Kernel::potential)
        c.value += plane_.turn * kernel.rise(0) + turn_y_ * kernel.rise(1) + turn_x_ * kernel.rise(2);
    }
    below_ = here_;
    here_ = above;
    plane_ = ahead_;
    ahead_.advance(m);
    return c;
  }

 private:
  __device__ static W law_of(const Medium<W>& m, W here, W there) {
    return one_class ? OneClass::conductance(here, there) : conductance(m.law, here, there);
  }
  __device__ W own_in(const Medium<W>& m, const Plane<one_class, W>& plane) const {
    return plane.inside ? own_.material(m, plane)
                        : Column<one_class, W>::outside(m, m.class_beyond(0, plane.z < 0 ? -1 : 1));
  }
  std::int64_t x_, y_;
  int side_, turn_x_, turn_y_;  // which side it lies beyond, if any; joined sides passed
  Column<one_class, W> own_, beside_[4];
  Plane<one_class, W> plane_, ahead_;  // the one to come, and the one above it
  W below_, here_;                     // material of this column there, and before
};

/// partial[n] of this block = sum over its threads.
template <int N>
__device__ void fold_tile(const Sums<N>& mine, double* partial) {
  __shared__ double shared[tile_threads];
  const unsigned t = threadIdx.x;
  for (int n = 0; n < N; ++n) {
    __syncthreads();
    shared[t] = mine.value[n];
    for (unsigned width = std::bit_floor(tile_threads - 1u); width > 0; width /= 2) {
      __syncthreads();
      if (t < width && t + width < tile_threads) shared[t] += shared[t + width];
    }
    if (t == 0) partial[std::int64_t{gridDim.x} * n + blockIdx.x] = shared[0];
  }
}

/// Sums of `rest` over the aggregates of the tile's blocks in planes z and z + 1, z even; a thread a block.
template <class W>
__device__ void sum_aggregates(const BlockView& blocks, std::int64_t x0, std::int64_t y0, std::int64_t z,
                               const W (&rest)[2][tile_y][tile_x], W* gathered) {
  const int t = static_cast<int>(threadIdx.x), x = t % (tile_x / 2), y = t / (tile_x / 2);
  const std::int64_t bx = x0 / 2 + x, by = y0 / 2 + y;
  if (y >= tile_y / 2 || bx >= blocks.lattice.nx || by >= blocks.lattice.ny) return;
  const std::int64_t b = blocks.block(bx, by, z / 2);
  const std::uint32_t code = blocks.code(b), first = blocks.first_node[b];
  for (std::uint32_t node = first; node < blocks.first_node[b + 1]; ++node) {
    W sum = 0;
    for (int s = 0; s < 8; ++s)
      if (BlockView::conducts(code, s) &&
          first + static_cast<std::uint32_t>(BlockView::local(code, s)) == node)
        sum += rest[s >> 2][2 * y + ((s >> 1) & 1)][2 * x + (s & 1)];
    gathered[node] = sum;
  }
}

/// kernel.value(voxel, cell) for every unknown, then kernel.use(voxel, cell, values beyond its faces, sums),
/// which returns what Kernel::gathers adds up over the aggregates.
template <bool one_class, class W, class Kernel>
__global__ void __launch_bounds__(tile_threads, sizeof(W) == 4 ? resident_tiles : 1)
    walk_tile(Tiles tiles, Kernel kernel, double* partial) {
  const Medium<W>& m = kernel.m;
  __shared__ W planes[3][rows][pitch];
  const int t = static_cast<int>(threadIdx.x);
  const bool inner = t < inner_threads;
  const int i = inner ? t % tile_x + 1 : t % 2 * (tile_x + 1), j = inner ? t / tile_x : t / 2 % rows;
  const std::int64_t x0 = blockIdx.x % tiles.across * tile_x,
                     y0 = blockIdx.x / tiles.across % tiles.along * tile_y,
                     z0 = blockIdx.x / (tiles.across * tiles.along) * tiles.depth,
                     z1 = z0 + tiles.depth < m.length(0) ? z0 + tiles.depth : m.length(0);
  const std::int64_t x = x0 + i - 1, y = y0 + j - 1;
  // Beyond the column behind the last nothing is asked for.
  const bool present = x <= m.length(2) && y <= m.length(1);
  const bool mine = inner && j > 0 && j <= tile_y && x < m.length(2) && y < m.length(1);
  Walker<one_class, W> walker(m, x, y, z0 - 1);
  Cell<W> here;
  W before = 0;
  Sums<std::max(Kernel::sums, 1)> sums;
  int slot = 0;
  for (std::int64_t z = z0 - 1; z <= z1; ++z) {
    const Cell<W> next = present ? walker.next(m, kernel) : Cell<W>{};
    planes[slot][j][i] = next.value;
    __syncthreads();  // three planes: the one written next is not the one read now
    W out = 0;
    if (z > z0 && mine && here.conducts) {
      const auto& plane = planes[slot == 0 ? 2 : slot - 1];
      const W beyond[6] = {plane[j][i - 1], plane[j][i + 1], plane[j - 1][i],
                           plane[j + 1][i], before,          next.value};
      out = kernel.use(walker.voxel(z - 1), here, beyond, sums);
    }
    if constexpr (Kernel::gathers) {
      __shared__ W rest[2][tile_y][tile_x];
      if (mine) rest[(z - 1) & 1][j - 1][i - 1] = out;
      if (z > z0 && (((z - 1) & 1) == 1 || z == z1)) {
        __syncthreads();  // written again after the next plane's barrier at the earliest
        sum_aggregates(kernel.blocks, x0, y0, (z - 1) & ~std::int64_t{1}, rest, kernel.gathered());
      }
    }
    before = here.value;
    here = next;
    slot = slot == 2 ? 0 : slot + 1;
  }
  if constexpr (Kernel::sums > 0) fold_tile(sums, partial);
}

#endif

/// Walks the volume on a GPU; returns the sums of the kernel.
template <class Kernel>
Sums<std::max(Kernel::sums, 1)> walk(const Device& device, const Kernel& kernel) {
#ifdef TAUVOX_DEVICE_CODE
  const auto& m = kernel.m;
  using W = std::remove_cv_t<decltype(m.shift)>;
  const Tiles tiles(m.active.extent);
  double* partial = Kernel::sums > 0 ? detail::partial_sums<Kernel::sums>(device, tiles.blocks()) : nullptr;
  launch("starting a kernel on tiles", m.one_class ? walk_tile<true, W, Kernel> : walk_tile<false, W, Kernel>,
         tiles.blocks(), tile_threads, tiles, kernel, partial);
  if constexpr (Kernel::sums > 0)
    return detail::fold_on_device<Kernel::sums>(device, partial, tiles.blocks());
  else
    return {};
#else
  (void)kernel;
  throw Error(ExitCode::internal, "tiles are for GPUs", device.description(), "", "please report this");
#endif
}

}  // namespace tauvox::tiles
