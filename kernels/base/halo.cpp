#include "kernels/base/halo.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

// Both kernels run over one layer: its two in-plane coordinates are x (fast) and y; z is 0.
struct Layer {
  FieldView<std::uint8_t> field;
  int axis;
  TAUVOX_HD std::uint8_t& at(std::int64_t a, std::int64_t b, std::int64_t along) const {
    const Voxel v = Voxel::of_layer(axis, a, b, along);
    return field(v.x(), v.y(), v.z());
  }
};

struct FillSides {
  Layer layer;
  std::int64_t n;
  std::uint8_t before, behind;
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    layer.at(a, b, -1) = before;
    layer.at(a, b, n) = behind;
  }
};

struct JoinSides {
  Layer layer;
  std::int64_t n;
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    layer.at(a, b, -1) = layer.at(a, b, n - 1);
    layer.at(a, b, n) = layer.at(a, b, 0);
  }
};

}  // namespace

void fill_sides(Field<std::uint8_t>& field, Axis axis, std::uint8_t before, std::uint8_t behind) {
  for_each_cell(
      field.device(), field.extent().layer(axis),
      FillSides{{field.view(), static_cast<int>(axis)}, field.extent().along(axis), before, behind});
}

void join_sides(Field<std::uint8_t>& field, const std::array<bool, 3>& joined) {
  for (Axis axis : all_axes)
    if (joined[static_cast<std::size_t>(axis)])
      for_each_cell(field.device(), field.extent().layer(axis),
                    JoinSides{{field.view(), static_cast<int>(axis)}, field.extent().along(axis)});
}

}  // namespace tauvox
