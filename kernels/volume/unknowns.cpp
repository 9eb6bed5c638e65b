#include "kernels/volume/unknowns.hpp"

#include "kernels/base/launch.hpp"
#include "kernels/base/scan.hpp"
#include "kernels/volume/classes.hpp"

namespace tauvox {
namespace {

struct FindUnknowns {  // one call a row
  FieldView<const std::uint8_t> classes;
  UnknownsWord* words;
  std::int64_t* count;
  std::int64_t nx, ny, words_per_row;
  TAUVOX_HD void operator()(std::int64_t row) const {
    const std::int64_t y = row % ny, z = row / ny;
    const std::uint8_t* c = &classes(0, y, z);
    std::uint32_t rank = 0;
    for (std::int64_t w = 0; w < words_per_row; ++w) {
      std::uint32_t mask = 0;
      const std::int64_t begin = 32 * w, width = nx - begin < 32 ? nx - begin : 32;
      for (std::int64_t b = 0; b < width; ++b)
        mask |= static_cast<std::uint32_t>(c[begin + b] >= first_conducting_class) << b;
      words[row * words_per_row + w] = {mask, rank};
      rank += static_cast<std::uint32_t>(bit_count(mask));
    }
    count[row] = rank;
  }
};

}  // namespace

Unknowns::Unknowns(const Field<std::uint8_t>& classes) : extent_(classes.extent()) {
  const Device& device = classes.device();
  const std::int64_t rows = extent_.ny * extent_.nz, words_per_row = (extent_.nx + 31) / 32;
  words_ = Buffer<UnknownsWord>(device, rows * words_per_row);
  row_start_ = Buffer<std::int64_t>(device, rows + 1);
  for_each_index(device, rows,
                 FindUnknowns{read_only(classes), words_.data(), row_start_.data(), extent_.nx, extent_.ny,
                              words_per_row});
  count_ = exclusive_scan(device, row_start_.data(), rows);
}

}  // namespace tauvox
