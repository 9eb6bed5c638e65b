#include "io/axis_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tauvox::io {
namespace {

std::vector<std::string> letters_of(const std::string& axes) {
  std::vector<std::string> names;
  for (const char letter : axes) names.emplace_back(1, letter);
  return names;
}

/// One array and what is asked of it.
class Chooser {
 public:
  Chooser(std::vector<std::string> names, const std::vector<std::uint64_t>& shape, const ReadOptions& options,
          const std::string& what, const std::string& where)
      : names_(std::move(names)), shape_(shape), options_(options), what_(what), where_(where) {
    if (options.axes.size() == shape.size()) names_ = letters_of(options.axes);
    named_ = !names_.empty();
    if (!named_)
      for (std::size_t axis = 0; axis < shape.size(); ++axis) names_.push_back(std::to_string(axis));
  }

  AxisChoice choose() {
    AxisChoice choice;
    choice.index.assign(shape_.size(), 0);
    left_ = shape_;
    for (const auto& [name, index] : options_.slice) take_slice(name, index, choice);
    const bool names_three = !options_.axes.empty() && options_.axes.size() != shape_.size();
    const auto places = names_three ? std::nullopt : places_of_zyx(names_, options_.as_2d);
    if (places && others_are_one(*places)) {
      choice.of = *places;
      choice.squeezed = shape_.size() > 3 && options_.slice.empty();
      return choice;
    }
    if (options_.axes.empty() && is_image_with_more()) refuse_without_z();
    const auto left = places ? std::nullopt : axes_left(left_, options_.as_2d);
    if (!left) refuse_open_choice(places);
    choice.of = left->of;
    choice.squeezed = left->squeezed && options_.slice.empty();
    if (names_three) rename(choice);
    return choice;
  }

 private:
  std::string axes_text() const {
    std::vector<std::string> texts;
    for (std::size_t axis = 0; axis < shape_.size(); ++axis)
      texts.push_back(fmt::format("{} ({})", names_[axis], shape_[axis]));
    return fmt::format("{}", fmt::join(texts, ", "));
  }

  /// By its name, the first letter of a longer one, or its number.
  std::size_t axis_called(const std::string& name) const {
    for (std::size_t axis = 0; axis < names_.size(); ++axis)
      if (names_[axis] == name || std::to_string(axis) == name) return axis;
    for (std::size_t axis = 0; axis < names_.size(); ++axis)
      if (name.size() == 1 && names_[axis].starts_with(name)) return axis;
    throw Error(ExitCode::usage, "no axis of that name", "--slice " + name, "the axes are " + axes_text(),
                named_ ? "name one of them, or its number from 0"
                       : "give its number from 0, or name all with --axes, such as tzyx");
  }

  void take_slice(const std::string& name, std::int64_t index, AxisChoice& choice) {
    const std::size_t axis = axis_called(name);
    if (static_cast<std::uint64_t>(index) >= shape_[axis])
      throw Error(ExitCode::usage, "slice beyond the end of its axis",
                  fmt::format("--slice {}={}", name, index), "the axes are " + axes_text(),
                  fmt::format("give 0 to {}", shape_[axis] - 1));
    choice.index[axis] = index;
    left_[axis] = 1;
  }

  bool others_are_one(const std::array<int, 3>& places) const {
    for (std::size_t axis = 0; axis < left_.size(); ++axis)
      if (left_[axis] != 1 && std::find(places.begin(), places.end(), static_cast<int>(axis)) == places.end())
        return false;
    return true;
  }

  /// By the names that the file has: an image with channels or times, none of whose axes is a z.
  bool is_image_with_more() const {
    const auto is_in_image = [](const std::string& name) { return name == "y" || name == "x"; };
    const auto is_known = [&](const std::string& name) {
      return is_in_image(name) || name.starts_with('c') || name.starts_with('t');
    };
    return std::count_if(names_.begin(), names_.end(), is_in_image) == 2 && names_.size() > 2 &&
           std::all_of(names_.begin(), names_.end(), is_known);
  }

  [[noreturn]] void refuse_without_z() const {
    std::vector<std::string> slices;
    for (std::size_t axis = 0; axis < names_.size(); ++axis)
      if (left_[axis] > 1 && names_[axis] != "y" && names_[axis] != "x")
        slices.push_back(names_[axis] + "=0");
    const std::string layer =
        slices.empty() ? "pass --as-2d to take it as one layer"
                       : fmt::format("--as-2d --slice {} takes one layer of it", fmt::join(slices, ","));
    throw Error(ExitCode::input_invalid, fmt::format("{} has no axis z", what_), where_,
                fmt::format("its shape is {}, its axes are {}", fmt::join(shape_, "x"), axes_text()),
                fmt::format("{}; {}", layer, way_with_z()));
  }

  /// Many programs save slices as channels or times.
  std::string way_with_z() const {
    std::string letters, candidate;
    for (std::size_t axis = 0; axis < names_.size(); ++axis) {
      const bool is_in_image = names_[axis] == "y" || names_[axis] == "x";
      if (left_[axis] == 1 && !is_in_image) continue;
      if (!is_in_image) candidate = names_[axis];
      letters += is_in_image ? names_[axis] : "z";
    }
    if (letters.size() != 3) return "--axes, such as zyx, says it where one of them is z";
    return fmt::format("--axes {} reads {} as z", letters, candidate);
  }

  /// The three axes that are left have the names that --axes gives.
  void rename(AxisChoice& choice) const {
    const std::array<int, 3> stored = choice.of;
    const bool flat = stored[0] < 0;
    const auto places = places_of_zyx(letters_of(options_.axes), flat);
    if (!places || options_.axes.size() != (flat ? 2u : 3u))
      throw Error(
          ExitCode::usage, "--axes does not fit the array", where_,
          fmt::format("\"{}\" names {} axes; there are {}", options_.axes, options_.axes.size(), axes_text()),
          "give a letter for each axis, slowest first, z, y and x among them; or of the three that are left");
    for (std::size_t axis = 0; axis < 3; ++axis)
      choice.of[axis] =
          (*places)[axis] < 0 ? -1 : stored[static_cast<std::size_t>((*places)[axis]) + (flat ? 1 : 0)];
  }

  [[noreturn]] void refuse_open_choice(const std::optional<std::array<int, 3>>& places) const {
    if (shape_.size() < 3)
      throw Error(ExitCode::input_invalid, fmt::format("{} is {}-D", what_, shape_.size()), where_,
                  fmt::format("its shape is {}", fmt::join(shape_, "x")),
                  shape_.size() == 2 ? "pass --as-2d to take it as one layer" : "a volume has three axes");
    std::vector<std::string> choices, ends;
    for (std::size_t axis = 0; axis < left_.size(); ++axis) {
      const bool is_space =
          places && std::find(places->begin(), places->end(), static_cast<int>(axis)) != places->end();
      if (left_[axis] == 1 || is_space) continue;
      choices.push_back(names_[axis] + "=0");
      ends.push_back(fmt::format("{}=0 to {}", names_[axis], left_[axis] - 1));
    }
    const std::string advice =
        places
            ? fmt::format("choose with --slice {}; there are {}", fmt::join(choices, ","),
                          fmt::join(ends, ", "))
            : fmt::format(
                  "choose with --slice, such as {}, so that three axes are left; there are {}. --axes says "
                  "which they are, such as tzyx",
                  choices.front(), fmt::join(ends, ", "));
    throw Error(ExitCode::input_invalid, fmt::format("{} is {}-D", what_, shape_.size()), where_,
                fmt::format("its shape is {}, its axes are {}", fmt::join(shape_, "x"), axes_text()), advice);
  }

  std::vector<std::string> names_;
  const std::vector<std::uint64_t>& shape_;
  const ReadOptions& options_;
  const std::string &what_, &where_;
  bool named_ = false;
  std::vector<std::uint64_t> left_;  // lengths, 1 where --slice has chosen
};

}  // namespace

std::optional<std::array<int, 3>> places_of_zyx(const std::vector<std::string>& names, bool as_2d) {
  std::array<int, 3> places{-1, -1, -1};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t axis = std::string("zyx").find(names[i]);
    if (names[i].size() != 1 || axis == std::string::npos) continue;
    if (places[axis] >= 0) return std::nullopt;
    places[axis] = static_cast<int>(i);
  }
  if (places[1] < 0 || places[2] < 0 || (places[0] < 0 && !as_2d)) return std::nullopt;
  return places;
}

std::optional<AxisChoice> axes_left(const std::vector<std::uint64_t>& shape, bool as_2d) {
  AxisChoice choice;
  choice.index.assign(shape.size(), 0);
  if (shape.size() == 2 && as_2d) {
    choice.of = {-1, 0, 1};
    return choice;
  }
  if (shape.size() < 3) return std::nullopt;
  std::vector<int> kept;
  for (int axis = 0; axis < static_cast<int>(shape.size()); ++axis) kept.push_back(axis);
  const auto is_one = [&](int axis) { return shape[static_cast<std::size_t>(axis)] == 1; };
  while (kept.size() > 3) {  // time and channel stand first, or the channel last; then whatever is left
    auto victim = kept.end();
    if (is_one(kept.front()))
      victim = kept.begin();
    else if (is_one(kept.back()))
      victim = kept.end() - 1;
    else
      for (auto axis = kept.begin(); axis != kept.end(); ++axis)
        if (is_one(*axis)) victim = axis;
    if (victim == kept.end()) return std::nullopt;
    kept.erase(victim);
    choice.squeezed = true;
  }
  std::copy(kept.begin(), kept.end(), choice.of.begin());
  return choice;
}

AxisChoice choose_axes(std::vector<std::string> names, const std::vector<std::uint64_t>& shape,
                       const ReadOptions& options, const std::string& what, const std::string& where) {
  return Chooser(std::move(names), shape, options, what, where).choose();
}

std::vector<std::string> notices_of(const AxisChoice& choice, const std::vector<std::uint64_t>& shape,
                                    const ReadOptions& options) {
  std::vector<std::string> notices;
  std::vector<std::string> slices;
  for (const auto& [name, index] : options.slice) slices.push_back(fmt::format("{}={}", name, index));
  if (!slices.empty())
    notices.push_back(fmt::format("of an array of {}, {} is read (--slice)", fmt::join(shape, "x"),
                                  fmt::join(slices, ", ")));
  if (!options.axes.empty() && !choice.are_in_order())
    notices.push_back(
        fmt::format("axes {} (--axes): {} is turned to z,y,x", options.axes, fmt::join(shape, "x")));
  return notices;
}

}  // namespace tauvox::io
