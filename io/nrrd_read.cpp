// NRRD: lines of "field: value", a blank line and the voxels (.nrrd), or a file beside the header (.nhdr), as
// they are or gzipped. Read here: VTK 9.1 takes 6x5x4 for 5x4x1.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "io/array.hpp"
#include "io/formats.hpp"
#include "io/length_unit.hpp"
#include "io/printable.hpp"
#include "io/text_header.hpp"

namespace tauvox::io {
namespace {

struct Type {
  const char* name;
  Element element;
};

constexpr std::array types{Type{"signed char", Element::int8},
                           Type{"int8", Element::int8},
                           Type{"int8_t", Element::int8},
                           Type{"uchar", Element::uint8},
                           Type{"unsigned char", Element::uint8},
                           Type{"uint8", Element::uint8},
                           Type{"uint8_t", Element::uint8},
                           Type{"short", Element::int16},
                           Type{"short int", Element::int16},
                           Type{"signed short", Element::int16},
                           Type{"signed short int", Element::int16},
                           Type{"int16", Element::int16},
                           Type{"int16_t", Element::int16},
                           Type{"ushort", Element::uint16},
                           Type{"unsigned short", Element::uint16},
                           Type{"unsigned short int", Element::uint16},
                           Type{"uint16", Element::uint16},
                           Type{"uint16_t", Element::uint16},
                           Type{"int", Element::int32},
                           Type{"signed int", Element::int32},
                           Type{"int32", Element::int32},
                           Type{"int32_t", Element::int32},
                           Type{"uint", Element::uint32},
                           Type{"unsigned int", Element::uint32},
                           Type{"uint32", Element::uint32},
                           Type{"uint32_t", Element::uint32},
                           Type{"longlong", Element::int64},
                           Type{"long long", Element::int64},
                           Type{"long long int", Element::int64},
                           Type{"signed long long", Element::int64},
                           Type{"signed long long int", Element::int64},
                           Type{"int64", Element::int64},
                           Type{"int64_t", Element::int64},
                           Type{"ulonglong", Element::uint64},
                           Type{"unsigned long long", Element::uint64},
                           Type{"unsigned long long int", Element::uint64},
                           Type{"uint64", Element::uint64},
                           Type{"uint64_t", Element::uint64},
                           Type{"float", Element::float32},
                           Type{"double", Element::float64}};

Element element_of(const TextHeader& header) {
  const std::string name = in_small_letters(header.required("type"));
  for (const Type& row : types)
    if (name == row.name) return row.element;
  header.refuse_kind(fmt::format("type is {}", printable(name)), "save it as uint8 or uint16");
}

bool is_space(const std::string& kind) {
  return kind == "domain" || kind == "space" || kind == "???" || kind == "none";
}

/// As the file lists them, the fastest axis first: by their labels, else x, y, z for the three of space.
std::vector<std::string> names_of(const TextHeader& header, std::size_t axes) {
  const std::vector<std::string> labels = words_of(header.value("labels")),
                                 kinds = words_of(header.value("kinds"));
  if ((!labels.empty() && labels.size() != axes) || (!kinds.empty() && kinds.size() != axes))
    header.refuse("labels or kinds are not as many as the axes");
  std::vector<std::string> named;
  for (const std::string& label : labels) named.push_back(in_small_letters(label));
  const auto is_once = [&](const char* name) { return std::count(named.begin(), named.end(), name) == 1; };
  if (is_once("x") && is_once("y") && is_once("z")) return named;
  std::vector<std::string> names;
  int spaces = 0;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::string kind = kinds.empty() ? "space" : in_small_letters(kinds[axis]);
    if (is_space(kind))
      names.emplace_back(1, spaces < 3 ? "xyz"[spaces] : '?'), ++spaces;
    else
      names.emplace_back(kind == "time" ? "t" : "c");
  }
  return spaces == 3 && std::count(names.begin(), names.end(), "c") < 2 ? names : std::vector<std::string>{};
}

/// Lengths of "(0.5,0,0) (0,0.5,0) none (0,0,1)"; 1 for none.
std::vector<double> lengths_of(const TextHeader& header, const std::string& directions, bool& oblique) {
  std::vector<double> lengths;
  std::size_t at = 0;
  while ((at = directions.find_first_not_of(" \t", at)) != std::string::npos) {
    if (directions.compare(at, 4, "none") == 0) {
      lengths.push_back(1);
      at += 4;
      continue;
    }
    const std::size_t end = directions.find(')', at);
    if (directions[at] != '(' || end == std::string::npos) header.refuse("space directions are no vectors");
    std::string text = directions.substr(at + 1, end - at - 1);
    std::replace(text.begin(), text.end(), ',', ' ');
    double square = 0;
    int others = 0;
    for (const std::string& word : words_of(text)) {
      double value = 0;
      const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), value);
      if (error != std::errc() || last != word.data() + word.size())
        header.refuse("space directions are no vectors");
      square += value * value;
      others += value != 0;
    }
    oblique = oblique || others > 1;
    lengths.push_back(std::sqrt(square));
    at = end + 1;
  }
  return lengths;
}

/// The unit that all axes of space have; "" where there is none or they differ.
std::string unit_of(const TextHeader& header) {
  std::string found;
  for (const char* field : {"space units", "units"})
    for (const std::string& unit : words_of(header.value(field))) {
      if (unit.empty() || unit == "???" || unit == "none") continue;
      if (!found.empty() && found != unit) return "";
      found = unit;
    }
  return found;
}

StatedSteps steps_of(const TextHeader& header, std::size_t axes, std::vector<std::string>& notices) {
  StatedSteps steps;
  bool oblique = false;
  const std::string directions = header.value("space directions"), spacings = header.value("spacings");
  steps.source = directions.empty() ? "spacings of the NRRD header" : "space directions of the NRRD header";
  if (!directions.empty()) {
    steps.of_axis = lengths_of(header, directions, oblique);
  } else {
    for (const std::string& word : words_of(spacings)) {
      if (in_small_letters(word) == "nan") {  // an axis that has no steps
        steps.of_axis.push_back(1);
        continue;
      }
      double value = 0;
      const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), value);
      if (error != std::errc() || last != word.data() + word.size()) header.refuse("spacings are no numbers");
      steps.of_axis.push_back(value);
    }
  }
  if (steps.of_axis.empty()) return {};
  if (steps.of_axis.size() != axes) header.refuse("the steps are not as many as the axes");
  if (oblique) notices.push_back("space directions are oblique: axes are those of the array");
  const std::string unit = unit_of(header);
  const bool is_ones =
      std::all_of(steps.of_axis.begin(), steps.of_axis.end(), [](double h) { return h == 1; });
  if (unit.empty() && is_ones) return {};  // what programs write that know no size
  if (!unit.empty()) {
    steps.unit = metres_of_unit(unit);
    steps.unit_text = steps.unit ? unit : fmt::format("unit '{}' is not known", printable(unit));
  } else if (!header.value("space").empty()) {  // left-posterior-superior, scanner-xyz: of scanners, in mm
    steps.unit = 1e-3;
    steps.unit_text = fmt::format("mm, the unit of the space {}", printable(header.value("space")));
  } else {
    steps.unit_text = "no unit";
  }
  return steps;
}

ArrayLayout layout_of(const TextHeader& header) {
  ArrayLayout layout;
  layout.format = "NRRD";
  layout.shape = header.lengths("sizes");
  const std::int64_t axes = header.whole("dimension", 0);
  if (axes < 1 || axes > 16 || static_cast<std::size_t>(axes) != layout.shape.size())
    header.refuse(fmt::format("dimension is {}, sizes has {} lengths", axes, layout.shape.size()));
  layout.element = element_of(header);
  const std::string endian = in_small_letters(header.value("endian"));
  if ((endian.empty() && info(layout.element).bytes > 1) ||
      (!endian.empty() && endian != "little" && endian != "big"))
    header.refuse(fmt::format("endian is '{}'", printable(endian)));
  layout.big_endian = endian == "big";
  layout.names = names_of(header, layout.shape.size());
  layout.steps = steps_of(header, layout.shape.size(), layout.notices);
  std::reverse(layout.shape.begin(), layout.shape.end());
  std::reverse(layout.names.begin(), layout.names.end());
  std::reverse(layout.steps.of_axis.begin(), layout.steps.of_axis.end());
  return layout;
}

Packing packing_of(const TextHeader& header) {
  const std::string encoding = in_small_letters(header.required("encoding"));
  if (encoding == "raw") return Packing::none;
  if (encoding == "gzip" || encoding == "gz") return Packing::gzip;
  header.refuse_kind(fmt::format("encoding is {}", printable(encoding)),
                     "save it with encoding raw or gzip (unu save -e gzip -f nrrd)");
}

}  // namespace

std::unique_ptr<VolumeSource> open_nrrd(const InputFile& file, const ReadOptions& options) {
  const TextHeader header(file, "NRRD", ':', "");
  const ArrayLayout layout = layout_of(header);
  const std::string data = header.value(std::vector<std::string>{"data file", "datafile"});
  if (data.starts_with("LIST") || data.find('%') != std::string::npos)
    header.refuse_kind("its voxels lie in several files",
                       "save it as one .nrrd; a folder of TIFF or PNG slices is named by the folder");
  if (data.empty() && !header.has_end()) header.refuse("no blank line ends it");
  auto beside = data.empty() ? nullptr : open_beside(file, data.starts_with("./") ? data.substr(2) : data);
  const InputFile& voxels = beside ? *beside : file;
  StoredBytes where{.offset = beside ? 0 : header.bytes(), .packing = packing_of(header)};
  const auto skip = [&](const char* name, const char* other) {
    return header.value(name).empty() ? header.whole(other, 0) : header.whole(name, 0);
  };
  if (skip("line skip", "lineskip") != 0)
    header.refuse_kind("lines are to be skipped before the voxels", "save it without line skip");
  const std::int64_t skipped = skip("byte skip", "byteskip");
  const std::uint64_t all = bytes_of(layout, file.path()), left = voxels.size() - where.offset;
  if (skipped != 0 && where.packing != Packing::none)
    header.refuse_kind("bytes are to be skipped in compressed voxels", "save it without byte skip");
  if (skipped == -1)
    where.offset += left - std::min(all, left);
  else if (skipped < 0 || static_cast<std::uint64_t>(skipped) > left)
    header.refuse(fmt::format("byte skip is {}", skipped));
  else
    where.offset += static_cast<std::uint64_t>(skipped);
  where.stored = voxels.size() - where.offset;
  return open_array(voxels, where, 0, layout, options, std::move(beside));
}

}  // namespace tauvox::io
