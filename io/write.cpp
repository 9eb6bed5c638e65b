// Which writer a file name asks for, and what this build has none for. Raw volumes, which need no library,
// are written here.
#include "io/write.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <filesystem>

#include "io/field_arrays.hpp"
#include "io/output.hpp"

namespace tauvox::io {

namespace {

#ifdef TAUVOX_HAVE_VTK
constexpr bool have_vtk = true;
#else
constexpr bool have_vtk = false;
#endif
#ifdef TAUVOX_HAVE_HDF5
constexpr bool have_hdf5 = true;
#else
constexpr bool have_hdf5 = false;
#endif

std::string ending_of(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return ending;
}

bool is_hdf5(const std::string& ending) { return ending == ".h5" || ending == ".hdf5"; }

std::string valid_endings(bool raw) {
  std::string list;
  const auto add = [&list](const char* ending) { list += (list.empty() ? "" : ", ") + std::string(ending); };
  if (have_vtk) add(".vti");
  if (have_hdf5) add(".h5"), add(".hdf5");
  if (raw) add(".raw");
  return list.empty() ? "this build writes no field files; build it with HDF5 or VTK"
                      : "valid endings: " + list;
}

/// @throws Error(usage) unless a writer for `path` is in this build.
void check_ending(const std::string& path, bool raw) {
  const std::string ending = ending_of(path);
  const bool known = ending == ".vti" || is_hdf5(ending);
  if ((raw && ending == ".raw") || (ending == ".vti" && have_vtk) || (is_hdf5(ending) && have_hdf5)) return;
  const std::string why =
      known            ? "this build was made without " + std::string(ending == ".vti" ? "VTK" : "HDF5")
      : ending.empty() ? "it has no ending"
                       : "unknown ending " + ending;
  throw Error(ExitCode::usage, "cannot tell how to write the file", path, why, valid_endings(raw));
}

void write_raw(const std::string& path, const Volume& volume, bool overwrite) {
  const FieldArray labels = field_arrays({.volume = &volume}).front();
  if (labels.scalar != Scalar::uint8 && labels.scalar != Scalar::uint16)
    throw Error(ExitCode::usage, "labels do not fit a .raw file", path,
                "they reach from " + std::to_string(volume.labels.front().value) + " to " +
                    std::to_string(volume.labels.back().value),
                "a .raw file holds 0 to 65535; write .h5 or .vti, or renumber the labels");
  static_assert(std::endian::native == std::endian::little, "raw files are little-endian");
  PendingFile pending(path, overwrite);
  CheckedFile file(pending);
  const Extent extent = volume.extent;
  const std::int64_t step = slab_slices(extent, labels.bytes, std::int64_t{8} << 20);
  for (std::int64_t z = 0; z < extent.nz; z += step) {
    const std::int64_t slices = std::min(step, extent.nz - z);
    file.write(labels.slab(z, slices),
               static_cast<std::size_t>(slices * extent.ny * extent.nx) * labels.bytes);
  }
  file.close();
  pending.commit();
}

}  // namespace

void check_field_ending(const std::string& path) { check_ending(path, false); }

bool can_make_png() { return have_vtk; }

void write_field(const std::string& path, const FieldFile& file, bool overwrite) {
  check_field_ending(path);
  if (ending_of(path) == ".vti")
    write_vti(path, file, overwrite);
  else
    write_hdf5(path, file, overwrite);
}

void write_volume(const std::string& path, const Volume& volume, bool overwrite) {
  check_ending(path, true);
  if (ending_of(path) == ".raw")
    write_raw(path, volume, overwrite);
  else
    write_field(path, {.volume = &volume}, overwrite);
}

#ifndef TAUVOX_HAVE_VTK
void write_vti(const std::string& path, const FieldFile&, bool) {
  throw Error(ExitCode::usage, "cannot write .vti files", path, "this build was made without VTK",
              valid_endings(false));
}
std::string png_of(int, int, std::span<const unsigned char>) {
  throw Error(ExitCode::usage, "cannot make pictures", "", "this build was made without VTK");
}
#endif
#ifndef TAUVOX_HAVE_HDF5
void write_hdf5(const std::string& path, const FieldFile&, bool) {
  throw Error(ExitCode::usage, "cannot write HDF5 files", path, "this build was made without HDF5",
              valid_endings(false));
}
#endif

}  // namespace tauvox::io
