// Which writer a file name asks for, and what this build has none for. Raw and .npy volumes, which need no
// library, are written here.
#include "io/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <filesystem>

#include "io/field_arrays.hpp"
#include "io/letters.hpp"
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

#ifdef TAUVOX_HAVE_TIFF
constexpr bool have_tiff = true;
#else
constexpr bool have_tiff = false;
#endif

std::string ending_of(const std::string& path) {
  return in_small_letters(std::filesystem::path(path).extension().string());
}

bool is_hdf5(const std::string& ending) { return ending == ".h5" || ending == ".hdf5"; }

bool is_tiff(const std::string& ending) { return ending == ".tif" || ending == ".tiff"; }

/// @param volume  endings of volumes, else of fields
std::string valid_endings(bool volume) {
  std::string list;
  const auto add = [&list](const char* ending) { list += (list.empty() ? "" : ", ") + std::string(ending); };
  if (have_vtk) add(".vti");
  if (have_hdf5) add(".h5"), add(".hdf5");
  if (volume && have_tiff) add(".tif"), add(".tiff");
  if (volume) add(".npy"), add(".raw");
  return list.empty() ? "this build writes no field files; build it with HDF5 or VTK"
                      : "valid endings: " + list;
}

/// @throws Error(usage) unless a writer for `path` is in this build.
void check_ending(const std::string& path, bool volume) {
  const std::string ending = ending_of(path);
  const bool tiff = volume && is_tiff(ending), vti = ending == ".vti", hdf5 = is_hdf5(ending);
  if ((volume && (ending == ".raw" || ending == ".npy")) || (vti && have_vtk) || (hdf5 && have_hdf5) ||
      (tiff && have_tiff))
    return;
  const std::string why = tiff || vti || hdf5 ? fmt::format("this build was made without {}", tiff  ? "TIFF"
                                                                                              : vti ? "VTK"
                                                                                                    : "HDF5")
                          : ending.empty()    ? "it has no ending"
                                              : "unknown ending " + ending;
  throw Error(ExitCode::usage, "cannot tell how to write the file", path, why, valid_endings(volume));
}

void write_slabs(CheckedFile& file, const FieldArray& labels, const Extent& extent) {
  static_assert(std::endian::native == std::endian::little, "raw and .npy files are little-endian");
  const std::int64_t step = slab_slices(extent, labels.bytes, std::int64_t{8} << 20);
  for (std::int64_t z = 0; z < extent.nz; z += step) {
    const std::int64_t slices = std::min(step, extent.nz - z);
    file.write(labels.slab(z, slices),
               static_cast<std::size_t>(slices * extent.ny * extent.nx) * labels.bytes);
  }
}

void write_raw(const std::string& path, const Volume& volume, bool overwrite) {
  const FieldArray labels = field_arrays({.volume = &volume}).front();
  if (labels.scalar != Scalar::uint8 && labels.scalar != Scalar::uint16)
    throw Error(ExitCode::usage, "labels do not fit a .raw file", path,
                "they reach from " + std::to_string(volume.labels.front().value) + " to " +
                    std::to_string(volume.labels.back().value),
                "a .raw file holds 0 to 65535; write .h5 or .vti, or renumber the labels");
  PendingFile pending(path, overwrite);
  CheckedFile file(pending);
  write_slabs(file, labels, volume.extent);
  file.close();
  pending.commit();
}

/// NumPy's names: '|u1', '<i4'.
std::string npy_type(Scalar scalar) {
  switch (scalar) {
    case Scalar::int8:
      return "|i1";
    case Scalar::uint8:
      return "|u1";
    case Scalar::int16:
      return "<i2";
    case Scalar::uint16:
      return "<u2";
    case Scalar::int32:
      return "<i4";
    case Scalar::uint32:
      return "<u4";
    case Scalar::int64:
      return "<i8";
    case Scalar::float32:
      return "<f4";
  }
  return "";
}

void write_npy(const std::string& path, const Volume& volume, bool overwrite) {
  const FieldArray labels = field_arrays({.volume = &volume}).front();
  const Extent extent = volume.extent;
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}, {}), }}",
                                   npy_type(labels.scalar), extent.nz, extent.ny, extent.nx);
  constexpr std::size_t start = 10, aligned = 64;  // of the elements, so that they can be mapped
  header.resize((start + header.size() + 1 + aligned - 1) / aligned * aligned - start - 1, ' ');
  header += '\n';
  const char version[start] = {'\x93',
                               'N',
                               'U',
                               'M',
                               'P',
                               'Y',
                               1,
                               0,
                               static_cast<char>(header.size() & 0xff),
                               static_cast<char>(header.size() >> 8)};
  PendingFile pending(path, overwrite);
  CheckedFile file(pending);
  file.write(version, start);
  file.write(header.data(), header.size());
  write_slabs(file, labels, extent);
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

void check_volume_ending(const std::string& path) { check_ending(path, true); }

void write_volume(const std::string& path, const Volume& volume, bool overwrite) {
  write_volume(path, FieldFile{.volume = &volume}, overwrite);
}

void write_volume(const std::string& path, const FieldFile& labels, bool overwrite) {
  check_volume_ending(path);
  const std::string ending = ending_of(path);
  if (ending == ".raw")
    write_raw(path, *labels.volume, overwrite);
  else if (ending == ".npy")
    write_npy(path, *labels.volume, overwrite);
  else if (is_tiff(ending))
    write_tiff(path, labels, overwrite);
  else
    write_field(path, labels, overwrite);
}

std::string options_to_read(const std::string& path, const Volume& volume) {
  const std::string ending = ending_of(path);
  if (ending != ".raw" && ending != ".npy") return "";
  std::string options;
  if (ending == ".raw")
    options = fmt::format(
        "--shape {},{},{} --dtype {}", volume.extent.nz, volume.extent.ny, volume.extent.nx,
        std::max(volume.labels.back().value, volume.outside ? volume.outside->label : 0) < 256 ? "uint8"
                                                                                               : "uint16");
  if (volume.voxel_size || volume.voxel_ratio) {
    const auto& [z, y, x] = volume.spacing();
    const double to_um = volume.voxel_size ? 1e6 : 1;  // 14 digits leave out what rounding adds
    options += fmt::format("{}--voxel-size {:.14g},{:.14g},{:.14g}um", options.empty() ? "" : " ", to_um * z,
                           to_um * y, to_um * x);
  }
  return options;
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
#ifndef TAUVOX_HAVE_TIFF
void write_tiff(const std::string& path, const FieldFile&, bool) {
  throw Error(ExitCode::usage, "cannot write TIFF files", path, "this build was made without TIFF",
              valid_endings(true));
}
#endif
#ifndef TAUVOX_HAVE_HDF5
void write_hdf5(const std::string& path, const FieldFile&, bool) {
  throw Error(ExitCode::usage, "cannot write HDF5 files", path, "this build was made without HDF5",
              valid_endings(false));
}
#endif

}  // namespace tauvox::io
