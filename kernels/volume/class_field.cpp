#include "kernels/volume/class_field.hpp"

#include "kernels/base/halo.hpp"
#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

template <class Code>
struct SetClasses {
  const Code* codes;
  UnknownsView unknowns;
  const std::uint8_t* class_of_code;
  FieldView<std::uint8_t> classes;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Extent& e = unknowns.extent;
    classes(x, y, z) =
        unknowns.conducts(x, y, z) ? class_of_code[codes[x + e.nx * (y + e.ny * z)]] : wall_class;
  }
};

}  // namespace

void set_classes(Field<std::uint8_t>& classes, const Codes& codes, const Unknowns& unknowns,
                 const std::vector<std::uint8_t>& class_of_code) {
  const Device& device = codes.device();
  if (classes.buffer().size() != Field<std::uint8_t>::stored(codes.extent()) ||
      classes.extent() != codes.extent())
    classes = Field<std::uint8_t>(device, codes.extent());
  Buffer<std::uint8_t> table(device, static_cast<std::int64_t>(class_of_code.size()));
  table.copy_from(class_of_code);
  codes.visit([&]<class Code>(const Code* c) {
    for_each_cell(device, codes.extent(), SetClasses<Code>{c, unknowns.view(), table.data(), classes.view()});
  });
}

void set_class_halo(Field<std::uint8_t>& classes, const Sides& sides) {
  const auto beyond = [](const Side& side) {
    return side.kind == SideKind::plate ? plate_class : wall_class;
  };
  for (const Axis axis : all_axes)
    fill_sides(classes, axis, beyond(sides.before(axis)), beyond(sides.behind(axis)));
  join_sides(classes, sides.joined());
}

}  // namespace tauvox
