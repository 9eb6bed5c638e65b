// How grey values become labels, from text.
#include <cmath>

#include "host/settings/parse.hpp"

namespace tauvox::parse {

io::Thresholds thresholds(const std::string& text, const std::string& option) {
  if (text == "otsu") return {{}, 1};
  if (text == "otsu3") return {{}, 2};
  try {
    return {numbers(text, option), 0};
  } catch (const Error&) {
    throw Error(ExitCode::usage, "bad value for " + option, "'" + text + "'", "",
                "give grey values such as 118 or 118,137, or otsu (two classes), or otsu3 (three)");
  }
}

io::OutsideVoxels outside(const std::string& text, const std::string& option) {
  if (text == "nan" || text == "NaN") return {true};
  check_label(text, option);
  try {
    return {false, integer(text, option)};
  } catch (const Error&) {
    throw Error(ExitCode::usage, "bad value for " + option, "'" + text + "'", "",
                "give a label such as 3, or nan for voxels that hold no number");
  }
}

std::vector<io::GreyFilter> filters(const std::string& text, const std::string& option) {
  using Filter = io::GreyFilter;
  std::vector<Filter> found;
  for (const std::string& item : list(text)) {
    const auto refuse = [&](const char* advice) {
      throw Error(ExitCode::usage, "bad value for " + option, "'" + item + "'", "", advice);
    };
    const std::size_t equals = item.find('=');
    const std::string name = item.substr(0, equals);
    Filter filter;
    if (name == "gaussian")
      filter = {Filter::Kind::gaussian, 0};
    else if (name != "median")
      refuse("give median, median=5 or gaussian=1.5, or several in turn: median,gaussian=1");
    if (equals != std::string::npos) filter.size = number(item.substr(equals + 1), option);
    constexpr double largest_median = 15, largest_gaussian = 50;
    if (filter.kind == Filter::Kind::median &&
        !(filter.size >= 3 && filter.size <= largest_median && std::fmod(filter.size, 2) == 1))
      refuse("the cube of a median has an edge of 3, 5, ..., 15 voxels, such as median=5");
    if (filter.kind == Filter::Kind::gaussian && !(filter.size > 0 && filter.size <= largest_gaussian))
      refuse("give the standard deviation in voxels, up to 50, such as gaussian=1.5");
    found.push_back(filter);
  }
  return found;
}

}  // namespace tauvox::parse
