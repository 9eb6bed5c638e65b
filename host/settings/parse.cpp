#include "host/settings/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

namespace tauvox::parse {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& text, const std::string& takes) {
  throw Error(ExitCode::usage, "bad value for " + option, "'" + text + "'", "", "give " + takes);
}

template <class T>
bool read_all(const std::string& text, T& value) {
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string trimmed(std::string text) {
  const auto space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), space).base(), text.end());
  return text;
}

}  // namespace

double number(const std::string& text, const std::string& option) {
  double value = 0;
  if (!read_all(text, value) || !std::isfinite(value))
    refuse(option, text, "a finite number with a decimal point, such as 0.5 or 1e-4");
  return value;
}

std::int64_t integer(const std::string& text, const std::string& option) {
  std::int64_t value = 0;
  if (is_beyond_integers(text)) refuse(option, text, "a whole number from -2^63 to 2^63 - 1");
  if (!read_all(text, value)) refuse(option, text, "a whole number");
  return value;
}

bool is_beyond_integers(const std::string& text) {
  std::int64_t value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  return error == std::errc::result_out_of_range && end == text.data() + text.size();
}

bool boolean(const std::string& text, const std::string& option) {
  return choice(text, option, {"true", "false"}) == "true";
}

std::string choice(const std::string& text, const std::string& option,
                   const std::vector<std::string>& valid) {
  if (std::find(valid.begin(), valid.end(), text) == valid.end())
    refuse(option, text, fmt::format("one of: {}", fmt::join(valid, ", ")));
  return text;
}

std::vector<std::string> list(const std::string& text) {
  std::vector<std::string> items;
  if (trimmed(text).empty()) return items;
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = text.find(',', begin);
    items.push_back(trimmed(text.substr(begin, end == std::string::npos ? end : end - begin)));
  }
  return items;
}

std::vector<double> numbers(const std::string& text, const std::string& option) {
  std::vector<double> values;
  for (const std::string& item : list(text)) values.push_back(number(item, option));
  return values;
}

std::vector<std::int64_t> integers(const std::string& text, const std::string& option) {
  std::vector<std::int64_t> values;
  for (const std::string& item : list(text)) values.push_back(integer(item, option));
  return values;
}

std::array<std::int64_t, 3> shape(const std::string& text, const std::string& option) {
  const std::vector<std::int64_t> n = integers(text, option);
  if (n.size() == 1) return {n[0], n[0], n[0]};
  if (n.size() != 3) refuse(option, text, "three whole numbers z,y,x such as 251,301,301");
  return {n[0], n[1], n[2]};
}

namespace {

/// The number times a power of ten, rounded once: 0.4 um and 400 nm are the same.
double scaled(const std::string& text, int exponent, const std::string& option) {
  (void)number(text, option);
  const std::size_t e = text.find_first_of("eE");
  if (e == std::string::npos) return number(fmt::format("{}e{}", text, exponent), option);
  std::int64_t own = 0;  // more than it can hold is no number, which has been said
  (void)read_all(text.substr(e + 1), own);
  return number(fmt::format("{}e{}", text.substr(0, e), own + exponent), option);
}

}  // namespace

std::array<double, 3> lengths(const std::string& text, const std::string& option) {
  static const std::map<std::string, int> units{{"nm", -9}, {"um", -6}, {"µm", -6}, {"μm", -6},
                                                {"mm", -3}, {"cm", -2}, {"m", 0}};
  const std::string takes =
      "a length with its unit (nm, um, mm, cm or m), such as 0.4um or z,y,x 0.4,0.4,0.5um";
  std::vector<std::string> digits, suffixes;
  for (const std::string& item : list(text)) {
    const std::size_t end = item.find_last_of("0123456789.");
    if (end == std::string::npos) refuse(option, text, takes);
    digits.push_back(item.substr(0, end + 1));
    suffixes.push_back(trimmed(item.substr(end + 1)));
    (void)number(digits.back(), option);
  }
  if (digits.size() != 1 && digits.size() != 3) refuse(option, text, takes);
  std::vector<double> values;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::string& suffix = suffixes[i].empty() ? suffixes.back() : suffixes[i];  // "0.4,0.4,0.5um"
    if (suffix.empty()) refuse(option, text + " (unit missing)", takes);
    const auto unit = units.find(suffix);
    if (unit == units.end()) refuse(option, text, takes);
    values.push_back(scaled(digits[i], unit->second, option));
    if (!(values[i] > 0)) refuse(option, text, takes + "; it must be above zero");
  }
  const std::array<double, 3> size{values[0], values[values.size() / 2], values.back()};
  check_voxel_size(size, ExitCode::usage, option + " " + text);
  return size;
}

double temperature(const std::string& text, const std::string& option) {
  static const std::string takes = "a temperature with its unit, such as 25C or 298.15K";
  const std::string whole = trimmed(text);
  if (whole.empty() || (whole.back() != 'C' && whole.back() != 'K')) refuse(option, text, takes);
  std::string digits = whole.substr(0, whole.size() - 1);
  if (digits.ends_with("°")) digits.resize(digits.size() - std::string("°").size());
  const double kelvin = number(trimmed(digits), option) + (whole.back() == 'C' ? 273.15 : 0);
  if (!(kelvin > 0)) refuse(option, text, takes);
  return kelvin;
}

void check_voxel_size(const std::array<double, 3>& size, ExitCode code, const std::string& where) {
  constexpr double least = 1e-12, most = 1;
  const auto [shortest, longest] = std::minmax_element(size.begin(), size.end());
  if (*shortest < least || *longest > most)
    throw Error(code, "no size of a voxel", where,
                fmt::format("an edge is {:g} m long", *shortest < least ? *shortest : *longest),
                fmt::format("edges from {:g} m to {:g} m are solved; is the unit right?", least, most));
  check_voxel_ratio(size, code, where);
}

void check_voxel_ratio(const std::array<double, 3>& size, ExitCode code, const std::string& where) {
  constexpr double most_ratio = 1000;
  const auto [shortest, longest] = std::minmax_element(size.begin(), size.end());
  if (*longest > most_ratio * *shortest * (1 + 1e-6))  // lengths in files are FP32 at times
    throw Error(code, "the voxels are too flat", where,
                fmt::format("their edges differ by a factor of {:.8g}", *longest / *shortest),
                fmt::format("up to {:g} is solved; is the order z,y,x right, and the unit?", most_ratio));
}

namespace {

/// "10:00", "1:00:00", "1-02", "1-02:30", "1-02:30:00": minutes:seconds, hours:minutes:seconds, days-hours
/// and on, as Slurm has them; nothing where it is none.
std::optional<double> duration_of_slurm(const std::string& text) {
  constexpr std::array<double, 3> units{3600, 60, 1};
  const auto whole = [](const std::string& digits) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    constexpr std::size_t most = 9;
    const bool are_digits = digits.find_first_not_of("0123456789") == std::string::npos;
    return are_digits && digits.size() <= most && read_all(digits, value) ? std::optional(value)
                                                                          : std::nullopt;
  };
  const std::size_t dash = text.find('-');
  double seconds = 0;
  if (dash != std::string::npos) {
    const auto days = whole(text.substr(0, dash));
    if (!days) return std::nullopt;
    seconds = 24 * units[0] * static_cast<double>(*days);
  }
  std::vector<std::int64_t> parts;
  for (std::size_t begin = dash == std::string::npos ? 0 : dash + 1, end = 0; end != std::string::npos;
       begin = end + 1) {
    end = text.find(':', begin);
    const auto part = whole(text.substr(begin, end == std::string::npos ? end : end - begin));
    if (!part || (!parts.empty() && *part >= 60)) return std::nullopt;
    parts.push_back(*part);
  }
  const bool has_days = dash != std::string::npos;
  if (parts.size() > units.size() || (!has_days && parts.size() < 2)) return std::nullopt;
  const std::size_t first = has_days ? 0 : units.size() - parts.size();
  for (std::size_t i = 0; i < parts.size(); ++i) seconds += units[first + i] * static_cast<double>(parts[i]);
  return seconds;
}

}  // namespace

double duration(const std::string& text, const std::string& option) {
  static const std::string takes =
      "a time above zero, such as 3600 (seconds), 90s, 55m, 1h30m or, as Slurm has it, 1:30:00 or 1-02:00:00";
  if (const std::optional<double> found = duration_of_slurm(trimmed(text)); found && *found > 0)
    return *found;
  static const std::map<char, double> units{{'h', 3600}, {'m', 60}, {'s', 1}};
  double seconds = 0, last_unit = 1e300;
  std::string digits;
  for (const char c : trimmed(text)) {
    const auto unit = units.find(c);
    if (unit == units.end()) {
      digits += c;
      continue;
    }
    double value = 0;
    if (!read_all(digits, value) || value < 0 || unit->second >= last_unit) refuse(option, text, takes);
    seconds += value * unit->second;
    last_unit = unit->second;
    digits.clear();
  }
  double rest = 0;
  const bool bare = last_unit > 1e299;  // seconds without a unit stand alone: 1h30 says nothing clear
  if (!digits.empty() && (!bare || !read_all(digits, rest))) refuse(option, text, takes);
  seconds += rest;
  if (!(seconds > 0) || !std::isfinite(seconds)) refuse(option, text, takes);
  return seconds;
}

std::vector<Axis> axes(const std::string& text, const std::string& option) {
  static const std::vector<std::string> names{"z", "y", "x", "0", "1", "2", "all"};
  std::vector<Axis> chosen;
  for (const std::string& item : list(text)) {
    const std::string name = choice(item, option, names);
    if (name == "all") return {all_axes.begin(), all_axes.end()};
    const auto index = std::find(names.begin(), names.end(), name) - names.begin();
    const Axis axis = all_axes[static_cast<std::size_t>(index % 3)];
    if (std::find(chosen.begin(), chosen.end(), axis) != chosen.end())
      throw Error(ExitCode::usage, "axis given twice", option + " " + text);
    chosen.push_back(axis);
  }
  if (chosen.empty())
    throw Error(ExitCode::usage, "no axis given", option, "", "give z, y, x, a list of them, or all");
  return chosen;
}

std::string axis_letters(const std::string& text, const std::string& option) {
  std::string sorted = text;
  std::sort(sorted.begin(), sorted.end());
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!letters || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() ||
      text.find('x') == std::string::npos || text.find('y') == std::string::npos)
    refuse(option, text,
           "a small letter for each axis as it is stored, slowest first, none twice, z, y and x among them: "
           "zyx, xyz, "
           "tzyx");
  return text;
}

std::vector<std::pair<std::string, std::int64_t>> places(const std::string& text, const std::string& option) {
  std::vector<std::pair<std::string, std::int64_t>> found;
  const std::string takes = "axes and places along them, such as t=0 or c=1,t=0, or by number 0=3";
  for (const std::string& item : list(text)) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0) refuse(option, text, takes);
    const std::string axis = trimmed(item.substr(0, equals));
    const std::int64_t index = integer(trimmed(item.substr(equals + 1)), option + " " + item);
    if (index < 0) refuse(option, item, "a place along the axis, from 0");
    if (axis == "z" || axis == "y" || axis == "x")
      refuse(option, item, "other axes than z, y, x; --crop is for those");
    for (const auto& [other, place] : found)
      if (other == axis) refuse(option, text, fmt::format("each axis once; '{}' is there twice", axis));
    found.emplace_back(axis, index);
  }
  if (found.empty()) refuse(option, text, takes);
  return found;
}

std::vector<std::pair<Axis, std::int64_t>> cuts(const std::string& text, const std::string& option) {
  std::vector<std::pair<Axis, std::int64_t>> found;
  for (const std::string& item : list(text)) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos) refuse(option, text, "axes and layers across them, such as z=40,x=7");
    const std::string name = trimmed(item.substr(0, equals));
    if (name != "z" && name != "y" && name != "x")
      refuse(option, item, "one of z, y, x and a layer across it");
    const Axis axis = name == "z" ? Axis::z : name == "y" ? Axis::y : Axis::x;
    const std::int64_t index = integer(trimmed(item.substr(equals + 1)), option + " " + item);
    if (index < 0) refuse(option, item, "a layer, from 0");
    for (const auto& [other, place] : found)
      if (other == axis) refuse(option, text, fmt::format("each axis once; '{}' is there twice", name));
    found.emplace_back(axis, index);
  }
  if (found.empty()) refuse(option, text, "axes and layers across them, such as z=40,x=7");
  return found;
}

std::string device(const std::string& text, const std::string& option) {
  if (text == "auto" || text == "cpu" || text == "cuda") return text;
  std::int64_t index = -1;
  if (text.starts_with("cuda:") && read_all(text.substr(5), index) && index >= 0 && index < 1024) return text;
  refuse(option, text, "auto, cpu, cuda or cuda:N with N from 0");
}

io::Crop crop(const std::string& text, const std::string& option) {
  const std::vector<std::string> items = list(text);
  const std::string takes = "three ranges z,y,x such as 0:100,50:200,: (begin included, end not)";
  if (items.size() != 3) refuse(option, text, takes);
  io::Crop crop;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t colon = items[axis].find(':');
    if (colon == std::string::npos) refuse(option, text, takes);
    const std::string begin = items[axis].substr(0, colon), end = items[axis].substr(colon + 1);
    if (end.find(':') != std::string::npos)
      refuse(option, text, takes + "; a range is BEGIN:END, without a step");
    if (!begin.empty()) crop.begin[axis] = integer(begin, option);
    if (!end.empty()) crop.end[axis] = integer(end, option);
    if (crop.begin[axis] < 0 || (!end.empty() && crop.end[axis] <= crop.begin[axis]))
      refuse(option, text, takes);
  }
  return crop;
}

std::string nearest(const std::string& name, const std::vector<std::string>& valid) {
  std::string best;
  std::size_t best_distance = 6;  // halves of edits
  for (const std::string& candidate : valid) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t change = diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
      }
    }
    std::size_t distance = 2 * row.back();
    if (distance == 4 && std::is_permutation(name.begin(), name.end(), candidate.begin(), candidate.end()))
      distance = 3;  // two letters changed places
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace tauvox::parse
