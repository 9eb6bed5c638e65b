#include "kernels/volume/labels.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/base/halo.hpp"
#include "kernels/base/launch.hpp"
#include "kernels/volume/classes.hpp"

namespace tauvox {
namespace {

template <class Code>
struct MapLabels {
  const Code* codes;
  const std::uint8_t* class_of_code;
  FieldView<std::uint8_t> classes;
  std::int64_t nx, ny;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    classes(x, y, z) = class_of_code[codes[x + nx * (y + ny * z)]];
  }
};

struct CountClasses {
  FieldView<std::uint8_t> classes;
  std::int64_t* count;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    atomic_add(count + classes(x, y, z), std::int64_t{1});
  }
  // One atomic per run of equal classes: neighbours are mostly alike, and threads rarely meet.
  void row(std::int64_t y, std::int64_t z, std::int64_t nx) const {
    for (std::int64_t begin = 0, end = 0; begin < nx; begin = end) {
      const std::uint8_t c = classes(begin, y, z);
      while (end < nx && classes(end, y, z) == c) ++end;
      atomic_add(count + c, end - begin);
    }
  }
};

}  // namespace

Field<std::uint8_t> map_labels(const Device& device, const Volume& volume,
                               const std::vector<std::uint8_t>& class_of_code) {
  Field<std::uint8_t> classes(device, volume.extent);
  Buffer<std::uint8_t> table(device, static_cast<std::int64_t>(class_of_code.size()));
  table.copy_from(class_of_code);
  std::visit(
      [&](const auto& codes) {
        using Code = typename std::decay_t<decltype(codes)>::value_type;
        const Code* source = codes.data();
        Buffer<Code> staged;
        if (device.is_cuda()) {
          staged = Buffer<Code>(device, static_cast<std::int64_t>(codes.size()));
          staged.copy_from(codes);
          source = staged.data();
        }
        for_each_voxel(
            device, volume.extent,
            MapLabels<Code>{source, table.data(), classes.view(), volume.extent.nx, volume.extent.ny});
      },
      volume.codes);
  return classes;
}

void set_class_halo(Field<std::uint8_t>& classes, const Sides& sides) {
  const auto beyond = [](const Side& side) {
    return side.kind == SideKind::plate ? plate_class : wall_class;
  };
  for (const Axis axis : all_axes)
    fill_sides(classes, axis, beyond(sides.before(axis)), beyond(sides.behind(axis)));
  join_sides(classes, sides.joined());
}

std::vector<std::int64_t> histogram(const Field<std::uint8_t>& classes) {
  Buffer<std::int64_t> count(classes.device(), 256);
  count.zero();
  for_each_voxel(classes.device(), classes.extent(), CountClasses{classes.view(), count.data()});
  std::vector<std::int64_t> host(256);
  count.copy_to(host);
  return host;
}

}  // namespace tauvox
