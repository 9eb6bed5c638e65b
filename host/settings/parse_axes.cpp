// Cubes and axes, from text.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/settings/parse.hpp"

namespace tauvox::parse {

Resample resample(const std::string& text, const std::string& option) {
  if (text == "shortest") return {true};
  const std::array<double, 3> edges = lengths(text, option);
  if (edges[0] != edges[1] || edges[0] != edges[2])
    throw Error(ExitCode::usage, "bad value for " + option, "'" + text + "'", "the new voxels are cubes",
                "give one length such as 0.4um, or shortest");
  return {false, edges[0]};
}

std::string orientation(const std::string& text, const std::string& option) {
  const auto refuse = [&] {
    throw Error(ExitCode::usage, "bad value for " + option, "'" + text + "'", "",
                "say what the new z, y and x are, each of z, y, x once, - where it is reversed: x,y,-z");
  };
  std::string seen;
  const std::vector<std::string> items = list(text);
  for (const std::string& item : items) {
    const std::string name = item.starts_with('-') ? item.substr(1) : item;
    if (name != "z" && name != "y" && name != "x") refuse();
    if (seen.find(name) != std::string::npos) refuse();
    seen += name;
  }
  if (seen.size() != 3) refuse();
  return fmt::format("{}", fmt::join(items, ","));
}

}  // namespace tauvox::parse
