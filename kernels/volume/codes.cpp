#include "kernels/volume/codes.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/base/launch.hpp"
#include "kernels/volume/unknowns.hpp"

namespace tauvox {
namespace {

/// What one row adds to a table: the counts of the first codes are gathered, so that rows meet seldom.
struct RowCounts {
  static constexpr int gathered = 8;
  std::int64_t* table;
  std::int64_t count[gathered] = {};

  TAUVOX_HD void add(std::int64_t code, std::int64_t voxels) {
    if (code < gathered)
      count[code] += voxels;
    else
      atomic_add(table + code, voxels);
  }
  TAUVOX_HD void finish() const {
    for (int code = 0; code < gathered; ++code)
      if (count[code] > 0) atomic_add(table + code, count[code]);
  }
};

template <class Code>
struct CountCodes {  // one call a row
  const Code* codes;
  Extent extent;
  std::int64_t* table;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const Code* c = codes + extent.nx * (y + extent.ny * z);
    RowCounts counts{table};
    for (std::int64_t begin = 0, end = 0; begin < extent.nx; begin = end) {
      while (end < extent.nx && c[end] == c[begin]) ++end;
      counts.add(c[begin], end - begin);
    }
    counts.finish();
  }
};

template <class Code>
struct CountCodesWithin {  // one call a row
  const Code* codes;
  UnknownsView set;
  std::int64_t* table;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = set.row(y, z);
    const Code* c = codes + set.extent.nx * row;
    RowCounts counts{table};
    std::int64_t code = 0, voxels = 0;
    for (std::int64_t w = 0; w < set.words_per_row; ++w)
      for (std::uint32_t left = set.words[row * set.words_per_row + w].mask; left; left &= left - 1) {
        const std::int64_t here = c[32 * w + lowest_bit(left)];
        if (here != code) {
          counts.add(code, voxels);
          code = here;
          voxels = 0;
        }
        ++voxels;
      }
    counts.add(code, voxels);
    counts.finish();
  }
};

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

/// A table of `size` counts that `fill` adds to on the device.
template <class Fill>
std::vector<std::int64_t> count_into(const Device& device, std::int64_t size, const Fill& fill) {
  Buffer<std::int64_t> table(device, size);
  table.zero();
  fill(table.data());
  return table.to_host();
}

}  // namespace

Codes::Codes(const Device& device, const Volume& volume)
    : device_(device), extent_(volume.extent), labels_(static_cast<std::int64_t>(volume.labels.size())) {
  const auto take = [&](const auto& host, auto& copy, auto& pointer) {
    pointer = host.data();
    if (!device.is_cuda()) return;
    copy = std::decay_t<decltype(copy)>(device, static_cast<std::int64_t>(host.size()));
    copy.copy_from(host);
    pointer = copy.data();
  };
  if (const auto* narrow = std::get_if<std::vector<std::uint8_t>>(&volume.codes))
    take(*narrow, narrow_copy_, narrow_);
  else
    take(std::get<std::vector<std::uint16_t>>(volume.codes), wide_copy_, wide_);
}

Codes::Codes(const Device& device, const Extent& extent, std::span<const std::uint8_t> codes,
             std::int64_t labels)
    : device_(device), extent_(extent), labels_(labels), narrow_(codes.data()) {
  if (!device.is_cuda()) return;
  narrow_copy_ = Buffer<std::uint8_t>(device, static_cast<std::int64_t>(codes.size()));
  narrow_copy_.copy_from(codes);
  narrow_ = narrow_copy_.data();
}

std::int64_t Codes::bytes(const Device& device, const Extent& extent, int width) {
  if (!device.is_cuda()) return 0;
  return static_cast<std::int64_t>(Buffer<std::uint8_t>::bytes(width * extent.voxels()));
}

std::vector<std::int64_t> histogram(const Codes& codes) {
  return count_into(codes.device(), codes.labels(), [&](std::int64_t* table) {
    codes.visit([&]<class Code>(const Code* c) {
      for_each_row(codes.device(), codes.extent(), CountCodes<Code>{c, codes.extent(), table});
    });
  });
}

std::vector<std::int64_t> histogram(const Codes& codes, const Unknowns& set) {
  return count_into(codes.device(), codes.labels(), [&](std::int64_t* table) {
    codes.visit([&]<class Code>(const Code* c) {
      for_each_row(codes.device(), codes.extent(), CountCodesWithin<Code>{c, set.view(), table});
    });
  });
}

std::vector<Interface> count_interfaces(const Codes& codes, const std::array<bool, 3>& joined) {
  const std::int64_t n = codes.labels();
  if (n > most_interface_labels)
    throw Error(ExitCode::input_invalid, "too many labels to count the faces between them", "",
                std::to_string(n) + " labels",
                "at most " + std::to_string(most_interface_labels) + "; give particles one label");
  const std::vector<std::int64_t> table = count_into(codes.device(), 3 * n * n, [&](std::int64_t* counts) {
    codes.visit([&]<class Code>(const Code* c) {
      for_each_row(codes.device(), codes.extent(), CountFaces<Code>{c, codes.extent(), n, joined, counts});
    });
  });
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
