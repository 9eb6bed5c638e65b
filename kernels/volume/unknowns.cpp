#include "kernels/volume/unknowns.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/base/launch.hpp"
#include "kernels/base/scan.hpp"

namespace tauvox {
namespace {

template <class Code>
struct MarkSet {  // one call a word
  const Code* codes;
  const std::uint8_t* in_set;
  UnknownsWord* words;
  std::int64_t nx, words_per_row;

  TAUVOX_HD std::uint32_t bits(const Code* c, std::int64_t count) const {
    std::uint32_t mask = 0;
    for (std::int64_t b = 0; b < count; ++b) mask |= std::uint32_t{in_set[c[b]]} << b;
    return mask;
  }
  TAUVOX_HD void operator()(std::int64_t i) const {
    const std::int64_t row = i / words_per_row, x = 32 * (i - row * words_per_row);
    const Code* c = codes + row * nx + x;
    const std::int64_t width = nx - x < 32 ? nx - x : 32;
    std::uint32_t mask = 0;
    std::int64_t b = 0;
    for (; b + 8 <= width; b += 8)
      mask |= (eight_alike(c + b) ? std::uint32_t{in_set[c[b]]} * 0xffu : bits(c + b, 8)) << b;
    if (b < width) mask |= bits(c + b, width - b) << b;
    words[i] = {mask, 0};
  }
};

struct MarkBoth {  // one call a word
  const UnknownsWord *first, *second;
  UnknownsWord* words;
  TAUVOX_HD void operator()(std::int64_t i) const { words[i] = {first[i].mask & second[i].mask, 0}; }
};

struct RankWords {  // one call a row
  UnknownsWord* words;
  std::int64_t words_per_row, ny;
  std::int64_t* count;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = y + ny * z;
    std::uint32_t rank = 0;
    for (std::int64_t i = row * words_per_row; i < (row + 1) * words_per_row; ++i) {
      words[i].rank = rank;
      rank += static_cast<std::uint32_t>(bit_count(words[i].mask));
    }
    count[row] = rank;
  }
};

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

}  // namespace

Unknowns::Unknowns(const Extent& extent, Buffer<UnknownsWord> masks)
    : extent_(extent), words_(std::move(masks)), row_start_(words_.device(), extent.ny * extent.nz + 1) {
  for_each_row(device(), extent_,
               RankWords{words_.data(), words_per_row(extent_), extent_.ny, row_start_.data()});
  count_ = exclusive_scan(device(), row_start_.data(), extent_.ny * extent_.nz);
}

Unknowns unknowns_of(const Codes& codes, const std::vector<std::uint8_t>& in_set) {
  const Device& device = codes.device();
  const Extent& e = codes.extent();
  Buffer<std::uint8_t> table(device, static_cast<std::int64_t>(in_set.size()));
  table.copy_from(in_set);
  Buffer<UnknownsWord> words(device, Unknowns::words(e));
  codes.visit([&]<class Code>(const Code* c) {
    for_each_index(device, words.size(),
                   MarkSet<Code>{c, table.data(), words.data(), e.nx, Unknowns::words_per_row(e)});
  });
  return {e, std::move(words)};
}

Unknowns in_both(const Unknowns& first, const Unknowns& second) {
  const Extent& e = first.extent();
  Buffer<UnknownsWord> words(first.device(), Unknowns::words(e));
  for_each_index(first.device(), words.size(),
                 MarkBoth{first.view().words, second.view().words, words.data()});
  return {e, std::move(words)};
}

std::vector<std::int64_t> histogram(const Codes& codes, const Unknowns& set) {
  Buffer<std::int64_t> table(codes.device(), codes.labels());
  table.zero();
  codes.visit([&]<class Code>(const Code* c) {
    for_each_row(codes.device(), codes.extent(), CountCodes<Code>{c, set.view(), table.data()});
  });
  return table.to_host();
}

std::int64_t Unknowns::bytes(const Extent& extent) {
  return static_cast<std::int64_t>(Buffer<UnknownsWord>::bytes(words(extent)) +
                                   Buffer<std::int64_t>::bytes(extent.ny * extent.nz + 1));
}

}  // namespace tauvox
