// Which writer a file name asks for, and what this build has none for. Raw and .npy volumes, which need no
// library, are written here.
#include "io/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>

#include "io/byte_sink.hpp"
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

void write_raw(const std::string& path, const FieldFile& labels, bool overwrite);
void write_npy(const std::string& path, const FieldFile& labels, bool overwrite);

/// A form that is written, by the ending of a file's name.
struct Form {
  const char* ending;
  const char* library;  // that it needs
  bool is_there;        // in this build
  bool has_fields;      // else it is for labels alone
  void (*write)(const std::string& path, const FieldFile& file, bool overwrite);
};

constexpr std::array<Form, 11> forms{{{".vti", "VTK", have_vtk, true, write_vti},
                                      {".h5", "HDF5", have_hdf5, true, write_hdf5},
                                      {".hdf5", "HDF5", have_hdf5, true, write_hdf5},
                                      {".tif", "TIFF", have_tiff, false, write_tiff},
                                      {".tiff", "TIFF", have_tiff, false, write_tiff},
                                      {".mha", "", true, false, write_metaimage},
                                      {".nrrd", "", true, false, write_nrrd},
                                      {".nii.gz", "zlib", can_deflate, false, write_nifti},
                                      {".nii", "", true, false, write_nifti},
                                      {".npy", "", true, false, write_npy},
                                      {".raw", "", true, false, write_raw}}};

bool is_offered(const Form& form, bool volume) { return form.is_there && (volume || form.has_fields); }

/// The form by the end of `path`; null where there is none.
const Form* form_of(const std::string& path) {
  const std::string name = in_small_letters(std::filesystem::path(path).filename().string());
  const auto found = std::find_if(forms.begin(), forms.end(), [&](const Form& form) {
    return name.size() > std::string(form.ending).size() && name.ends_with(form.ending);
  });
  return found == forms.end() ? nullptr : &*found;
}

/// @param volume  endings of volumes, else of fields
std::string valid_endings(bool volume) {
  std::string list;
  for (const Form& form : forms)
    if (is_offered(form, volume)) list += (list.empty() ? "" : ", ") + std::string(form.ending);
  return list.empty() ? "this build writes no field files; build it with HDF5 or VTK"
                      : "valid endings: " + list;
}

/// @throws Error(usage) unless a writer for `path` is in this build.
const Form& checked_form(const std::string& path, bool volume) {
  const Form* form = form_of(path);
  if (form != nullptr && is_offered(*form, volume)) return *form;
  const std::string ending = std::filesystem::path(path).extension().string();
  const std::string why = form != nullptr && (volume || form->has_fields)
                              ? fmt::format("this build was made without {}", form->library)
                          : ending.empty() ? "it has no ending"
                                           : "unknown ending " + in_small_letters(ending);
  throw Error(ExitCode::usage, "cannot tell how to write the file", path, why, valid_endings(volume));
}

void write_raw(const std::string& path, const FieldFile& file_of, bool overwrite) {
  const Volume& volume = *file_of.volume;
  const FieldArray labels = field_arrays(file_of).front();
  if (labels.scalar != Scalar::uint8 && labels.scalar != Scalar::uint16)
    throw Error(ExitCode::usage, "labels do not fit a .raw file", path,
                "they reach from " + std::to_string(volume.labels.front().value) + " to " +
                    std::to_string(volume.labels.back().value),
                "a .raw file holds 0 to 65535; write .h5 or .vti, or renumber the labels");
  PendingFile pending(path, overwrite);
  CheckedFile file(pending);
  write_slabs(*open_sink(file, Wrapping::none), labels, volume.extent);
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

void write_npy(const std::string& path, const FieldFile& file_of, bool overwrite) {
  const FieldArray labels = field_arrays(file_of).front();
  const Extent extent = file_of.volume->extent;
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
  write_slabs(*open_sink(file, Wrapping::none), labels, extent);
  file.close();
  pending.commit();
}

}  // namespace

void check_field_ending(const std::string& path) { checked_form(path, false); }

bool can_make_png() { return have_vtk; }

void write_field(const std::string& path, const FieldFile& file, bool overwrite) {
  checked_form(path, false).write(path, file, overwrite);
}

void check_volume_ending(const std::string& path) { checked_form(path, true); }

void write_volume(const std::string& path, const Volume& volume, bool overwrite) {
  write_volume(path, FieldFile{.volume = &volume}, overwrite);
}

void write_volume(const std::string& path, const FieldFile& labels, bool overwrite) {
  checked_form(path, true).write(path, labels, overwrite);
}

bool keeps_texts(const std::string& path) {
  const Form* form = form_of(path);
  return form != nullptr && form->write != write_raw && form->write != write_npy;
}

std::string options_to_read(const std::string& path, const Volume& volume) {
  const Form* form = form_of(path);
  if (form == nullptr || keeps_texts(path)) return "";
  std::string options;
  if (form->write == write_raw)
    options = fmt::format(
        "--shape {},{},{} --dtype {}", volume.extent.nz, volume.extent.ny, volume.extent.nx,
        std::max(volume.labels.back().value, volume.outside ? volume.outside->label : 0) < 256 ? "uint8"
                                                                                               : "uint16");
  if (volume.voxel_size) {
    const auto& [z, y, x] = *volume.voxel_size;
    constexpr double to_um = 1e6;  // 14 digits leave out what rounding adds
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
