// Formats by their first bytes. Names come last: a wrong ending is common, a wrong signature is not.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "io/input_file.hpp"

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
    Signature{"\x89PNG\r\n\x1a\n"sv, "PNG image"},
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
    Signature{"PK\x03\x04"sv, "zip archive (or NumPy .npz)"},
    Signature{"\x93NUMPY"sv, "NumPy .npy array"},
    Signature{"MATLAB 5.0 MAT-file"sv, "MATLAB .mat file before version 7.3"},
    Signature{"CDF\x01"sv, "netCDF classic file"},
    Signature{"CDF\x02"sv, "netCDF classic file"},
    Signature{"NRRD0"sv, "NRRD volume"},
    Signature{"ObjectType"sv, "MetaImage header"},
    Signature{"# AmiraMesh"sv, "Amira mesh"},
    Signature{"# Avizo"sv, "Avizo mesh"},
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

}  // namespace

std::string recognise(const InputFile& file) {
  if (has_hdf5_signature(file)) return "HDF5";
  std::array<char, 512> block{};
  const std::string_view start(block.data(), file.read_at(0, block.data(), block.size()));
  if ((start.starts_with("<VTKFile") || start.starts_with("<?xml")) &&
      start.find("<VTKFile type=\"ImageData\"") != std::string_view::npos)
    return "VTI";
  for (const Signature& row : signatures)
    if (start.starts_with(row.bytes)) return row.kind;
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
