#include "host/report/results_file.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/input_file.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {

using Json = nlohmann::ordered_json;

Json read_json(const std::string& path) {
  constexpr std::uint64_t most_bytes = 256 << 20;
  try {
    return Json::parse(io::read_text(path, most_bytes));
  } catch (const Json::parse_error& error) {
    throw Error(ExitCode::input_refused, "no JSON file", path, error.what());
  }
}

std::string text_or_empty(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<double> deviation_of(const Json& quantity) {
  double squares = 0;
  bool any = false;
  const Json uncertainties = quantity.value("uncertainty", Json::object());
  for (const auto& [kind, u] : uncertainties.items()) {
    if (!u.is_object() || !u.contains("half_width") || !u["half_width"].is_number()) continue;
    const double share = text_or_empty(u, "kind") == "bound" ? std::sqrt(3.0) : 1.96;
    squares += std::pow(u["half_width"].get<double>() / share, 2);
    any = true;
  }
  return any ? std::optional(std::sqrt(squares)) : std::nullopt;
}

}  // namespace tauvox
