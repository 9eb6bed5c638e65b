#include "host/report/results_file.hpp"

#include <nlohmann/json.hpp>

#include "host/studies/combined.hpp"
#include "io/input_file.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {

using Json = nlohmann::ordered_json;

Json read_json(const std::string& path) {
  try {
    return Json::parse(io::read_text(path, most_bytes_of_results));
  } catch (const Json::parse_error& error) {
    throw Error(ExitCode::input_refused, "no JSON file", path, reason_of(error));
  }
}

std::string reason_of(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const std::size_t end = text.starts_with("[json.exception.") ? text.find("] ") : std::string::npos;
  return end == std::string::npos ? text : text.substr(end + 2);
}

std::string text_or_empty(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<double> half_width_of(const Json& quantity) {
  std::vector<Uncertainty> found;
  const auto uncertainties = quantity.find("uncertainty");
  if (uncertainties == quantity.end()) return std::nullopt;
  for (const auto& [source, u] : uncertainties->items()) {
    if (!u.is_object() || !u.contains("half_width") || !u["half_width"].is_number()) continue;
    const auto one_sided = u.find("one_sided");
    found.push_back({{},
                     u["half_width"].get<double>(),
                     text_or_empty(u, "kind") == "bound",
                     one_sided != u.end() && *one_sided == true});
  }
  return found.empty() ? std::nullopt : std::optional(together(found).half_width);
}

}  // namespace tauvox
