#include "io/reading_paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "io/printable.hpp"
#include "io/text_header.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

namespace fs = std::filesystem;

/// The file that a link leads to; what is no link stays as the user wrote it.
fs::path without_link(const std::string& path) {
  std::error_code failed;
  if (!fs::is_symlink(path, failed)) return path;
  const fs::path target = fs::canonical(path, failed);
  return failed ? fs::path(path) : target;
}

std::string folder_of(const fs::path& path) {
  const std::string folder = path.parent_path().string();
  return folder.empty() ? "." : folder;
}

/// What is read of a folder: reports and tables that lie there too are not. What cannot be opened may be.
bool may_be_slice(const std::string& path) {
  try {
    const std::string kind = recognise(InputFile(path));
    return kind == "TIFF" || kind == "PNG";
  } catch (const Error&) {
    return true;
  }
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code unknown;
    if (!entry->path().filename().string().starts_with('.') && entry->is_regular_file(unknown) &&
        entry->file_size(unknown) > 0 && !unknown && may_be_slice(entry->path().string()))
      files.push_back(entry->path().string());
  }
  if (failed)
    throw Error(ExitCode::input_refused, "folder cannot be listed", folder, failed.message(),
                "ask its owner for read permission");
  std::sort(files.begin(), files.end());
  return files;
}

/// "" for none, for one that is not there, and for what is no header: reading says what is wrong with it.
std::string voxels_beside(const InputFile& file, const TextFormat& format) {
  try {
    const TextHeader header(file, format);
    const std::string name = header.voxels_file();
    if (name.empty()) return "";
    const std::string path = path_beside(file, name);
    std::error_code failed;
    return fs::is_regular_file(path, failed) && fs::file_size(path, failed) > 0 && !failed ? path : "";
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

void refuse_link_out(const std::string& folder, const std::string& path, const std::string& what) {
  std::error_code failed;
  if (!fs::is_symlink(path, failed)) return;
  const fs::path target = fs::weakly_canonical(path, failed), inside = fs::weakly_canonical(folder, failed);
  if (target.empty()) return;  // links in a circle: opening says so
  const auto [end, at] = std::mismatch(inside.begin(), inside.end(), target.begin(), target.end());
  if (end == inside.end()) return;
  throw Error(ExitCode::input_refused, what + " a link out of the folder", path,
              fmt::format("it leads to {}", target.string()),
              "copy what it leads to, or name the folder or file that holds it");
}

std::string path_beside(const InputFile& header, const std::string& name) {
  const std::string plain = name.starts_with("./") ? name.substr(2) : name;
  if (plain.empty() || plain.find('/') != std::string::npos || plain.find('\\') != std::string::npos ||
      plain.starts_with('.') || plain.find('\0') != std::string::npos)
    throw Error(ExitCode::input_refused, "the voxels lie in another folder than their header", header.path(),
                fmt::format("it names '{}'", printable(name.substr(0, 200))),
                "put that file beside the header, and its bare name into it");
  const fs::path of_header = without_link(header.path());
  std::string path = (of_header.parent_path() / plain).string();
  refuse_link_out(folder_of(of_header), path, "the file of the voxels is");
  return path;
}

std::unique_ptr<InputFile> open_beside(const InputFile& header, const std::string& name) {
  const std::string path = path_beside(header, name);
  std::error_code failed;
  if (fs::is_symlink(header.path(), failed) && !fs::exists(path, failed))
    throw Error(ExitCode::input_refused, "the voxels are not beside their header", header.path(),
                fmt::format("it is a link to {}, and no '{}' is there", without_link(header.path()).string(),
                            printable(name.substr(0, 200))),
                "copy the header and the file of its voxels into one folder, or save them as one file "
                "(.mha, .nrrd)");
  return std::make_unique<InputFile>(path);
}

std::string root_of_reading(const std::string& path) {
  if (is_folder(path)) return path;
  return text_format_of(InputFile(path)) ? folder_of(without_link(path)) : path;
}

std::vector<std::string> files_of_reading(const std::string& path) {
  if (is_folder(path)) return files_in(path);
  const InputFile file(path);
  std::vector<std::string> files{path};
  if (const TextFormat* format = text_format_of(file))
    if (std::string beside = voxels_beside(file, *format); !beside.empty())
      files.push_back(std::move(beside));
  return files;
}

}  // namespace tauvox::io
