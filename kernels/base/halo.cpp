#include "kernels/base/halo.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

// Both kernels run over one layer: its two in-plane coordinates are x (fast) and y; z is 0.
template <class T>
struct Layer {
  FieldView<T> field;
  int axis;
  TAUVOX_HD T& at(std::int64_t a, std::int64_t b, std::int64_t along) const {
    return axis == 0 ? field(a, b, along) : axis == 1 ? field(a, along, b) : field(along, a, b);
  }
};

template <class T>
struct FillSide {
  Layer<T> layer;
  std::int64_t n;
  T value;
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    layer.at(a, b, -1) = value;
    layer.at(a, b, n) = value;
  }
};

template <class T>
struct JoinSides {
  Layer<T> layer;
  std::int64_t n;
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    layer.at(a, b, -1) = layer.at(a, b, n - 1);
    layer.at(a, b, n) = layer.at(a, b, 0);
  }
};

Extent layer_extent(const Extent& e, Axis axis) {
  return axis == Axis::z   ? Extent{e.nx, e.ny, 1}
         : axis == Axis::y ? Extent{e.nx, e.nz, 1}
                           : Extent{e.ny, e.nz, 1};
}

}  // namespace

template <class T>
void fill_side(Field<T>& field, Axis axis, T value) {
  for_each_voxel(field.device(), layer_extent(field.extent(), axis),
                 FillSide<T>{{field.view(), static_cast<int>(axis)}, field.extent().along(axis), value});
}

template <class T>
void join_sides(Field<T>& field, const std::array<bool, 3>& joined) {
  for (Axis axis : all_axes)
    if (joined[static_cast<std::size_t>(axis)])
      for_each_voxel(field.device(), layer_extent(field.extent(), axis),
                     JoinSides<T>{{field.view(), static_cast<int>(axis)}, field.extent().along(axis)});
}

template void fill_side(Field<std::uint8_t>&, Axis, std::uint8_t);
template void join_sides(Field<std::uint8_t>&, const std::array<bool, 3>&);

}  // namespace tauvox
