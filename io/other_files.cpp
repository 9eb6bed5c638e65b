#include "io/other_files.hpp"

#include "io/formats.hpp"

namespace tauvox::io {

std::vector<std::string> other_files(const std::string& path, const ReadOptions& options) {
  std::vector<std::string> files;
  if (is_folder(path)) return files;
  const InputFile file(path);
  open_source(file, options)->visit_files([&](const InputFile& other) { files.push_back(other.path()); });
  return files;
}

}  // namespace tauvox::io
