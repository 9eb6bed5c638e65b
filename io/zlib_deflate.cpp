#include <zlib.h>

#include <algorithm>
#include <vector>

#include "io/byte_sink.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

class DeflatingSink final : public ByteSink {
 public:
  DeflatingSink(CheckedFile& file, bool gzip) : file_(file), block_(std::size_t{1} << 18) {
    constexpr int level = 1, largest_window = 15, with_gzip = 16, memory = 8;
    if (deflateInit2(&stream_, level, Z_DEFLATED, largest_window + (gzip ? with_gzip : 0), memory,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      throw Error(ExitCode::resources, "not enough memory to compress the output");
  }
  ~DeflatingSink() override { deflateEnd(&stream_); }
  DeflatingSink(const DeflatingSink&) = delete;
  DeflatingSink& operator=(const DeflatingSink&) = delete;

  void write(const void* bytes, std::size_t count) override {
    auto* next = static_cast<unsigned char*>(const_cast<void*>(bytes));
    while (count > 0) {
      const std::size_t part = std::min(count, std::size_t{1} << 30);  // zlib counts in 32 bits
      stream_.next_in = next;
      stream_.avail_in = static_cast<uInt>(part);
      deflate_all(Z_NO_FLUSH);
      next += part;
      count -= part;
    }
  }

  void finish() override { deflate_all(Z_FINISH); }

 private:
  void deflate_all(int flush) {
    do {
      stream_.next_out = block_.data();
      stream_.avail_out = static_cast<uInt>(block_.size());
      deflate(&stream_, flush);
      file_.write(block_.data(), block_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  CheckedFile& file_;
  z_stream stream_{};
  std::vector<unsigned char> block_;
};

}  // namespace

std::unique_ptr<ByteSink> open_deflating_sink(CheckedFile& file, bool gzip) {
  return std::make_unique<DeflatingSink>(file, gzip);
}

}  // namespace tauvox::io
