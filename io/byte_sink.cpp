#include "io/byte_sink.hpp"

#include <algorithm>
#include <bit>

namespace tauvox::io {
namespace {

class PlainSink final : public ByteSink {
 public:
  explicit PlainSink(CheckedFile& file) : file_(file) {}
  void write(const void* bytes, std::size_t count) override { file_.write(bytes, count); }

 private:
  CheckedFile& file_;
};

}  // namespace

std::unique_ptr<ByteSink> open_sink(CheckedFile& file, Wrapping wrapping) {
  if (wrapping == Wrapping::none) return std::make_unique<PlainSink>(file);
  return open_deflating_sink(file, wrapping == Wrapping::gzip);
}

void write_slabs(ByteSink& sink, const FieldArray& labels, const Extent& extent) {
  static_assert(std::endian::native == std::endian::little, "these files are little-endian");
  const std::int64_t step = slab_slices(extent, labels.bytes, std::int64_t{8} << 20);
  for (std::int64_t z = 0; z < extent.nz; z += step) {
    const std::int64_t slices = std::min(step, extent.nz - z);
    sink.write(labels.slab(z, slices),
               static_cast<std::size_t>(slices * extent.ny * extent.nx) * labels.bytes);
  }
}

#ifndef TAUVOX_HAVE_ZLIB
std::unique_ptr<ByteSink> open_deflating_sink(CheckedFile&, bool) {
  throw Error(ExitCode::internal, "this build cannot compress files");
}
#endif

}  // namespace tauvox::io
