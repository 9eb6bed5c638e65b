#include "host/batch/limits_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "host/report/judge.hpp"
#include "host/report/results_file.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& written) {
  const auto number = [&](const char* key) {
    const Json value = written.value(key, Json());
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  };
  Judgement judgement;
  judgement.unit = text_or_empty(written, "unit");
  judgement.least = number("least");
  judgement.most = number("most");
  judgement.value = number("value");
  const std::string subject = text_or_empty(written, "subject");
  return fmt::format("{}{}: {}: {}", text_or_empty(written, "quantity"),
                     subject.empty() ? "" : ", " + subject, text_in_limits(judgement),
                     text_or_empty(written, "verdict"));
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
