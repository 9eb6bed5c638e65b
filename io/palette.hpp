// Colours that stand for the numbers of an image. Labels are the numbers: where one of them has another
// colour in another slice it is another thing there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tauvox::io {

struct Colour {
  std::uint16_t red = 0, green = 0, blue = 0;  // of 65535
  bool operator==(const Colour&) const = default;
};

/// The colour of each number; empty: none.
using Palette = std::vector<Colour>;

/// The colours of the numbers that have occurred so far.
class KnownColours {
 public:
  /// @param values one unsigned number of `bytes` bytes a voxel
  /// @param slice  what it is called: "s3.png", "page 3"
  /// @throws Error(input_invalid) where one that occurs among `values` has another colour than before
  void compare(const Palette& palette, const void* values, std::size_t count, std::size_t bytes,
               const std::string& slice, const std::string& path);

 private:
  struct Known {
    Colour colour;
    std::string slice;
  };
  std::vector<std::optional<Known>> known_;
};

}  // namespace tauvox::io
