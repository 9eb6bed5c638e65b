// NRRD: lines of "field: value", a blank line and the voxels (.nrrd), or a file beside the header (.nhdr), as
// they are or gzipped. Read here: VTK 9.1 takes 6x5x4 for 5x4x1.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "io/formats.hpp"
#include "io/header_voxels.hpp"
#include "io/nrrd_steps.hpp"
#include "io/printable.hpp"

namespace tauvox::io {
namespace {

constexpr std::array<std::pair<std::string_view, Element>, 40> types{
    {{"signed char", Element::int8},
     {"int8", Element::int8},
     {"int8_t", Element::int8},
     {"uchar", Element::uint8},
     {"unsigned char", Element::uint8},
     {"uint8", Element::uint8},
     {"uint8_t", Element::uint8},
     {"short", Element::int16},
     {"short int", Element::int16},
     {"signed short", Element::int16},
     {"signed short int", Element::int16},
     {"int16", Element::int16},
     {"int16_t", Element::int16},
     {"ushort", Element::uint16},
     {"unsigned short", Element::uint16},
     {"unsigned short int", Element::uint16},
     {"uint16", Element::uint16},
     {"uint16_t", Element::uint16},
     {"int", Element::int32},
     {"signed int", Element::int32},
     {"int32", Element::int32},
     {"int32_t", Element::int32},
     {"uint", Element::uint32},
     {"unsigned int", Element::uint32},
     {"uint32", Element::uint32},
     {"uint32_t", Element::uint32},
     {"longlong", Element::int64},
     {"long long", Element::int64},
     {"long long int", Element::int64},
     {"signed long long", Element::int64},
     {"signed long long int", Element::int64},
     {"int64", Element::int64},
     {"int64_t", Element::int64},
     {"ulonglong", Element::uint64},
     {"unsigned long long", Element::uint64},
     {"unsigned long long int", Element::uint64},
     {"uint64", Element::uint64},
     {"uint64_t", Element::uint64},
     {"float", Element::float32},
     {"double", Element::float64}}};

Element element_of(const TextHeader& header) {
  const std::string name = in_small_letters(header.required("type"));
  if (const auto element = element_in(types, name)) return *element;
  header.refuse_kind(fmt::format("type is {}", printable(name)), "save it as uint8 or uint16");
}

/// Of each axis, the fastest first: by their kinds at most three are of space. Those of a kind that is not
/// told are, where they make no more than three.
std::vector<bool> spaces_of(const std::vector<std::string>& kinds) {
  const auto is_told = [](const std::string& kind) { return kind == "domain" || kind == "space"; };
  const auto is_open = [](const std::string& kind) { return kind == "???" || kind == "none"; };
  const auto told = std::count_if(kinds.begin(), kinds.end(), is_told);
  const bool takes_open = told + std::count_if(kinds.begin(), kinds.end(), is_open) <= 3;
  std::vector<bool> spaces;
  int count = 0;
  for (const std::string& kind : kinds) {
    const bool is_space = (is_told(kind) || (takes_open && is_open(kind))) && count < 3;
    spaces.push_back(is_space);
    count += is_space;
  }
  return spaces;
}

/// As the file lists them, the fastest axis first: by their labels, else x, y, z for those of space; empty
/// where there are more than three axes and nothing tells them apart.
std::vector<std::string> names_of(const TextHeader& header, std::size_t axes) {
  std::vector<std::string> labels = words_of(in_small_letters(header.value("labels")));
  std::vector<std::string> kinds = words_of(in_small_letters(header.value("kinds")));
  if ((!labels.empty() && labels.size() != axes) || (!kinds.empty() && kinds.size() != axes))
    header.refuse("labels or kinds are not as many as the axes");
  const auto is_once = [&](const char* name) { return std::count(labels.begin(), labels.end(), name) == 1; };
  if (is_once("x") && is_once("y") && is_once("z")) return labels;
  if (kinds.empty() && axes > 3) return {};
  if (kinds.empty()) kinds.assign(axes, "space");
  const std::vector<bool> spaces = spaces_of(kinds);
  std::vector<std::string> names;
  std::size_t space = 0;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::string& kind = kinds[axis];
    const std::string name = spaces[axis]                          ? std::string(1, "xyz"[space++])
                             : kind == "time"                      ? "t"
                             : kind == "domain" || kind == "space" ? "u"
                                                                   : "c";
    std::string own = name;  // c, c2, c3
    for (int i = 2; std::find(names.begin(), names.end(), own) != names.end(); ++i)
      own = name + std::to_string(i);
    names.push_back(own);
  }
  return names;
}

/// What the labels say of the axes, as the file lists them.
void say_labels(const TextHeader& header, bool is_named_by_user, ArrayLayout& layout) {
  const std::vector<std::string> labels = words_of(in_small_letters(header.value("labels")));
  const auto is_empty = [](const std::string& label) { return label.empty() || label == "???"; };
  if (is_named_by_user || std::all_of(labels.begin(), labels.end(), is_empty)) return;
  const auto place = [&](const char* name) {
    return std::find(layout.names.begin(), layout.names.end(), name) - layout.names.begin();
  };
  const bool in_order = place("x") < place("y") && place("y") < place("z");
  if (layout.names == labels)
    layout.notices.push_back(
        fmt::format("axes {} (labels of the NRRD header){}", fmt::join(labels.rbegin(), labels.rend(), ","),
                    in_order ? ""
                             : fmt::format(": {} is turned to z,y,x",
                                           fmt::join(layout.shape.rbegin(), layout.shape.rend(), "x"))));
  else
    layout.warnings_of_axes.push_back(fmt::format(
        "labels of the NRRD header: {} not understood as axes: they are taken as {}, slowest first. "
        "--axes, such as xyz, says which they are",
        printable(fmt::format("{}", fmt::join(labels.rbegin(), labels.rend(), ","))),
        layout.names.empty()
            ? "stored"
            : fmt::format("{}", fmt::join(layout.names.rbegin(), layout.names.rend(), ","))));
}

/// What tauvox wrote, or the segments of 3D Slicer. Those of several layers share labels.
Statements stated_by(const TextHeader& header) {
  const std::map<std::string, std::string>& remarks = header.remarks();
  const auto said = [&](const std::string& name) {
    const auto found = remarks.find(name);
    return found == remarks.end() ? std::string() : found->second;
  };
  Statements stated =
      statements_with_prefix({remarks.begin(), remarks.end()}, "tauvox_phases of the NRRD header");
  std::vector<NamedLabel> segments;
  std::string source = "Segment0_Name and Segment0_LabelValue of the NRRD header, and so on";
  for (int i = 0; remarks.contains(fmt::format("Segment{}_Name", i)); ++i) {
    const std::string segment = fmt::format("Segment{}_", i), layer = said(segment + "Layer");
    segments.push_back({said(segment + "Name"), said(segment + "LabelValue")});
    if (layer != said("Segment0_Layer")) {
      segments.front().label = "";
      source = "segments of several layers of the NRRD header";
    }
  }
  if (stated.phases.empty()) take_names(segments, source, stated);
  return stated;
}

/// Which values the least and the greatest number of the type stand for, where values were quantised.
void say_quantised(const TextHeader& header, ArrayLayout& layout) {
  const auto field = [&](const char* name, const char* joined, double neutral) {
    const std::string text = header.value(std::vector<std::string>{name, joined});
    const auto numbers = reals_of(text);
    const bool is_neutral = numbers && numbers->size() == 1 && numbers->front() == neutral;
    return text.empty() || is_neutral ? "" : fmt::format("{} = {}", name, printable(text.substr(0, 80)));
  };
  double least = 0, greatest = 0;
  with_type(layout.element, [&](auto zero) {
    least = static_cast<double>(std::numeric_limits<decltype(zero)>::lowest());
    greatest = static_cast<double>(std::numeric_limits<decltype(zero)>::max());
  });
  for (const std::string& said : {field("old min", "oldmin", least), field("old max", "oldmax", greatest)})
    if (!said.empty())
      layout.warnings_of_axes.push_back(fmt::format(
          "{} of the NRRD header is not applied: labels and thresholds are those of the values as stored",
          said));
}

ArrayLayout layout_of(const TextHeader& header, const ReadOptions& options) {
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
  layout.stated = stated_by(header);
  say_labels(header, !options.axes.empty(), layout);
  say_quantised(header, layout);
  take_nrrd_steps(header, layout);
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
  const TextHeader header(file, nrrd_text);
  if (header.voxels_file().empty() && !header.has_end()) header.refuse("no blank line ends it");
  const auto skip = [&](const char* name, const char* other) {
    return header.value(name).empty() ? header.whole(other, 0) : header.whole(name, 0);
  };
  if (skip("line skip", "lineskip") != 0)
    header.refuse_kind("lines are to be skipped before the voxels", "save it without line skip");
  StatedVoxels stated{.packing = packing_of(header), .skip_name = "byte skip"};
  stated.skipped = skip("byte skip", "byteskip");
  if (stated.skipped != 0 && stated.packing != Packing::none)
    header.refuse_kind("bytes are to be skipped in compressed voxels", "save it without byte skip");
  return open_header_voxels(file, header, stated, layout_of(header, options), options);
}

}  // namespace tauvox::io
