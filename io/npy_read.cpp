// NumPy's .npy: a header and the elements, nothing behind them.
#include <algorithm>

#include "io/formats.hpp"
#include "io/npy_header.hpp"

namespace tauvox::io {

std::unique_ptr<VolumeSource> open_npy(const InputFile& file, const ReadOptions& options) {
  std::string start(std::min<std::uint64_t>(file.size(), longest_npy_header), '\0');
  start.resize(file.read_at(0, start.data(), start.size()));
  const NpyHeader header = parse_npy_header(start, file.path());
  return open_array(file, {.offset = header.bytes, .stored = file.size() - header.bytes}, 0, header.layout,
                    options);
}

}  // namespace tauvox::io
