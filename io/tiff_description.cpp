#include "io/tiff_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "io/letters.hpp"

namespace tauvox::io {
namespace {

/// The text after `key` up to `stop`; empty when there is no such key.
std::string value_of(const std::string& text, const std::string& key, const char* stop) {
  const std::size_t at = text.find(key);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size();
  return text.substr(begin, text.find_first_of(stop, begin) - begin);
}

template <class Number>
std::optional<Number> parse(const std::string& text) {
  Number number{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || result.ec != std::errc()) return std::nullopt;
  return number;
}

std::int64_t count_of(const std::string& text, const std::string& key, const char* stop,
                      std::int64_t otherwise) {
  const auto number = parse<std::int64_t>(value_of(text, key, stop));
  return number && *number > 0 ? *number : otherwise;
}

/// Of what tifffile wrote.
bool counts_slices_as_channels(const TiffDescription& text, bool has_step_along_z) {
  constexpr std::int64_t most_channels = 16;
  const auto channels = std::find_if(text.page_axes.begin(), text.page_axes.end(),
                                     [](const TiffDescription::Axis& axis) { return axis.name == "c"; });
  return !text.is_hyperstack() && channels != text.page_axes.end() &&
         channels->length > (has_step_along_z ? 1 : most_channels);
}

/// How stored values become those that are meant; empty where they are the same. ImageJ numbers its
/// functions: 0 is c0 + c1 v, 20 none.
std::string function_of(const std::string& text) {
  constexpr const char* line = "\r\n";
  constexpr std::int64_t straight = 0, none = 20;
  const std::string kind = value_of(text, "\ncf=", line);
  if (kind.empty() || parse<std::int64_t>(kind) == none) return "";
  std::string said = fmt::format("cf={}", kind);
  for (int i = 0; i < 5; ++i) {
    const std::string name = fmt::format("c{}", i), value = value_of(text, fmt::format("\n{}=", name), line);
    if (!value.empty()) said += fmt::format(", {}={}", name, value);
  }
  const bool is_same = parse<std::int64_t>(kind) == straight &&
                       parse<double>(value_of(text, "\nc0=", line)) == 0.0 &&
                       parse<double>(value_of(text, "\nc1=", line)) == 1.0;
  return is_same ? "" : said;
}

void parse_imagej(const std::string& text, TiffDescription& found) {
  constexpr const char* line = "\r\n";
  found.writer = "ImageJ";
  found.images = count_of(text, "\nimages=", line, 1);
  found.page_axes = {{"t", count_of(text, "\nframes=", line, 1)},
                     {"z", count_of(text, "\nslices=", line, 1)},
                     {"c", count_of(text, "\nchannels=", line, 1)}};
  found.unit = value_of(text, "\nunit=", line);
  found.y_unit = value_of(text, "\nyunit=", line);
  found.z_unit = value_of(text, "\nzunit=", line);
  found.spacing = parse<double>(value_of(text, "\nspacing=", line));
  found.function = function_of(text);
  // No ImageJ of that version knew channels: tifffile calls itself so
  found.channels_are_slices =
      text.starts_with("ImageJ=1.11a") && counts_slices_as_channels(found, found.spacing.has_value());
  found.stated = statements_with_prefix(texts_in_lines(text), "tauvox_phases of the ImageDescription");
}

/// The value of a key of tifffile's JSON, without quotes; lists are not looked into.
std::string json_value(const std::string& text, const std::string& key) {
  std::string value = value_of(text, fmt::format("\"{}\": ", key), ",}");
  std::erase(value, '"');
  return value;
}

void parse_tifffile_claims(const std::string& text, TiffDescription& found) {
  found.unit = json_value(text, "unit");
  found.y_unit = json_value(text, "yunit");
  found.z_unit = json_value(text, "zunit");
  found.spacing = parse<double>(json_value(text, "spacing"));
  found.axes = json_value(text, "axes");
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string key = fmt::format("PhysicalSize{}", "XYZ"[i]);
    found.size[i] = json_value(text, key);
    if (const std::string unit = json_value(text, key + "Unit"); !unit.empty()) found.size_unit[i] = unit;
  }
}

/// {"shape": [40, 50, 60], ...}: the last two lengths are the page.
void parse_tifffile(const std::string& text, std::uint16_t samples, bool planar, TiffDescription& found) {
  const std::string shape = value_of(text, "\"shape\": [", "]");
  std::vector<std::int64_t> lengths;
  for (std::size_t from = 0; from < shape.size();) {
    const std::size_t comma = std::min(shape.find(',', from), shape.size());
    while (from < comma && shape[from] == ' ') ++from;
    lengths.push_back(parse<std::int64_t>(shape.substr(from, comma - from)).value_or(1));
    from = comma + 1;
  }
  found.writer = "tifffile";
  parse_tifffile_claims(text, found);
  std::string names = in_small_letters(found.axes);
  const bool named = names.size() == lengths.size();
  const std::size_t sample_axis = planar ? 3 : 1;  // from the last
  if (samples > 1 && lengths.size() >= sample_axis && lengths[lengths.size() - sample_axis] == samples) {
    lengths.erase(lengths.end() - static_cast<std::ptrdiff_t>(sample_axis));
    if (named) names.erase(names.size() - sample_axis, 1);
  }
  if (lengths.size() < 3) return;
  found.images = 1;
  const std::size_t rows = lengths.size() - 2;
  for (std::size_t i = 0; i < rows; ++i) {
    if (lengths[i] < 1 || __builtin_mul_overflow(found.images, lengths[i], &found.images))
      found.images = INT64_MAX;
    found.page_axes.push_back({named ? names.substr(i, 1) : "", lengths[i]});
  }
  if (named) found.in_page = {names.substr(rows, 1), names.substr(rows + 1, 1)};
}

/// Whether each TiffData that names a plane names the page where the order of the axes puts it.
bool follows_order(const std::string& pixels, const TiffDescription& found) {
  const std::size_t end = pixels.find("Pixels>");
  for (std::size_t at = pixels.find("TiffData "); at < end; at = pixels.find("TiffData ", at + 1)) {
    std::string text = pixels.substr(at, pixels.find('>', at) - at);
    std::replace(text.begin(), text.end(), '\'', '"');
    const auto page = parse<std::int64_t>(value_of(text, "IFD=\"", "\""));
    if (!page) continue;
    std::int64_t expected = 0;
    for (const TiffDescription::Axis& axis : found.page_axes) {
      const char large = static_cast<char>(std::toupper(static_cast<unsigned char>(axis.name[0])));
      expected = expected * axis.length +
                 parse<std::int64_t>(value_of(text, fmt::format("First{}=\"", large), "\"")).value_or(0);
    }
    if (*page != expected) return false;
  }
  return true;
}

void parse_ome(const std::string& whole, std::uint16_t samples, TiffDescription& found) {
  found.writer = "OME";
  // Of the first image: the attributes of its Pixels element
  const std::size_t begin = std::min(whole.find("<Pixels "), whole.find(":Pixels "));
  if (begin == std::string::npos) return;
  std::string text = whole.substr(begin, whole.find('>', begin) - begin);
  std::replace(text.begin(), text.end(), '\'', '"');
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string key = fmt::format(" PhysicalSize{}", "XYZ"[i]);
    found.size[i] = value_of(text, key + "=\"", "\"");
    if (const std::string unit = value_of(text, key + "Unit=\"", "\""); !unit.empty())
      found.size_unit[i] = unit;
  }
  std::string order = value_of(text, "DimensionOrder=\"", "\"");
  if (order.size() != 5) order = "XYZCT";
  found.images = 1;
  for (std::size_t i = order.size(); i-- > 2;) {
    std::int64_t length = count_of(text, fmt::format("Size{}=\"", order[i]), "\"", 1);
    if (order[i] == 'C' && samples > 1 && length % samples == 0) length /= samples;
    if (__builtin_mul_overflow(found.images, length, &found.images)) found.images = INT64_MAX;
    const char small = static_cast<char>(std::tolower(static_cast<unsigned char>(order[i])));
    found.page_axes.push_back({std::string(1, small), length});
  }
  found.is_in_order = follows_order(whole.substr(begin), found);
  found.channels_are_slices =
      whole.find("Creator=\"tifffile") < begin && counts_slices_as_channels(found, !found.size[2].empty());
}

}  // namespace

TiffDescription parse_tiff_description(const std::string& text, std::uint16_t samples, bool planar) {
  TiffDescription found;
  if (text.starts_with("ImageJ="))
    parse_imagej(text, found);
  else if (text.starts_with("{") && text.find("\"shape\": [") != std::string::npos)
    parse_tifffile(text, samples, planar, found);
  else if (text.starts_with("<") &&
           (text.find("<OME") != std::string::npos || text.find(":OME") != std::string::npos))
    parse_ome(text, samples, found);
  return found;
}

}  // namespace tauvox::io
