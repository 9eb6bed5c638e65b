#include "kernels/geometry/phase_bits.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

template <class Code>
struct MarkPhases {  // one call a row
  const Code* codes;
  const std::uint8_t* phase_of_code;
  std::uint64_t* first;
  std::int64_t nx, ny, row_words;
  int phases;

  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = y + ny * z;
    const Code* c = codes + row * nx;
    std::uint64_t* out = first + row * phases * (row_words + 1);
    for (std::int64_t w = 0; w <= row_words; ++w) {
      std::uint64_t of[most_phases + 1] = {};  // the last for voxels of no phase
      const std::int64_t left = nx - 64 * w, width = left < 64 ? left : 64;
      for (std::int64_t b = 0; b < width; b += 8)
        if (b + 8 <= width && eight_alike(c + 64 * w + b))
          of[phase_of_code[c[64 * w + b]]] |= std::uint64_t{0xff} << b;
        else
          for (std::int64_t i = b; i < b + 8 && i < width; ++i)
            of[phase_of_code[c[64 * w + i]]] |= std::uint64_t{1} << i;
      for (int p = 0; p < phases; ++p) out[p * (row_words + 1) + w] = of[p];
    }
  }
};

struct TakeSet {  // one call a row
  UnknownsView set;
  std::uint64_t* first;
  std::int64_t row_words;
  int phases, phase;

  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = set.row(y, z);
    const UnknownsWord* words = set.words + row * set.words_per_row;
    std::uint64_t* out = first + (row * phases + phase) * (row_words + 1);
    for (std::int64_t w = 0; w <= row_words; ++w) {
      const std::uint64_t low = 2 * w < set.words_per_row ? words[2 * w].mask : 0;
      const std::uint64_t high = 2 * w + 1 < set.words_per_row ? words[2 * w + 1].mask : 0;
      out[w] = low | high << 32;
    }
  }
};

}  // namespace

PhaseBits::PhaseBits(const Codes& codes, const std::vector<std::uint8_t>& phase_of_code, int phases)
    : extent_(codes.extent()), phases_(phases) {
  const Device& device = codes.device();
  make_words(device);
  Buffer<std::uint8_t> table(device, static_cast<std::int64_t>(phase_of_code.size()));
  table.copy_from(phase_of_code);
  codes.visit([&]<class Code>(const Code* c) {
    for_each_row(device, extent_,
                 MarkPhases<Code>{c, table.data(), words_.data() + 1, extent_.nx, extent_.ny,
                                  row_words(extent_), phases});
  });
}

PhaseBits::PhaseBits(const std::vector<const Unknowns*>& sets)
    : extent_(sets.front()->extent()), phases_(static_cast<int>(sets.size())) {
  const Device& device = sets.front()->device();
  make_words(device);
  for (int p = 0; p < phases_; ++p)
    for_each_row(device, extent_,
                 TakeSet{sets[static_cast<std::size_t>(p)]->view(), words_.data() + 1, row_words(extent_),
                         phases_, p});
}

void PhaseBits::make_words(const Device& device) {
  if (phases_ > most_phases)
    throw Error(ExitCode::input_invalid, "too many phases", "", std::to_string(phases_) + " phases",
                "at most " + std::to_string(most_phases) + "; give several labels to one phase");
  words_ = Buffer<std::uint64_t>(device, words(extent_, phases_));
  const std::int64_t behind_row = row_words(extent_) + 1;
  device.zero(words_.data(), sizeof(std::uint64_t));
  device.zero(words_.data() + words_.size() - behind_row,
              static_cast<std::size_t>(behind_row) * sizeof(std::uint64_t));
}

PhaseBitsView PhaseBits::view() const {
  const std::int64_t words_a_row = row_words(extent_);
  return {words_.data() + 1, words_.data() + words_.size() - words_a_row - 1, words_a_row, phases_, extent_};
}

std::int64_t PhaseBits::bytes(const Extent& extent, int phases) {
  return static_cast<std::int64_t>(Buffer<std::uint64_t>::bytes(words(extent, phases)));
}

}  // namespace tauvox
