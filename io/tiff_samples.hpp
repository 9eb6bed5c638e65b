// Pages with more than one sample a pixel: grey values stored as colours, and opaque alpha, are one sample.
#pragma once

#include <string>
#include <vector>

#include "io/tiff_pages.hpp"

namespace tauvox::io {

class TiffSamples {
 public:
  /// @throws Error(input_invalid) for kinds of colour that are never grey
  TiffSamples(const TiffPage& page, std::string path);

  bool is_single() const { return page_.samples == 1; }
  bool is_planar() const { return !is_single() && page_.planar == PLANARCONFIG_SEPARATE; }
  /// "" for one sample
  std::string notice() const;

  /// The first sample of each pixel moves to the front of its row; the others are compared.
  /// @throws Error(input_invalid) where samples differ, as refuse()
  void merge(unsigned char* block, std::size_t row_bytes, std::int64_t rows, std::int64_t columns,
             std::size_t page);

  /// The same for a plane of its own.
  void compare(const unsigned char* first, const unsigned char* other, std::uint16_t sample,
               std::size_t row_bytes, std::int64_t rows, std::int64_t columns, std::size_t page);

  /// What the samples of such a file often are.
  std::string likely_cause() const;

 private:
  bool is_alpha(std::uint16_t sample) const;
  /// False where this sample says something that the first does not.
  bool agrees(const unsigned char* first, const unsigned char* other, std::uint16_t sample);
  [[noreturn]] void refuse(std::size_t page) const;

  TiffPage page_;
  std::string path_;
  std::size_t bytes_;
  std::vector<unsigned char> alpha_;  // of the first pixel that was seen
};

}  // namespace tauvox::io
