#include "io/tiff_calibration.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "io/length_unit.hpp"

namespace tauvox::io {
namespace {

constexpr const char* unsettled = "voxels are taken as cubes; --voxel-size z,y,x settles it";

/// XResolution, YResolution, ResolutionUnit.
struct ResolutionTags {
  float x = 0, y = 0;  // pixels per unit; 0: not stated
  std::uint16_t unit = RESUNIT_INCH;

  explicit ResolutionTags(TIFF* tiff) {
    TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x);
    TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
  }
  bool usable() const { return x > 0 && y > 0 && std::isfinite(x) && std::isfinite(y); }
  const char* unit_name() const {
    return unit == RESUNIT_INCH ? "inch" : unit == RESUNIT_CENTIMETER ? "cm" : "";
  }
  bool is_screen() const { return x == y && (x == 72 || x == 96); }
  /// 72 or 96 per inch is what programs write for a screen, 1/1 what they write for nothing.
  bool is_default() const { return x == y && (x == 0 || x == 1 || (unit == RESUNIT_INCH && is_screen())); }
  std::string text() const {
    return fmt::format("XResolution {:g} and YResolution {:g}{}", x, y,
                       *unit_name() ? fmt::format(" per {}", unit_name()) : " of no unit");
  }
};

/// Steps along x, y, z, the order of both ImageJ and OME, each with its unit.
struct Steps {
  std::array<double, 3> value{};
  std::array<std::string, 3> unit;
};

/// Size and source; false, with a warning, where a unit is not known.
bool take_steps(const Steps& steps, const std::string& source, VolumeDescription& description) {
  std::array<double, 3> metres{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto unit = metres_of_unit(steps.unit[i]);
    if (!unit || !(steps.value[i] > 0) || !std::isfinite(steps.value[i])) {
      description.warnings.push_back(
          fmt::format("{} says a step of {:g} {} along {}, which is not understood; {}", source,
                      steps.value[i], steps.unit[i], "xyz"[i], unsettled));
      return false;
    }
    metres[i] = steps.value[i] * *unit;
  }
  description.voxel_size = {metres[2], metres[1], metres[0]};
  description.voxel_size_source =
      fmt::format("{}: x {:g} {}, y {:g} {}, z {:g} {}", source, steps.value[0], steps.unit[0],
                  steps.value[1], steps.unit[1], steps.value[2], steps.unit[2]);
  return true;
}

/// The resolution tags beside a size from elsewhere: more than 1 % apart is a contradiction.
void compare(const ResolutionTags& tags, VolumeDescription& description) {
  if (!tags.usable() || tags.is_default() || !description.voxel_size) return;
  const auto unit = metres_of_unit(tags.unit_name());
  const auto& [z, y, x] = *description.voxel_size;
  const auto apart = [](double a, double b) { return std::abs(a / b - 1) > 0.01; };
  const bool differ = unit ? apart(*unit / tags.x, x) || apart(*unit / tags.y, y)
                           : apart(static_cast<double>(tags.x) / tags.y, y / x);
  if (differ)
    description.warnings.push_back(
        fmt::format("{} disagree with {}, which is used; --voxel-size z,y,x settles it", tags.text(),
                    description.voxel_size_source));
}

/// OME's PhysicalSize; a file without z but with equal x and y says nothing of the shape of a voxel.
void take_ome(const TiffDescription& text, bool one_layer, VolumeDescription& description) {
  Steps steps;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string& size = i == 2 && one_layer && text.size[2].empty() ? text.size[0] : text.size[i];
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), steps.value[i]);
    if (error != std::errc() || end != size.data() + size.size()) {
      description.warnings.push_back(fmt::format(
          "{} says PhysicalSizeX \"{}\", PhysicalSizeY \"{}\", PhysicalSizeZ \"{}\", which do not "
          "make a voxel; {}",
          text.writer, text.size[0], text.size[1], text.size[2], unsettled));
      return;
    }
    steps.unit[i] = text.size_unit[i == 2 && one_layer && text.size[2].empty() ? 0 : i];
  }
  take_steps(steps, text.writer + " PhysicalSize", description);
}

/// ImageJ's way, and tifffile's: the tags count pixels per `unit`, the z step is `spacing`.
void take_resolution(const ResolutionTags& tags, const TiffDescription& text, bool one_layer,
                     VolumeDescription& description) {
  const bool tags_alone = text.writer.empty() || (text.unit.empty() && !text.spacing);
  const std::string source = tags_alone ? "TIFF tags" : text.writer + " calibration";
  // ImageJ takes 72 per inch as it comes, and calls the unit inch
  const bool is_screen = tags.is_screen() && metres_of_unit(text.unit) == 0.0254;
  const bool has_unit = !is_no_unit(text.unit) && !is_screen;
  std::string said = tags.usable() ? tags.text() : "no resolution";
  if (text.spacing) said += fmt::format(", spacing {:g}", *text.spacing);
  if (!text.unit.empty()) said += fmt::format(", unit \"{}\"", text.unit);
  const auto warn = [&](const std::string& why) {
    description.warnings.push_back(fmt::format("{}: {}: {}; {}", source, said, why, unsettled));
  };
  // A description without a unit or a step, or tags that any program writes, calibrate nothing.
  const bool is_blank = tags.is_default() || is_screen;
  if (!has_unit && is_blank && text.spacing.value_or(1) == 1) return;
  const std::string unit = has_unit ? text.unit : is_blank ? "" : tags.unit_name();
  if (unit.empty()) {
    if (!tags.usable() || !(text.spacing.value_or(0) > 0)) return warn("steps without a unit are not used");
    return take_ratio({*text.spacing, 1.0 / tags.y, 1.0 / tags.x}, source, said, description);
  }
  if (!tags.usable()) return warn("the size of a pixel is missing");
  if (!text.spacing && !one_layer) return warn("the step along z is missing");
  Steps steps;
  steps.unit = {unit, text.y_unit.empty() ? unit : text.y_unit, text.z_unit.empty() ? unit : text.z_unit};
  steps.value = {1.0 / tags.x, 1.0 / tags.y, text.spacing.value_or(1.0 / tags.x)};
  if (!take_steps(steps, source, description)) return;
  if (tags.is_default() && text.spacing.value_or(1) != 1)
    description.warnings.push_back(
        fmt::format("{}: {}: pixels of 1 {} are used, though programs write these tags where nobody gave a "
                    "size; --voxel-size z,y,x settles it",
                    source, said, unit));
  if (has_unit && *tags.unit_name()) compare(tags, description);
}

}  // namespace

void take_calibration(TIFF* tiff, const TiffDescription& text, bool one_layer,
                      VolumeDescription& description) {
  const ResolutionTags tags(tiff);
  if (!text.size[0].empty() || !text.size[1].empty() || !text.size[2].empty()) {
    take_ome(text, one_layer, description);
    compare(tags, description);
  } else {
    take_resolution(tags, text, one_layer, description);
  }
}

}  // namespace tauvox::io
