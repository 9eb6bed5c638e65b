// Labels as a header and voxels, x fastest: MetaImage, NRRD, NIfTI. Lengths are in mm, which programs that
// look at no unit take them for, and the axes are those of space, as ITK has them: all three are one image.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "io/byte_sink.hpp"
#include "io/letters.hpp"
#include "io/printable.hpp"
#include "io/written_labels.hpp"

namespace tauvox::io {
namespace {

struct TypeNames {
  Scalar scalar;
  const char* metaimage;
  const char* nrrd;
  std::int16_t nifti;
};
constexpr std::array<TypeNames, 7> types{{{Scalar::uint8, "MET_UCHAR", "uint8", 2},
                                          {Scalar::int8, "MET_CHAR", "int8", 256},
                                          {Scalar::uint16, "MET_USHORT", "uint16", 512},
                                          {Scalar::int16, "MET_SHORT", "int16", 4},
                                          {Scalar::uint32, "MET_UINT", "uint32", 768},
                                          {Scalar::int32, "MET_INT", "int32", 8},
                                          {Scalar::int64, "MET_LONG_LONG", "int64", 1024}}};

const TypeNames& names_of(Scalar scalar) {
  return *std::find_if(types.begin(), types.end(),
                       [&](const TypeNames& row) { return row.scalar == scalar; });
}

bool has_steps(const Volume& volume) { return volume.voxel_size || volume.voxel_ratio; }

/// x, y, z in mm, or their ratio.
std::array<double, 3> steps_of(const Volume& volume) {
  const auto& [z, y, x] = volume.spacing();
  const double scale = volume.voxel_size ? 1e3 : 1;
  return {x * scale, y * scale, z * scale};
}

/// In one line, as 15 digits leave out what rounding adds to a length.
std::string text_of(double step) { return fmt::format("{:.15g}", step); }

struct Text {
  std::string name, value;
};

/// What the file says of its origin, each in one line.
std::vector<Text> texts_of(const FieldFile& labels) {
  std::vector<Text> texts;
  for (const auto& [name, value] : field_texts(labels))
    if (name != "length_unit") texts.push_back({own_prefix + name, printable(value)});
  return texts;
}

struct Written {
  const char* form;
  decltype(&open_tiff) open;
  std::string header;
  Wrapping wrapping = Wrapping::none;
  bool wraps_header = false;
  std::size_t place_of_size = 0;  // of the deflated voxels, in the header: blanks; 0 for none
};
constexpr std::size_t digits_of_size = 20;

void write_file(const std::string& path, const FieldFile& labels, bool overwrite, const Written& how) {
  PendingFile pending(path, overwrite);
  const FieldArray array = field_arrays(labels).front();
  const Extent& extent = labels.volume->extent;
  CheckedFile file(pending);
  if (!how.wraps_header) file.write(how.header.data(), how.header.size());
  const auto sink = open_sink(file, how.wrapping);
  if (how.wraps_header) sink->write(how.header.data(), how.header.size());
  write_slabs(*sink, array, extent);
  sink->finish();
  if (how.place_of_size > 0)
    file.replace(how.place_of_size,
                 fmt::format("{:>{}}", file.written() - how.header.size(), digits_of_size));
  file.close();
  check_written(pending, how.open, how.form, array, *labels.volume);
  pending.commit();
}

/// A line of a MetaImage header, or several: readers of ITK and VTK take no more of one.
std::string metaimage_lines(const Text& said) {
  constexpr std::size_t most = 400;
  std::string lines, rest = said.value;
  for (int part = 1; part == 1 || !rest.empty(); ++part) {
    std::size_t end = std::min(most, rest.size());
    const auto splits = [&](std::size_t at) {  // a character, or blanks, which are none at the end of a line
      return at < rest.size() && at > 0 &&
             ((static_cast<unsigned char>(rest[at]) & 0xc0) == 0x80 || rest[at] == ' ' ||
              rest[at - 1] == ' ');
    };
    while (splits(end)) --end;
    if (end == 0) end = std::min(most, rest.size());
    lines +=
        fmt::format("{}{} = {}\n", said.name, part == 1 ? "" : fmt::format("~{}", part), rest.substr(0, end));
    rest.erase(0, end);
  }
  return lines;
}

/// Of NIfTI-1, or of NIfTI-2, which counts voxels in 64 bits.
class NiftiHeader {
 public:
  explicit NiftiHeader(bool second) : second_(second), bytes_(second ? 540 : 348, '\0') {}

  /// A number, as the type that it has in either.
  template <class First, class Second, class Value>
  void put(std::size_t first, std::size_t second, Value value) {
    if (second_)
      put_bytes(second, static_cast<Second>(value));
    else
      put_bytes(first, static_cast<First>(value));
  }
  void put(std::size_t first, std::size_t second, std::string_view text) {
    std::copy(text.begin(), text.end(),
              bytes_.begin() + static_cast<std::ptrdiff_t>(second_ ? second : first));
  }
  const std::string& bytes() const { return bytes_; }

 private:
  template <class T>
  void put_bytes(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof(T));
  }

  bool second_;
  std::string bytes_;
};

/// A header extension of code 6, plain text, with the four bytes that announce it.
std::string nifti_extension(const std::vector<Text>& texts) {
  std::string text;
  for (const auto& [name, value] : texts) text += fmt::format("{}={}\n", name, value);
  constexpr std::int32_t head = 8, unit = 16, comment = 6;
  text.resize((text.size() + head + unit - 1) / unit * unit - head);
  const std::array<std::int32_t, 2> size_and_code{static_cast<std::int32_t>(text.size()) + head, comment};
  std::string extension("\1\0\0\0", 4);
  extension.append(reinterpret_cast<const char*>(size_and_code.data()), sizeof size_and_code);
  return extension + text;
}

std::string nifti_header(const FieldFile& labels) {
  const Volume& volume = *labels.volume;
  const std::array<std::int64_t, 3> lengths{volume.extent.nx, volume.extent.ny, volume.extent.nz};
  constexpr std::int64_t longest = 32767;
  const bool second = *std::max_element(lengths.begin(), lengths.end()) > longest;
  const FieldArray array = field_arrays(labels).front();
  const std::string extension = nifti_extension(texts_of(labels));
  NiftiHeader header(second);
  header.put<std::int32_t, std::int32_t>(0, 0, second ? 540 : 348);
  if (second)
    header.put(0, 4, std::string_view("n+2\0\r\n\x1a\n", 8));
  else
    header.put(344, 0, std::string_view("n+1\0", 4));
  const auto put_axis = [&](std::size_t axis, std::int64_t length, double step) {
    header.put<std::int16_t, std::int64_t>(40 + 2 * axis, 16 + 8 * axis, length);
    header.put<float, double>(76 + 4 * axis, 104 + 8 * axis, step);
  };
  // The step of axis 0 is the sign of z in the rotation below: a half turn about z leaves it as it is.
  put_axis(0, 3, 1);
  const std::array<double, 3> steps = steps_of(volume);
  for (std::size_t axis = 0; axis < 3; ++axis) put_axis(axis + 1, lengths[axis], steps[axis]);
  for (std::size_t axis = 4; axis < 8; ++axis) put_axis(axis, 1, 1);
  header.put<std::int16_t, std::int16_t>(70, 12, names_of(array.scalar).nifti);
  header.put<std::int16_t, std::int16_t>(72, 14, 8 * array.bytes);
  header.put<float, std::int64_t>(108, 168, header.bytes().size() + extension.size());
  header.put<float, double>(112, 176, 1);  // no scaling
  constexpr std::int32_t is_label = 1002, mm = 2, of_scanner = 1;
  header.put<std::int16_t, std::int32_t>(68, 504, is_label);
  header.put<std::int8_t, std::int32_t>(123, 500, volume.voxel_size ? mm : 0);
  header.put(148, 240, fmt::format("tauvox {} {}", TAUVOX_VERSION, printable(labels.phases)).substr(0, 79));
  // x to the left and y to the back, as ITK has them; NIfTI's own are to the right and to the front.
  header.put<std::int16_t, std::int32_t>(252, 344, of_scanner);
  header.put<std::int16_t, std::int32_t>(254, 348, of_scanner);
  header.put<float, double>(264, 368, 1);
  for (std::size_t axis = 0; axis < 3; ++axis)
    header.put<float, double>(280 + 20 * axis, 400 + 40 * axis, axis < 2 ? -steps[axis] : steps[axis]);
  return header.bytes() + extension;
}

}  // namespace

void write_metaimage(const std::string& path, const FieldFile& labels, bool overwrite) {
  const Volume& volume = *labels.volume;
  std::string header = fmt::format(
      "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
      "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nCenterOfRotation = 0 0 0\nDimSize = {} {} {}\n",
      volume.extent.nx, volume.extent.ny, volume.extent.nz);
  std::size_t place_of_size = 0;
  if (can_deflate) {  // ITK cannot do without the size, which is known when the voxels are written
    header += "CompressedData = True\nCompressedDataSize = ";
    place_of_size = header.size();
    header += std::string(digits_of_size, ' ') + "\n";
  }
  if (has_steps(volume)) {
    const auto [x, y, z] = steps_of(volume);
    header += fmt::format("ElementSpacing = {} {} {}\nDistanceUnits = {}\n", text_of(x), text_of(y),
                          text_of(z), volume.voxel_size ? "mm" : "?");
  }
  for (const Text& text : texts_of(labels)) header += metaimage_lines(text);
  header += fmt::format("ElementType = {}\nElementDataFile = LOCAL\n",
                        names_of(field_arrays(labels).front().scalar).metaimage);
  write_file(path, labels, overwrite,
             {"MetaImage", open_metaimage, header, can_deflate ? Wrapping::zlib : Wrapping::none, false,
              place_of_size});
}

void write_nrrd(const std::string& path, const FieldFile& labels, bool overwrite) {
  const Volume& volume = *labels.volume;
  std::string header = fmt::format(
      "NRRD0005\ntype: {}\ndimension: 3\nsizes: {} {} {}\nkinds: domain domain domain\nendian: little\n"
      "encoding: {}\nspace dimension: 3\n",
      names_of(field_arrays(labels).front().scalar).nrrd, volume.extent.nx, volume.extent.ny,
      volume.extent.nz, can_deflate ? "gzip" : "raw");
  if (has_steps(volume)) {
    const auto [x, y, z] = steps_of(volume);
    header +=
        fmt::format("space directions: ({},0,0) (0,{},0) (0,0,{})\n", text_of(x), text_of(y), text_of(z));
  } else {
    header += "space directions: (1,0,0) (0,1,0) (0,0,1)\n";
  }
  if (volume.voxel_size) header += "space units: \"mm\" \"mm\" \"mm\"\n";
  for (const auto& [name, value] : texts_of(labels)) {
    std::string escaped;
    for (const char c : value) escaped += c == '\\' ? "\\\\" : std::string(1, c);
    header += fmt::format("{}:={}\n", name, escaped);
  }
  write_file(path, labels, overwrite,
             {"NRRD", open_nrrd, header + "\n", can_deflate ? Wrapping::gzip : Wrapping::none});
}

void write_nifti(const std::string& path, const FieldFile& labels, bool overwrite) {
  const bool is_packed = in_small_letters(path).ends_with(".gz");
  write_file(
      path, labels, overwrite,
      {"NIfTI", open_nifti, nifti_header(labels), is_packed ? Wrapping::gzip : Wrapping::none, is_packed});
}

}  // namespace tauvox::io
