#include "io/palette.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

std::string text(const Colour& colour) {
  constexpr unsigned of_eight_bits = 257;
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red / of_eight_bits, colour.green / of_eight_bits,
                     colour.blue / of_eight_bits);
}

template <class Number>
void mark(const void* values, std::size_t count, std::vector<bool>& occurs) {
  const auto* bytes = static_cast<const unsigned char*>(values);
  for (std::size_t i = 0; i < count; ++i) {
    Number value = 0;
    std::memcpy(&value, bytes + i * sizeof value, sizeof value);
    if (value < occurs.size()) occurs[value] = true;
  }
}

}  // namespace

void KnownColours::compare(const Palette& palette, const void* values, std::size_t count, std::size_t bytes,
                           const std::string& slice, const std::string& path) {
  if (palette.empty()) return;
  std::vector<bool> occurs(palette.size());
  bytes == 1 ? mark<std::uint8_t>(values, count, occurs) : mark<std::uint16_t>(values, count, occurs);
  known_.resize(std::max(known_.size(), palette.size()));
  for (std::size_t i = 0; i < palette.size(); ++i) {
    if (!occurs[i]) continue;
    if (!known_[i])
      known_[i] = {palette[i], slice};
    else if (known_[i]->colour != palette[i])
      throw Error(
          ExitCode::input_invalid, "palettes differ between slices", path,
          fmt::format("index {} is {} in {} and {} in {}", i, text(known_[i]->colour), known_[i]->slice,
                      text(palette[i]), slice),
          "the indices are the labels: save all slices with one palette, or as grey images of labels");
  }
}

}  // namespace tauvox::io
