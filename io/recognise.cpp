// Formats by their first bytes. Names come last: a wrong ending is common, a wrong signature is not.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "io/byte_source.hpp"
#include "io/input_file.hpp"
#include "io/letters.hpp"

namespace tauvox::io {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;
  const char* kind;
};

constexpr std::array signatures{
    Signature{"II*\0"sv, "TIFF"},
    Signature{"MM\0*"sv, "TIFF"},
    Signature{"II+\0"sv, "TIFF"},  // BigTIFF
    Signature{"MM\0+"sv, "TIFF"},
    Signature{"\x89PNG\r\n\x1a\n"sv, "PNG"},
    Signature{"\xff\xd8\xff"sv, "JPEG image"},
    Signature{"GIF8"sv, "GIF image"},
    Signature{"BM"sv, "BMP image"},
    Signature{"\x1f\x8b"sv, "gzip archive"},
    Signature{"BZh"sv, "bzip2 archive"},
    Signature{"\xfd"
              "7zXZ\0"sv,
              "xz archive"},
    Signature{"\x28\xb5\x2f\xfd"sv, "zstd archive"},
    Signature{"7z\xbc\xaf\x27\x1c"sv, "7-zip archive"},
    Signature{"PK\x03\x04"sv, "NPZ"},
    Signature{"PK\x05\x06"sv, "zip archive without a file"},
    Signature{"\x93NUMPY"sv, "NPY"},
    Signature{"MATLAB 5.0 MAT-file"sv, "MATLAB .mat file before version 7.3"},
    Signature{"CDF\x01"sv, "netCDF classic file"},
    Signature{"CDF\x02"sv, "netCDF classic file"},
    Signature{"NRRD0"sv, "NRRD"},
    Signature{"ObjectType"sv, "MetaImage"},
    Signature{"NDims"sv, "MetaImage"},
    Signature{"# AmiraMesh"sv, "Avizo or Amira file"},
    Signature{"# Avizo"sv, "Avizo or Amira file"},
    Signature{"# HyperMesh"sv, "Avizo or Amira file"},
    Signature{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "TXM or TXRM file of a Zeiss microscope (OLE2)"},
    Signature{"# vtk DataFile"sv, "legacy VTK file"},
    Signature{"<VTKFile"sv, "VTK XML file"},
    Signature{"<?xml"sv, "XML file"},
    Signature{"%PDF"sv, "PDF document"},
    Signature{"\x7f"
              "ELF"sv,
              "program"},
};

bool has_hdf5_signature(const InputFile& file) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n"sv;
  // A user block may stand before the signature; the format then puts it at 512, 1024, 2048, ...
  for (std::uint64_t offset = 0; offset < file.size(); offset = offset == 0 ? 512 : 2 * offset) {
    std::array<char, 8> bytes{};
    if (file.read_at(offset, bytes.data(), 8) == 8 && std::string_view(bytes.data(), 8) == signature)
      return true;
  }
  return false;
}

/// The size of the header in either byte order, and its mark.
bool is_nifti(std::string_view start) {
  if (start.size() < 348) return false;
  const auto begins = [&](std::string_view little, std::string_view big) {
    return start.starts_with(little) || start.starts_with(big);
  };
  const std::string_view first = start.substr(344, 4), second = start.substr(4, 4);
  return (begins("\x5c\x01\0\0"sv, "\0\0\x01\x5c"sv) && (first == "n+1\0"sv || first == "ni1\0"sv)) ||
         (begins("\x1c\x02\0\0"sv, "\0\0\x02\x1c"sv) && (second == "n+2\0"sv || second == "ni2\0"sv));
}

/// Attributes may stand in any order, and comments before them.
bool is_vti(std::string_view start) {
  if (!start.starts_with("<VTKFile") && !start.starts_with("<?xml")) return false;
  const std::size_t at = start.find("<VTKFile");
  if (at == std::string_view::npos) return false;
  const std::string_view tag = start.substr(at, start.find('>', at) - at);
  return tag.find("type=\"ImageData\"") != std::string_view::npos ||
         tag.find("type='ImageData'") != std::string_view::npos;
}

struct Route {
  const char *kind, *advice;
};

/// What other programs write and is not read: how to come from there to something that is.
constexpr std::array routes{
    Route{"MATLAB .mat file before version 7.3", "in MATLAB: save(name, 'labels', '-v7.3'), which is HDF5"},
    Route{"Avizo or Amira file",
          "in Avizo or Amira: Save Data As, 3D TIFF; or Raw Data, read with --shape and --dtype"},
    Route{"GeoDict volume",
          "in GeoDict: File, Export, as raw data or a TIFF stack; raw is read with --shape and --dtype"},
    Route{"TXM or TXRM file of a Zeiss microscope (OLE2)",
          "in XMController or Dragonfly: export as TIFF stack, and segment it"},
    Route{"DICOM image",
          "in 3D Slicer: save as .nrrd; in Fiji: open the sequence, save as TIFF; or dcm2niix, which makes "
          ".nii.gz"},
    Route{"legacy VTK file", "in ParaView: open it, Save Data as .vti"},
    Route{"netCDF classic file", "nccopy -k nc4 IN OUT makes HDF5 of it"},
    Route{"gzip archive", "unpack it first: gunzip"},
    Route{"bzip2 archive", "unpack it first: bunzip2"},
    Route{"xz archive", "unpack it first: unxz"},
    Route{"zstd archive", "unpack it first: unzstd"},
    Route{"7-zip archive", "unpack it first"},
    Route{"JPEG image",
          "JPEG changes values; save the slices again from where they were made, as TIFF or PNG"},
    Route{"GIF image", "save it as TIFF or PNG"},
    Route{"BMP image", "save it as TIFF or PNG"},
};

}  // namespace

std::string export_route(const std::string& kind) {
  for (const Route& route : routes)
    if (kind == route.kind) return route.advice;
  return "";
}

std::string recognise(const InputFile& file) {
  if (has_hdf5_signature(file)) return "HDF5";
  constexpr std::size_t beginning = 512;
  std::array<char, 4096> block{};
  const std::string_view head(block.data(), file.read_at(0, block.data(), block.size())),
      start = head.substr(0, beginning);
  if (is_vti(head)) return "VTI";
  if (is_nifti(start)) return "NIfTI";
  if (start.starts_with("\x1f\x8b") && is_nifti(first_unpacked(file, beginning))) return "NIfTI";
  for (const Signature& row : signatures)
    if (start.starts_with(row.bytes)) return row.kind;
  if (in_small_letters(file.path()).ends_with(".gdt")) return "GeoDict volume";
  if (start.size() > 131 && start.substr(128).starts_with("DICM")) return "DICOM image";
  const auto is_text = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  };
  if (std::all_of(start.begin(), start.end(), is_text)) return "text";
  std::string hexadecimal;
  for (char c : start.substr(0, 8)) hexadecimal += fmt::format(" {:02x}", static_cast<unsigned char>(c));
  return "unknown bytes" + hexadecimal;
}

}  // namespace tauvox::io
