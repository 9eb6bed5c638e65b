#include "io/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <numeric>
#include <type_traits>

#include "io/threads.hpp"

namespace tauvox::io {
namespace {

constexpr std::size_t most_labels = 65536;
constexpr std::size_t most_distinct_shown = 1000;
/// What NaN is called until all labels are known: behind them. No number of FP64 that is a label is so large.
constexpr std::int64_t label_of_nan = std::numeric_limits<std::int64_t>::max();

/// What a thread takes at a time: it fits into the cache of a core.
constexpr std::int64_t voxels_of_part = std::int64_t{1} << 18;
std::size_t parts_of(std::int64_t voxels) {
  return static_cast<std::size_t>((voxels + voxels_of_part - 1) / voxels_of_part);
}

using ByteCounts = std::array<std::uint32_t, 256>;

ByteCounts counts_of(const std::uint8_t* bytes, std::size_t count) {
  // Long runs of one value would wait on their own counter; four in turn do not.
  std::array<ByteCounts, 4> counts{};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, sizeof word);
    for (std::size_t byte = 0; byte < 8; ++byte) ++counts[byte & 3][word >> 8 * byte & 255];
  }
  for (; i < count; ++i) ++counts[0][bytes[i]];
  for (std::size_t value = 0; value < 256; ++value)
    counts[0][value] += counts[1][value] + counts[2][value] + counts[3][value];
  return counts[0];
}

template <class Code>
void recode(LabelArray<Code>& codes, const std::vector<std::uint16_t>& recoded) {
  std::vector<Code> table(recoded.begin(), recoded.end());
  const auto count = static_cast<std::int64_t>(codes.size());
  for_each_in_parallel(parts_of(count), [&](std::size_t part) {
    const Code* __restrict to = table.data();
    const std::int64_t begin = static_cast<std::int64_t>(part) * voxels_of_part;
    Code* code = codes.data() + begin;
    Code* const end = code + std::min(voxels_of_part, count - begin);
    for (; code != end; ++code) *code = to[*code];
  });
}

template <class T>
bool is_nan(T value) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isnan(value);
  else
    return false;
}

}  // namespace

Error no_numbers(const std::string& path, const std::string& facts, std::int64_t count, std::int64_t nans,
                 const std::string& better) {
  std::string way =
      fmt::format("replace {} by {} first", nans == 0 || nans == count ? "them" : "what is infinite", better);
  if (nans > 0) way += "; where NaN is what lies outside of the sample, pass --outside nan";
  return {ExitCode::input_invalid,
          nans == 0       ? "voxels are infinite"
          : nans == count ? "voxels are NaN"
                          : "voxels are NaN or infinite",
          path, facts, way};
}

LabelEncoder::LabelEncoder(Element element, const Extent& extent, const std::array<std::int64_t, 3>& origin,
                           const std::vector<double>& thresholds, std::string path, const CodeMemory& memory,
                           bool nan_is_outside)
    : element_(element),
      extent_(extent),
      origin_(origin),
      thresholds_(thresholds),
      path_(std::move(path)),
      memory_(memory),
      nan_is_outside_(nan_is_outside) {
  for (std::size_t i = 0; i < thresholds_.size(); ++i)
    if (!std::isfinite(thresholds_[i]) || (i > 0 && thresholds_[i] <= thresholds_[i - 1]))
      throw Error(ExitCode::usage, "thresholds are not ascending numbers", "--threshold",
                  fmt::format("number {} is {}", i + 1, thresholds_[i]),
                  "give finite numbers, smallest first");
  try {
    codes_ = memory_(extent.voxels(), false);
  } catch (const std::exception&) {  // bad_alloc or length_error
    throw Error(ExitCode::resources, "not enough memory for the labels", path_,
                fmt::format("{} need {} bytes", to_string(extent), extent.voxels()),
                "read a part with --crop");
  }
  if (info(element).bytes <= 2) code_of_bits_.assign(info(element).bytes == 1 ? 256 : 65536, -1);
  if (info(element).bytes == 2) histogram_.assign(4 * code_of_bits_.size(), 0);
}

void LabelEncoder::append(const void* values, std::int64_t first, std::int64_t count) {
  with_type(element_, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (sizeof(T) == 1)
      append_bytes(static_cast<const std::uint8_t*>(values), first, count);
    else if constexpr (sizeof(T) == 2)
      append_small(static_cast<const T*>(values), first, count);
    else
      append_large(static_cast<const T*>(values), first, count);
  });
}

/// 8 bits: threads copy and count them, and what they mean is seen at the end.
void LabelEncoder::append_bytes(const std::uint8_t* values, std::int64_t first, std::int64_t count) {
  std::uint8_t* out = std::get<0>(codes_).data() + first;
  const std::size_t parts = parts_of(count);
  std::vector<ByteCounts> counts(parts);
  for_each_in_parallel(parts, [&](std::size_t i) {
    const std::int64_t begin = static_cast<std::int64_t>(i) * voxels_of_part;
    const auto bytes = static_cast<std::size_t>(std::min(voxels_of_part, count - begin));
    counts[i] = counts_of(values + begin, bytes);
    std::memcpy(out + begin, values + begin, bytes);
  });
  for (const ByteCounts& part : counts)
    for (std::size_t bits = 0; bits < part.size(); ++bits) bytes_[bits] += part[bits];
  appended_ += count;
}

/// Labels of the bit patterns that were seen.
void LabelEncoder::name_bytes() {
  for (std::size_t bits = 0; bits < bytes_.size(); ++bits) {
    if (bytes_[bits] == 0) continue;
    const auto value = static_cast<std::uint8_t>(bits);
    code_of_bits_[bits] =
        code_of(element_ == Element::int8 ? label_of(static_cast<std::int8_t>(value)) : label_of(value));
    voxels_[static_cast<std::size_t>(code_of_bits_[bits])] += bytes_[bits];
  }
}

/// 16 bits: count bit patterns, give codes to the new ones, look every voxel up in a table.
template <class T>
void LabelEncoder::append_small(const T* values, std::int64_t first, std::int64_t count) {
  using Bits = std::make_unsigned_t<T>;
  // Long runs of one value would wait on their own counter; four counters in turn do not.
  constexpr std::int64_t block = std::int64_t{1} << 30;  // keeps the 32-bit counts from overflowing
  for (std::int64_t done = 0; done < count; done += block) {
    const std::int64_t part = std::min(block, count - done);
    for (std::int64_t i = 0; i < part; ++i)
      ++histogram_[4 * static_cast<Bits>(values[done + i]) + static_cast<std::size_t>(i & 3)];
    appended_ += part;
    for (std::size_t bits = 0; bits < code_of_bits_.size(); ++bits) {
      const auto counts = histogram_.begin() + static_cast<std::ptrdiff_t>(4 * bits);
      const std::int64_t seen = std::accumulate(counts, counts + 4, std::int64_t{0});
      if (seen == 0) continue;
      if (code_of_bits_[bits] < 0)
        code_of_bits_[bits] = code_of(label_of(static_cast<T>(static_cast<Bits>(bits))));
      voxels_[static_cast<std::size_t>(code_of_bits_[bits])] += seen;
      std::fill(counts, counts + 4, 0u);
    }
  }
  std::visit(
      [&](auto& codes) {
        using Code = typename std::decay_t<decltype(codes)>::value_type;
        for_each_in_parallel(parts_of(count), [&](std::size_t part) {
          const std::int64_t begin = static_cast<std::int64_t>(part) * voxels_of_part,
                             end = std::min(begin + voxels_of_part, count);
          const std::int32_t* table = code_of_bits_.data();
          Code* out = codes.data() + first;
          for (std::int64_t i = begin; i < end; ++i)
            out[i] = static_cast<Code>(table[static_cast<Bits>(values[i])]);
        });
      },
      codes_);
}

/// 32 and 64 bits: a hash table, asked only where the value changes from one voxel to the next.
template <class T>
void LabelEncoder::append_large(const T* values, std::int64_t first, std::int64_t count) {
  bool known = false;
  T last{};
  std::uint16_t code = 0;
  for (std::int64_t i = 0; i < count; ++i, ++appended_) {
    const bool same = values[i] == last || (is_nan(values[i]) && is_nan(last));
    if (!known || !same) {
      known = is_usable(values[i], first + i);
      if (!known) continue;
      last = values[i];
      code = code_of(label_of(last));
    }
    ++voxels_[code];
    if (auto* narrow = std::get_if<0>(&codes_))
      (*narrow)[static_cast<std::size_t>(first + i)] = static_cast<std::uint8_t>(code);
    else
      std::get<1>(codes_)[static_cast<std::size_t>(first + i)] = code;
  }
}

/// Float data: false for NaN, infinity and, without thresholds, fractions; the whole volume is looked at
/// before it is refused, so that the message can say how bad it is.
template <class T>
bool LabelEncoder::is_usable(T value, std::int64_t position) {
  if constexpr (std::is_floating_point_v<T>) {
    if (nan_is_outside_ && std::isnan(value)) return true;
    if (!std::isfinite(value)) {
      ++not_finite_;
      nans_ += std::isnan(value) ? 1 : 0;
      if (first_not_finite_ < 0 || position < first_not_finite_) first_not_finite_ = position;
      return false;
    }
    if (!thresholds_.empty()) return true;
    least_ = distinct_.empty() ? value : std::min(least_, static_cast<double>(value));
    greatest_ = distinct_.empty() ? value : std::max(greatest_, static_cast<double>(value));
    if (distinct_.size() <= most_distinct_shown) distinct_.insert(value);
    // 2^53: beyond it neighbouring integers are the same number, and none of them is a fraction
    if (std::abs(static_cast<double>(value)) > 9007199254740992.0)
      ++too_large_;
    else if (value != std::trunc(value))
      ++fractional_;
    return fractional_ + too_large_ == 0;
  }
  if constexpr (std::is_integral_v<T> && sizeof(T) == 8) {
    constexpr T last_whole = T{1} << 53;
    const bool is_beyond = value > last_whole || (std::is_signed_v<T> && value < T{0} - last_whole);
    if (!thresholds_.empty() && is_beyond)
      throw Error(
          ExitCode::input_invalid, "grey value is too large", path_,
          fmt::format(
              "{} at {}: beyond 2^53 a threshold, which is a number of FP64, cannot tell neighbours apart",
              value, position_text(position)),
          "subtract what all values have in common first");
  }
  if constexpr (std::is_same_v<T, std::uint64_t>)
    if (thresholds_.empty() && value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      throw Error(
          ExitCode::input_invalid, "label is too large", path_,
          fmt::format("{} at {}; labels go up to 2^63 - 1", value, position_text(position)),
          fmt::format("where numbers below 0 were meant (this one as int64 is {}) save it as int64; else "
                      "number the labels anew",
                      static_cast<std::int64_t>(value)));
  return true;
}

template <class T>
std::int64_t LabelEncoder::label_of(T value) const {
  if (is_nan(value)) return label_of_nan;
  if (thresholds_.empty()) return static_cast<std::int64_t>(value);
  return std::upper_bound(thresholds_.begin(), thresholds_.end(), static_cast<double>(value)) -
         thresholds_.begin();
}

std::uint16_t LabelEncoder::code_of(std::int64_t label) {
  if (const auto found = code_of_label_.find(label); found != code_of_label_.end()) return found->second;
  if (labels_.size() == most_labels)
    throw Error(
        ExitCode::input_invalid, "too many distinct labels", path_,
        fmt::format("more than {} in the first {} of {} voxels", most_labels, appended_, extent_.voxels()),
        "merge labels into phases, or pass --threshold for a grey image");
  if (labels_.size() == 256) widen();
  const auto code = static_cast<std::uint16_t>(labels_.size());
  code_of_label_.emplace(label, code);
  labels_.push_back(label);
  voxels_.push_back(0);
  return code;
}

void LabelEncoder::widen() {
  try {
    LabelCodes wide = memory_(extent_.voxels(), true);
    std::copy(std::get<0>(codes_).begin(), std::get<0>(codes_).end(), std::get<1>(wide).begin());
    codes_ = std::move(wide);
  } catch (const std::exception&) {
    throw Error(ExitCode::resources, "not enough memory for more than 256 labels", path_,
                fmt::format("{} need {} bytes", to_string(extent_), 3 * extent_.voxels()),
                "read a part with --crop");
  }
}

void LabelEncoder::sort_codes(Volume& volume) {
  std::vector<std::uint16_t> order(labels_.size());
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return labels_[a] < labels_[b]; });
  std::vector<std::uint16_t> rank(labels_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = static_cast<std::uint16_t>(i);
    volume.labels.push_back({labels_[order[i]], voxels_[order[i]]});
  }
  std::vector<std::uint16_t> recoded = rank;  // what is a code so far -> its rank
  if (info(element_).bytes == 1) {
    recoded.resize(bytes_.size());
    for (std::size_t bits = 0; bits < bytes_.size(); ++bits)
      recoded[bits] = code_of_bits_[bits] < 0 ? static_cast<std::uint16_t>(bits)  // occurs nowhere
                                              : rank[static_cast<std::size_t>(code_of_bits_[bits])];
  }
  bool stays = true;
  for (std::size_t code = 0; code < recoded.size(); ++code) stays = stays && recoded[code] == code;
  if (!stays) std::visit([&](auto& codes) { recode(codes, recoded); }, codes_);
  volume.codes = std::move(codes_);
}

/// NaN has the last code.
void LabelEncoder::part_outside(Volume& volume) const {
  if (!nan_is_outside_ || volume.labels.empty() || volume.labels.back().value != label_of_nan) return;
  volume.outside = Outside{volume.labels.back().voxels, 0, "NaN"};
  volume.labels.pop_back();
}

void LabelEncoder::refuse_unusable_values() const {
  if (not_finite_ > 0)
    throw no_numbers(path_,
                     fmt::format("{} of {}, the first at {}", not_finite_, extent_.voxels(),
                                 position_text(first_not_finite_)),
                     not_finite_, nans_, "a label");
  if (fractional_ + too_large_ == 0) return;
  std::string what =
      fractional_ > 0 ? fmt::format("{} of {} voxels hold fractions", fractional_, extent_.voxels()) : "";
  if (too_large_ > 0)
    what += fmt::format("{}{} of {} hold whole numbers beyond 2^53, where {} cannot tell neighbours apart",
                        what.empty() ? "" : ", ", too_large_, extent_.voxels(), info(element_).name);
  throw Error(
      ExitCode::input_invalid, "values are no labels", path_,
      fmt::format("{}; minimum {}, maximum {}, {} distinct values", what, least_, greatest_,
                  distinct_.size() > most_distinct_shown ? fmt::format("more than {}", most_distinct_shown)
                                                         : fmt::format("{}", distinct_.size())),
      fractional_ > 0 ? "segment first or pass --threshold; 'tauvox inspect' shows a histogram"
                      : "number the labels anew, or save them as integers of 64 bits where they were made");
}

/// A threshold that parts nothing is most often of another scale of grey values.
void LabelEncoder::warn_of_empty(Volume& volume) const {
  for (std::size_t i = 0; i <= thresholds_.size(); ++i) {
    const auto is_there = [i](const Label& label) { return label.value == static_cast<std::int64_t>(i); };
    if (std::any_of(volume.labels.begin(), volume.labels.end(), is_there)) continue;
    const std::string from = i > 0 ? fmt::format("from {}", thresholds_[i - 1]) : "",
                      to = i < thresholds_.size() ? fmt::format("below {}", thresholds_[i]) : "";
    volume.warnings.push_back(fmt::format(
        "label {} has no voxel, as no grey value is {}{}{} (--threshold); 'tauvox inspect' shows which "
        "there are",
        i, from, from.empty() || to.empty() ? "" : " and ", to));
  }
}

void LabelEncoder::finish(Volume& volume, const std::string& kind) {
  refuse_unusable_values();
  if (info(element_).bytes == 1) name_bytes();
  sort_codes(volume);
  part_outside(volume);
  if (!volume.thresholds.empty()) return warn_of_empty(volume);
  if (!thresholds_.empty()) return;  // steps in which grey values are shown
  if (!kind.empty())
    volume.notices.push_back(fmt::format("all {} values are whole numbers and taken as labels", kind));
  if (element_ == Element::int8 && volume.labels.front().value < 0)
    volume.notices.push_back(
        fmt::format("int8 data with negative labels (lowest {}): 255 stored as int8 reads as -1, 254 as -2; "
                    "export as uint8 if "
                    "that was meant",
                    volume.labels.front().value));
}

std::string LabelEncoder::position_text(std::int64_t position) const {
  const std::int64_t x = position % extent_.nx, y = position / extent_.nx % extent_.ny;
  return fmt::format("z,y,x = {},{},{}", position / (extent_.nx * extent_.ny) + origin_[0], y + origin_[1],
                     x + origin_[2]);
}

}  // namespace tauvox::io
