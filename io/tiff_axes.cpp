#include "io/tiff_axes.hpp"

#include <fmt/format.h>

#include "io/axis_choice.hpp"

namespace tauvox::io {
namespace {

using Axes = std::vector<TiffDescription::Axis>;

/// Pages as the description says, or all of them along z.
Axes axes_of_pages(const TiffDescription& text, std::int64_t pages, const ReadOptions& options,
                   const std::string& path) {
  const bool says_more = text.is_hyperstack() || (!options.slice.empty() && !text.page_axes.empty());
  if (!says_more) return {{"z", pages}};
  if (text.images != pages)
    throw Error(ExitCode::input_invalid, "TIFF has more than three axes", path,
                fmt::format("{} says {} images over several axes (z, channel, time), {} pages are here",
                            text.writer, text.images, pages),
                "save one channel and one time as a stack");
  if (!text.is_in_order)
    throw Error(ExitCode::input_invalid, "OME planes do not follow the order of their axes", path,
                "its TiffData put them on other pages", "save one channel and one time as a stack");
  return text.page_axes;
}

std::vector<std::string> names_of(const Axes& axes) {
  std::vector<std::string> names;
  for (const TiffDescription::Axis& axis : axes) names.push_back(axis.name);
  for (const std::string& name : names)
    if (name.empty()) return {};
  names.insert(names.end(), {"y", "x"});
  return names;
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
  if (!text.is_hyperstack() && options.slice.empty() && options.axes.empty()) return found;
  const bool hidden = pages == 1 && text.images > 1 && !text.is_hyperstack() && options.slice.empty();
  const Axes axes = axes_of_pages(text, hidden ? text.images : pages, options, path);
  std::vector<std::uint64_t> shape;
  for (const TiffDescription::Axis& axis : axes) shape.push_back(static_cast<std::uint64_t>(axis.length));
  shape.insert(shape.end(), {file.first().height, file.first().width});
  const AxisChoice choice = choose_axes(names_of(axes), shape, options, "TIFF", path);
  const auto rows = static_cast<int>(axes.size());
  std::optional<std::size_t> along;
  int in_page = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int stored = choice.of[axis];
    found.turned[axis] = stored < rows ? 0 : stored - rows + 1;
    in_page += stored >= rows;
    if (stored >= 0 && stored < rows) along = static_cast<std::size_t>(stored);
  }
  if (in_page != 2)
    throw Error(ExitCode::usage, "rows and columns of the pages are not among z, y, x", path,
                fmt::format("--axes {}", options.axes), "the last two letters are those of a page");
  found.chosen = !options.slice.empty();
  if (!hidden) file.keep(pages_along(axes, choice, along));
  found.notices = notices_of(choice, shape, options);
  return found;
}

}  // namespace tauvox::io
