// MetaImage, of ITK: a header of "Key = value" and the voxels behind it (.mha) or in a file beside it (.mhd),
// as they are or deflated. Read here and not by VTK, which opens files by the names it finds.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "io/formats.hpp"
#include "io/header_voxels.hpp"
#include "io/length_unit.hpp"
#include "io/orientation.hpp"
#include "io/printable.hpp"

namespace tauvox::io {
namespace {

constexpr std::array<std::pair<std::string_view, Element>, 10> types{{{"MET_UCHAR", Element::uint8},
                                                                      {"MET_CHAR", Element::int8},
                                                                      {"MET_USHORT", Element::uint16},
                                                                      {"MET_SHORT", Element::int16},
                                                                      {"MET_UINT", Element::uint32},
                                                                      {"MET_INT", Element::int32},
                                                                      {"MET_ULONG_LONG", Element::uint64},
                                                                      {"MET_LONG_LONG", Element::int64},
                                                                      {"MET_FLOAT", Element::float32},
                                                                      {"MET_DOUBLE", Element::float64}}};

Element element_of(const TextHeader& header) {
  const std::string name = header.required("ElementType");
  if (const auto element = element_in(types, name)) return *element;
  header.refuse_kind(fmt::format("ElementType is {}", printable(name)), "save it as MET_UCHAR or MET_USHORT");
}

bool is_true(const TextHeader& header, const std::vector<std::string>& names, bool otherwise = false) {
  const std::string text = in_small_letters(header.value(names));
  if (text.empty()) return otherwise;
  if (text == "true" || text == "1") return true;
  if (text != "false" && text != "0") header.refuse(fmt::format("{} is '{}'", names[0], printable(text)));
  return false;
}

/// Per axis, x first; millimetres where the header does not say otherwise.
StatedSteps steps_of(const TextHeader& header, std::size_t axes) {
  StatedSteps steps;
  const std::string key = header.value("ElementSpacing").empty() ? "ElementSize" : "ElementSpacing";
  steps.of_axis = header.reals({key});
  if (steps.of_axis.empty()) return steps;
  if (steps.of_axis.size() != axes) header.refuse(key + " has not a number for each axis");
  const std::string unit = header.value("DistanceUnits");
  // 1 1 1 is what programs write that know no size
  if (unit.empty() &&
      std::all_of(steps.of_axis.begin(), steps.of_axis.end(), [](double h) { return h == 1; }))
    return {};
  std::reverse(steps.of_axis.begin(), steps.of_axis.end());
  steps.source = key + " of the MetaImage header";
  steps.unit = unit.empty() ? 1e-3 : metres_of_unit(unit);
  steps.unit_text = unit.empty() ? "mm, the unit of the format" : unit;
  return steps;
}

/// A row for each axis, x first.
std::vector<AxisDirection> directions_of(const TextHeader& header, std::size_t axes) {
  const std::vector<double> numbers = header.reals({"TransformMatrix", "Rotation", "Orientation"});
  std::vector<AxisDirection> directions;
  if (numbers.size() != axes * axes) return directions;
  for (std::size_t axis = 0; axis < std::min<std::size_t>(axes, 3); ++axis) {
    const auto row = numbers.begin() + static_cast<std::ptrdiff_t>(axis * axes);
    directions.push_back({axis, {row, row + static_cast<std::ptrdiff_t>(axes)}});
  }
  return directions;
}

/// Of values that are not those of the voxels as they are stored.
std::vector<std::string> warnings_of_scaling(const TextHeader& header) {
  constexpr std::array<std::pair<const char*, double>, 2> fields{
      {{"ElementToIntensityFunctionSlope", 1}, {"ElementToIntensityFunctionOffset", 0}}};
  std::vector<std::string> warnings;
  for (const auto& [name, neutral] : fields) {
    const std::string text = header.value(name);
    const auto numbers = reals_of(text);
    if (text.empty() || (numbers && numbers->size() == 1 && numbers->front() == neutral)) continue;
    warnings.push_back(
        fmt::format("{} = {} of the MetaImage header is not applied: labels and thresholds are those of the "
                    "values as stored",
                    name, printable(text.substr(0, 80))));
  }
  return warnings;
}

/// Two fields say in which order the bytes of a number stand, which older and newer programs write.
std::vector<std::string> warnings_of_byte_order(const TextHeader& header, Element element) {
  constexpr const char *used = "BinaryDataByteOrderMSB", *other = "ElementByteOrderMSB";
  if (info(element).bytes == 1 || header.value(used).empty() || header.value(other).empty() ||
      is_true(header, {used}) == is_true(header, {other}))
    return {};
  return {
      fmt::format("{} = {} and {} = {} of the MetaImage header contradict each other: the former is used; "
                  "if the values look wrong, correct it in the header",
                  used, printable(header.value(used)), other, printable(header.value(other)))};
}

/// What tauvox wrote; a text that is longer than a line may be goes on in NAME~2, NAME~3.
Statements stated_by(const TextHeader& header) {
  Texts texts;
  for (const auto& [name, text] : header.fields()) {
    if (name.find('~') != std::string::npos) continue;
    std::string whole = text;
    for (int part = 2; header.fields().contains(fmt::format("{}~{}", name, part)); ++part)
      whole += header.fields().at(fmt::format("{}~{}", name, part));
    texts.emplace_back(name, whole);
  }
  return statements_with_prefix(texts, "tauvox_phases of the MetaImage header");
}

ArrayLayout layout_of(const TextHeader& header) {
  ArrayLayout layout;
  layout.format = "MetaImage";
  layout.shape = header.lengths("DimSize");
  const std::int64_t axes = header.whole("NDims", 0);
  if (axes < 1 || axes > 10 || static_cast<std::size_t>(axes) != layout.shape.size())
    header.refuse(fmt::format("NDims is {}, DimSize has {} lengths", axes, layout.shape.size()));
  std::reverse(layout.shape.begin(), layout.shape.end());
  if (const std::string object = header.value("ObjectType"); !object.empty() && object != "Image")
    header.refuse_kind(fmt::format("ObjectType is {}", printable(object)), "save the image");
  layout.element = element_of(header);
  layout.big_endian = is_true(header, {"BinaryDataByteOrderMSB", "ElementByteOrderMSB"});
  layout.steps = steps_of(header, layout.shape.size());
  const char* source = "TransformMatrix of the MetaImage header";
  layout.notices = notices_of(source, directions_of(header, layout.shape.size()));
  layout.warnings_of_axes = warnings_of_shear(source, directions_of(header, layout.shape.size()));
  for (const std::string& warning : warnings_of_scaling(header)) layout.warnings_of_axes.push_back(warning);
  for (const std::string& warning : warnings_of_byte_order(header, layout.element))
    layout.warnings_of_axes.push_back(warning);
  if (axes == 2) layout.names = {"y", "x"};
  if (axes == 3) layout.names = {"z", "y", "x"};
  if (axes == 4) layout.names = {"t", "z", "y", "x"};
  const std::int64_t channels = header.whole("ElementNumberOfChannels", 1);
  if (channels != 1) {
    if (channels < 1) header.refuse(fmt::format("ElementNumberOfChannels is {}", channels));
    layout.shape.push_back(static_cast<std::uint64_t>(channels));
    if (!layout.names.empty()) layout.names.emplace_back("c");
    if (!layout.steps.of_axis.empty()) layout.steps.of_axis.push_back(1);
  }
  if (!is_true(header, {"BinaryData"}, true))
    header.refuse_kind("its voxels are text", "save it with BinaryData = True");
  layout.stated = stated_by(header);
  return layout;
}

}  // namespace

std::unique_ptr<VolumeSource> open_metaimage(const InputFile& file, const ReadOptions& options) {
  const TextHeader header(file, metaimage_text);
  if (!header.has_end()) header.refuse("ElementDataFile is missing");
  (void)header.required("ElementDataFile");
  const bool packed = is_true(header, {"CompressedData"});
  StatedVoxels stated{.packing = packed ? Packing::gzip : Packing::none};
  stated.skip_name = "HeaderSize";
  if (!header.voxels_file().empty()) stated.skipped = header.whole("HeaderSize", 0);
  stated.stored_name = "CompressedDataSize";
  if (const std::int64_t said = header.whole("CompressedDataSize", -1); packed && said >= 0)
    stated.stored = said;
  return open_header_voxels(file, header, stated, layout_of(header), options);
}

}  // namespace tauvox::io
