#include "io/tiff_axes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "io/axis_choice.hpp"

namespace tauvox::io {
namespace {

using Axes = std::vector<TiffDescription::Axis>;

bool is_long(const TiffDescription::Axis& axis) { return axis.length > 1; }

/// Whether an axis of a file of one run of pages is of channels or times, by its name.
bool says_channels_or_times(const TiffDescription& text) {
  if (text.channels_are_slices) return false;
  const auto is_none_of_space = [](const std::string& name) { return name == "c" || name == "t"; };
  return std::any_of(text.in_page.begin(), text.in_page.end(), is_none_of_space) ||
         std::any_of(text.page_axes.begin(), text.page_axes.end(), [&](const TiffDescription::Axis& axis) {
           return is_long(axis) && is_none_of_space(axis.name);
         });
}

/// Without those of length 1 that nobody asks for: they are no axes of what is there.
Axes without_ones(const Axes& axes, const ReadOptions& options) {
  const auto is_named = [&](const std::string& name) {
    return std::any_of(axes.begin(), axes.end(), [&](const auto& axis) { return axis.name == name; });
  };
  const bool goes_by_numbers =
      is_named("") || std::any_of(options.slice.begin(), options.slice.end(),
                                  [&](const auto& slice) { return !is_named(slice.first); });
  if (goes_by_numbers || options.axes.size() == axes.size() + 2) return axes;
  Axes kept;
  for (const TiffDescription::Axis& axis : axes)
    if (is_long(axis) || std::any_of(options.slice.begin(), options.slice.end(),
                                     [&](const auto& slice) { return slice.first == axis.name; }))
      kept.push_back(axis);
  return kept;
}

/// Pages as the description says, or all of them along z.
Axes axes_of_pages(const TiffDescription& text, std::int64_t pages, const ReadOptions& options,
                   const std::string& path) {
  const bool is_chosen = text.is_hyperstack() || (!options.slice.empty() && !text.page_axes.empty());
  if (!is_chosen) {
    const auto along = std::find_if(text.page_axes.begin(), text.page_axes.end(), is_long);
    const bool is_named =
        options.axes.empty() && along != text.page_axes.end() && says_channels_or_times(text);
    return {{is_named ? along->name : "z", pages}};
  }
  if (text.images != pages)
    throw Error(ExitCode::input_invalid, "TIFF has more than three axes", path,
                fmt::format("{} says {} images over several axes (z, channel, time), {} pages are here",
                            text.writer, text.images, pages),
                "save one channel and one time as a stack");
  if (!text.is_in_order)
    throw Error(ExitCode::input_invalid, "OME planes do not follow the order of their axes", path,
                "its TiffData put them on other pages", "save one channel and one time as a stack");
  return without_ones(text.page_axes, options);
}

/// Of page axes and the page; none where one of them has no name.
std::vector<std::string> names_of(const Axes& axes, const TiffDescription& text) {
  std::vector<std::string> names;
  for (const TiffDescription::Axis& axis : axes) names.push_back(axis.name);
  for (const std::string& name : names)
    if (name.empty()) return {};
  names.insert(names.end(), text.in_page.begin(), text.in_page.end());
  return names;
}

/// Only its first image has a page, so that --slice cannot choose another one.
[[noreturn]] void refuse_hidden_without_z(const TiffDescription& text, const std::string& name,
                                          const std::string& path) {
  throw Error(
      ExitCode::input_invalid, "TIFF has no axis z", path,
      fmt::format("{} says {} ({}), all behind a single page", text.writer, name, text.images),
      "--axes zyx reads them where they are slices; else save one of them by itself and pass --as-2d");
}

/// For each axis of the volume where it runs: over pages `step` apart, down the rows, along the columns.
AcrossPages across_of(const Axes& axes, const AxisChoice& choice, const std::vector<std::uint64_t>& shape) {
  AcrossPages found;
  const std::size_t rows = axes.size();
  std::vector<std::int64_t> steps(rows, 1);
  for (std::size_t axis = rows; axis-- > 1;) steps[axis - 1] = steps[axis] * axes[axis].length;
  for (std::size_t axis = 0; axis < rows; ++axis) found.first_page += choice.index[axis] * steps[axis];
  found.layer_added = choice.of[0] < 0;
  found.row = choice.index[rows];
  found.column = choice.index[rows + 1];
  for (std::size_t i = 0; i < 3; ++i) {
    if (choice.of[i] < 0) continue;
    const auto stored = static_cast<std::size_t>(choice.of[i]);
    found.length[i] = static_cast<std::int64_t>(shape[stored]);
    found.place[i] = stored < rows ? 0 : stored - rows + 1;
    found.page_step[i] = stored < rows ? steps[stored] : 0;
  }
  return found;
}

/// Pages along the axis `along` of the page axes, at the chosen places of the others; one page for none.
std::vector<std::size_t> pages_along(const Axes& axes, const AxisChoice& choice,
                                     std::optional<std::size_t> along) {
  std::int64_t first = 0, step = 1, stride = 1;
  for (std::size_t axis = axes.size(); axis-- > 0; stride *= axes[axis].length) {
    if (axis == along)
      step = stride;
    else
      first += choice.index[axis] * stride;
  }
  std::vector<std::size_t> pages;
  for (std::int64_t i = 0; i < (along ? axes[*along].length : 1); ++i)
    pages.push_back(static_cast<std::size_t>(first + i * step));
  return pages;
}

}  // namespace

TiffAxes choose_tiff_axes(TiffFile& file, const TiffDescription& text, const ReadOptions& options,
                          const std::string& path) {
  TiffAxes found;
  const auto pages = static_cast<std::int64_t>(file.slices());
  const bool is_plain = !text.is_hyperstack() && options.slice.empty() && options.axes.empty();
  if (is_plain && !says_channels_or_times(text)) return found;
  const bool hidden = pages == 1 && text.images > 1 && !text.is_hyperstack() && options.slice.empty();
  const Axes axes = axes_of_pages(text, hidden ? text.images : pages, options, path);
  std::vector<std::uint64_t> shape;
  for (const TiffDescription::Axis& axis : axes) shape.push_back(static_cast<std::uint64_t>(axis.length));
  shape.insert(shape.end(), {file.first().height, file.first().width});
  if (hidden && is_plain) refuse_hidden_without_z(text, axes[0].name, path);
  const std::vector<std::string> names = names_of(axes, text);
  const AxisChoice choice = choose_axes(names, shape, options, "TIFF", path);
  const auto rows = static_cast<int>(axes.size());
  std::optional<std::size_t> along;
  int in_page = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int stored = choice.of[axis];
    found.turned[axis] = stored < rows ? 0 : stored - rows + 1;
    in_page += stored >= rows;
    if (stored >= 0 && stored < rows) along = static_cast<std::size_t>(stored);
  }
  found.chosen = !options.slice.empty();
  found.named = options.axes.empty() && places_of_zyx(names, options.as_2d);
  if (found.named && !text.axes.empty())
    found.notices.push_back(fmt::format("axes {} ({})", fmt::join(names, ","), text.writer));
  if (in_page != 2)
    found.across = across_of(axes, choice, shape);
  else if (!hidden)
    file.keep(pages_along(axes, choice, along));
  for (const std::string& notice : notices_of(choice, shape, options)) found.notices.push_back(notice);
  return found;
}

}  // namespace tauvox::io
