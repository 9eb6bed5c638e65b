// MetaImage, of ITK: a header of "Key = value" and the voxels behind it (.mha) or in a file beside it (.mhd),
// as they are or deflated. Read here and not by VTK, which opens files by the names it finds.
#include <fmt/format.h>

#include <algorithm>
#include <array>

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

constexpr std::array types{Type{"MET_UCHAR", Element::uint8},       Type{"MET_CHAR", Element::int8},
                           Type{"MET_USHORT", Element::uint16},     Type{"MET_SHORT", Element::int16},
                           Type{"MET_UINT", Element::uint32},       Type{"MET_INT", Element::int32},
                           Type{"MET_ULONG_LONG", Element::uint64}, Type{"MET_LONG_LONG", Element::int64},
                           Type{"MET_FLOAT", Element::float32},     Type{"MET_DOUBLE", Element::float64}};

Element element_of(const TextHeader& header) {
  const std::string name = header.required("ElementType");
  for (const Type& row : types)
    if (name == row.name) return row.element;
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
  steps.of_axis = header.reals({"ElementSpacing", "ElementSize"});
  if (steps.of_axis.empty()) return steps;
  if (steps.of_axis.size() != axes) header.refuse("ElementSpacing has not a number for each axis");
  const std::string unit = header.value("DistanceUnits");
  // 1 1 1 is what programs write that know no size
  if (unit.empty() &&
      std::all_of(steps.of_axis.begin(), steps.of_axis.end(), [](double h) { return h == 1; }))
    return {};
  std::reverse(steps.of_axis.begin(), steps.of_axis.end());
  steps.source = "ElementSpacing of the MetaImage header";
  steps.unit = unit.empty() ? 1e-3 : metres_of_unit(unit);
  steps.unit_text = unit.empty() ? "mm, the unit of the format" : unit;
  return steps;
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
  return layout;
}

}  // namespace

std::unique_ptr<VolumeSource> open_metaimage(const InputFile& file, const ReadOptions& options) {
  const TextHeader header(file, "MetaImage", '=', "ElementDataFile");
  if (!header.has_end()) header.refuse("ElementDataFile is missing");
  const ArrayLayout layout = layout_of(header);
  const std::string data = header.required("ElementDataFile");
  const bool local = data == "LOCAL" || data == "Local" || data == "local";
  if (data.starts_with("LIST") || data.find('%') != std::string::npos)
    header.refuse_kind("its voxels lie in several files",
                       "save it as one .mha; a folder of TIFF or PNG slices is named by the folder");
  auto beside = local ? nullptr : open_beside(file, data);
  const InputFile& voxels = beside ? *beside : file;
  StoredBytes where;
  const bool packed = is_true(header, {"CompressedData"});
  where.packing = packed ? Packing::gzip : Packing::none;
  const std::int64_t skipped = header.whole("HeaderSize", 0);
  const std::uint64_t all = bytes_of(layout, file.path());
  if (local) {
    where.offset = header.bytes();
  } else if (skipped == -1 && !packed) {  // at the end
    where.offset = voxels.size() - std::min(all, voxels.size());
  } else if (skipped < 0 || static_cast<std::uint64_t>(skipped) > voxels.size()) {
    header.refuse(fmt::format("HeaderSize is {}", skipped));
  } else {
    where.offset = static_cast<std::uint64_t>(skipped);
  }
  where.stored = voxels.size() - where.offset;
  if (const std::int64_t said = header.whole("CompressedDataSize", -1); packed && said >= 0) {
    if (static_cast<std::uint64_t>(said) != where.stored)
      header.refuse(fmt::format("CompressedDataSize is {}, {} bytes are there", said, where.stored));
  }
  return open_array(voxels, where, 0, layout, options, std::move(beside));
}

}  // namespace tauvox::io
