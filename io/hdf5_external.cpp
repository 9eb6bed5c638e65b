#include "io/hdf5_external.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "io/hdf5_catalogue.hpp"
#include "io/printable.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io::hdf5 {
namespace {

namespace fs = std::filesystem;

constexpr const char* copy_advice = "copy the data into one file, e.g. with h5py or h5repack";

bool is_below(const fs::path& folder, const fs::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

}  // namespace

ExternalFiles::ExternalFiles(const std::string& folder) {
  if (folder.empty()) return;
  std::error_code failed;
  const fs::path without_links = fs::canonical(folder, failed);
  if (failed || !fs::is_directory(without_links, failed))
    throw Error(ExitCode::usage, "no folder of other files", folder, "", "correct --external-files");
  folder_ = without_links.string();
}

const InputFile* ExternalFiles::open(const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    refusals_.push_back(fmt::format("{} ({})", printable(name), why));
    return nullptr;
  };
  if (!are_allowed()) return refuse("no other file may be read");
  std::error_code failed;
  const fs::path target = fs::canonical(name, failed);
  if (failed) return refuse(failed.message());
  if (!is_below(folder_, target)) return refuse("not in the folder of --external-files");
  const auto known = std::find(canonical_.begin(), canonical_.end(), target.string());
  if (known != canonical_.end()) return opened_[static_cast<std::size_t>(known - canonical_.begin())].get();
  try {
    opened_.push_back(std::make_unique<InputFile>(target.string()));
  } catch (const Error& error) {
    return refuse(error.what());
  }
  canonical_.push_back(target.string());
  return opened_.back().get();
}

std::uint64_t ExternalFiles::bytes() const {
  std::uint64_t all = 0;
  for (const auto& file : opened_) all += file->size();
  return all;
}

std::string ExternalFiles::refusals() const { return list_text(refusals_); }

std::vector<std::string> places_of_other_file(const std::string& hdf5_path, const std::string& name) {
  std::error_code failed;
  const fs::path path(name), folder = fs::absolute(hdf5_path, failed).parent_path(),
                             real = fs::weakly_canonical(hdf5_path, failed).parent_path();
  std::vector<std::string> places;
  for (const fs::path& place : path.is_absolute()
                                   ? std::vector{path, folder / path.filename(), real / path.filename()}
                                   : std::vector{folder / path, real / path, path})
    if (std::find(places.begin(), places.end(), place.string()) == places.end())
      places.push_back(place.string());
  return places;
}

ExternalStorage::ExternalStorage(hid_t creation, std::uint64_t bytes, const std::string& hdf5_path,
                                 const std::string& where, ExternalFiles& files) {
  const int count = H5Pget_external_count(creation);
  std::uint64_t begin = 0;
  for (int i = 0; i < count && begin < bytes; ++i) {
    char name[4096] = {};
    off_t offset = 0;
    hsize_t size = 0;
    if (H5Pget_external(creation, static_cast<unsigned>(i), sizeof name - 1, name, &offset, &size) < 0 ||
        offset < 0)
      throw Error(ExitCode::input_refused, "external storage cannot be understood", where, last_error(),
                  copy_advice);
    const InputFile* file = nullptr;
    for (const std::string& place : places_of_other_file(hdf5_path, name))
      if (file == nullptr) file = files.open(place);
    if (file == nullptr)
      throw Error(ExitCode::input_refused, "a file that holds the values cannot be read", where,
                  files.refusals(), "put it beside the HDF5 file, or name its folder with --external-files");
    const auto from = static_cast<std::uint64_t>(offset);
    const std::uint64_t wanted = std::min<std::uint64_t>(bytes - begin, size);
    if (from > file->size() || wanted > file->size() - from)  // HDF5 would read zeros
      throw Error(ExitCode::input_refused, "a file that holds the values is too short", where,
                  fmt::format("{} has {} bytes, of which {} from byte {} on are named",
                              printable(file->path()), file->size(), wanted, from),
                  "copy or export it again");
    parts_.push_back({file, from, begin, wanted});
    begin += wanted;
  }
  if (begin < bytes)
    throw Error(ExitCode::input_refused, "external storage is too small for its dataset", where,
                fmt::format("{} of {} bytes", begin, bytes), "copy or export the files again");
}

void ExternalStorage::read(std::uint64_t at, void* out, std::size_t bytes) const {
  auto* next = static_cast<char*>(out);
  for (const Part& part : parts_) {
    if (bytes == 0) return;
    if (at < part.begin || at >= part.begin + part.bytes) continue;
    const std::size_t count = std::min<std::uint64_t>(bytes, part.begin + part.bytes - at);
    if (part.file->read_at(part.offset + (at - part.begin), next, count) != count)
      throw Error(ExitCode::input_refused, "file was cut off while it was read", part.file->path(), "",
                  "wait until nothing writes to it and start again");
    next += count;
    at += count;
    bytes -= count;
  }
}

}  // namespace tauvox::io::hdf5
