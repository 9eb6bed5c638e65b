#include "kernels/volume/kinds.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

template <class Code>
struct SetKinds {
  const Code* codes;
  UnknownsView set;
  const std::uint8_t* kind_of_code;
  std::uint8_t* kind;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Extent& e = set.extent;
    if (set.conducts(x, y, z)) kind[set.number(x, y, z)] = kind_of_code[codes[x + e.nx * (y + e.ny * z)]];
  }
};

struct LookUp {
  static constexpr std::int64_t bytes_per_element = 9;
  const std::uint8_t* kind;
  const double* table;
  double* values;
  TAUVOX_HD void operator()(std::int64_t i) const { values[i] = table[kind[i]]; }
};

}  // namespace

Buffer<std::uint8_t> kinds_of(const Codes& codes, const Unknowns& set,
                              const std::vector<std::uint8_t>& kind_of_code) {
  Buffer<std::uint8_t> table(codes.device(), static_cast<std::int64_t>(kind_of_code.size())),
      kinds(codes.device(), set.count());
  table.copy_from(kind_of_code);
  codes.visit([&]<class Code>(const Code* c) {
    for_each_cell(codes.device(), codes.extent(), SetKinds<Code>{c, set.view(), table.data(), kinds.data()});
  });
  return kinds;
}

Buffer<double> values_of_kinds(const Buffer<std::uint8_t>& kind, const std::vector<double>& table) {
  Buffer<double> on_device(kind.device(), static_cast<std::int64_t>(table.size())),
      values(kind.device(), kind.size());
  on_device.copy_from(table);
  for_each_index(kind.device(), kind.size(), LookUp{kind.data(), on_device.data(), values.data()});
  return values;
}

}  // namespace tauvox
