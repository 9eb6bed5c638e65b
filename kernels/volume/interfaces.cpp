#include "kernels/volume/interfaces.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

template <class Code>
struct CountFaces {  // one call a row: the faces ahead of its voxels
  const Code* codes;
  Extent extent;
  std::int64_t labels;
  std::array<bool, 3> joined;
  std::int64_t* table;  // [axis][low][high]

  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const Code* here = row(y, z);
    between(2, here, here + 1, extent.nx - 1);
    if (joined[2]) between(2, here + extent.nx - 1, here, 1);
    if (y + 1 < extent.ny || joined[1]) between(1, here, row((y + 1) % extent.ny, z), extent.nx);
    if (z + 1 < extent.nz || joined[0]) between(0, here, row(y, (z + 1) % extent.nz), extent.nx);
  }
  TAUVOX_HD const Code* row(std::int64_t y, std::int64_t z) const {
    return codes + extent.nx * (y + extent.ny * z);
  }
  TAUVOX_HD void between(int axis, const Code* a, const Code* b, std::int64_t count) const {
    for (std::int64_t begin = 0, end = 0; begin < count; begin = end) {
      while (end < count && a[end] == a[begin] && b[end] == b[begin]) ++end;
      const std::int64_t p = a[begin], q = b[begin];
      if (p == q) continue;
      const std::int64_t low = p < q ? p : q, high = p < q ? q : p;
      atomic_add(table + (axis * labels + low) * labels + high, end - begin);
    }
  }
};

}  // namespace

std::vector<Interface> count_interfaces(const Codes& codes, const std::array<bool, 3>& joined) {
  const std::int64_t n = codes.labels();
  if (n > most_interface_labels)
    throw Error(ExitCode::input_invalid, "too many labels to count the faces between them", "",
                std::to_string(n) + " labels",
                "at most " + std::to_string(most_interface_labels) + "; give particles one label");
  Buffer<std::int64_t> counts(codes.device(), 3 * n * n);
  counts.zero();
  codes.visit([&]<class Code>(const Code* c) {
    for_each_row(codes.device(), codes.extent(),
                 CountFaces<Code>{c, codes.extent(), n, joined, counts.data()});
  });
  const std::vector<std::int64_t> table = counts.to_host();
  std::vector<Interface> found;
  for (std::int64_t low = 0; low < n; ++low)
    for (std::int64_t high = low + 1; high < n; ++high) {
      Interface interface {
        low, high, {}
      };
      std::int64_t sum = 0;
      for (std::int64_t axis = 0; axis < 3; ++axis)
        sum += interface.faces[static_cast<std::size_t>(axis)] =
            table[static_cast<std::size_t>((axis * n + low) * n + high)];
      if (sum > 0) found.push_back(interface);
    }
  return found;
}

}  // namespace tauvox
