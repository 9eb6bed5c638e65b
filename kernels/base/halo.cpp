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
    const Voxel v = Voxel::of_layer(axis, a, b, along);
    return field(v.x(), v.y(), v.z());
  }
};

template <class T>
struct FillSides {
  Layer<T> layer;
  std::int64_t n;
  T before, behind;
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    layer.at(a, b, -1) = before;
    layer.at(a, b, n) = behind;
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

}  // namespace

template <class T>
void fill_sides(Field<T>& field, Axis axis, T before, T behind) {
  for_each_voxel(
      field.device(), field.extent().layer(axis),
      FillSides<T>{{field.view(), static_cast<int>(axis)}, field.extent().along(axis), before, behind});
}

template <class T>
void join_sides(Field<T>& field, const std::array<bool, 3>& joined) {
  for (Axis axis : all_axes)
    if (joined[static_cast<std::size_t>(axis)])
      for_each_voxel(field.device(), field.extent().layer(axis),
                     JoinSides<T>{{field.view(), static_cast<int>(axis)}, field.extent().along(axis)});
}

template void fill_sides(Field<std::uint8_t>&, Axis, std::uint8_t, std::uint8_t);
template void join_sides(Field<std::uint8_t>&, const std::array<bool, 3>&);

}  // namespace tauvox
