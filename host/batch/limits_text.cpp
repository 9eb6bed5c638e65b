#include "host/batch/limits_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "host/report/digits.hpp"
#include "host/report/results_file.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

std::string number_in(const Json& judgement, const char* key, double factor) {
  const Json number = judgement.value(key, Json());
  return number.is_number() ? fmt::format("{:.5g}", number.get<double>() * factor) : "-";
}

std::string text_of(const Json& judgement) {
  const std::string unit = text_or_empty(judgement, "unit"), subject = text_or_empty(judgement, "subject");
  const ShownUnit shown = shown_unit(unit);
  return fmt::format("{}{}: {} in [{}, {}]{}: {}", text_or_empty(judgement, "quantity"),
                     subject.empty() ? "" : ", " + subject, number_in(judgement, "value", shown.factor),
                     number_in(judgement, "least", shown.factor), number_in(judgement, "most", shown.factor),
                     unit.empty() || unit == "1" ? "" : " " + shown.plain,
                     text_or_empty(judgement, "verdict"));
}

}  // namespace

std::string text_of_limits(const Json& judgements, bool all) {
  std::vector<std::string> texts;
  if (judgements.is_array())
    for (const Json& judgement : judgements)
      if (judgement.is_object() && (all || text_or_empty(judgement, "verdict") != "pass"))
        texts.push_back(text_of(judgement));
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace tauvox
