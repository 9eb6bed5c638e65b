#include "io/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "io/printable.hpp"

namespace tauvox::io {
namespace {

constexpr std::string_view earlier = "history_";

/// "history_2_input" -> 2 and "input"; none for other names.
std::optional<std::pair<std::int64_t, std::string>> earlier_step(const std::string& name) {
  if (!name.starts_with(earlier)) return std::nullopt;
  std::int64_t step = 0;
  const char *begin = name.data() + earlier.size(), *end = name.data() + name.size();
  const auto [stop, failed] = std::from_chars(begin, end, step);
  if (failed != std::errc() || stop == end || *stop != '_' || stop + 1 == end) return std::nullopt;
  return std::pair(step, std::string(stop + 1, end));
}

}  // namespace

Statements statements_of(const Texts& texts, const std::string& source) {
  Statements found;
  std::map<std::int64_t, std::map<std::string, std::string>> steps;
  std::map<std::string, std::string> last;
  for (const auto& [name, raw] : texts) {
    const std::string text = printable(raw);
    if (name == "phases") found.phases = text;
    if (name == "outside_label") found.outside_label = text;
    if (const auto step = earlier_step(name))
      steps[step->first][printable(step->second)] = text;
    else if (name != "length_unit")  // which is used
      last[printable(name)] = text;
  }
  if (!found.phases.empty()) found.phases_source = source;
  for (const auto& [number, step] : steps) found.history.emplace_back(step.begin(), step.end());
  if (!last.empty()) found.history.emplace_back(last.begin(), last.end());
  return found;
}

Statements statements_with_prefix(const Texts& texts, const std::string& source) {
  const std::string_view prefix = own_prefix;
  Texts own;
  for (const auto& [name, text] : texts)
    if (name.starts_with(prefix)) own.emplace_back(name.substr(prefix.size()), text);
  return statements_of(own, source);
}

void take_names(const std::vector<NamedLabel>& names, const std::string& source, Statements& stated) {
  std::string phases, words;
  std::set<std::string> labels, seen;
  bool is_plain = !names.empty();
  for (const auto& [name, label] : names) {
    const bool is_number = !label.empty() && label.find_first_not_of("0123456789") == std::string::npos;
    is_plain = is_plain && is_number && name.find_first_of(",=+;\"'\\\n") == std::string::npos &&
               labels.insert(label).second && seen.insert(name).second;
    phases += fmt::format("{}{}={}", phases.empty() ? "" : ",", name, label);
    words += fmt::format("{}'{}' = {}", words.empty() ? "" : ", ", name, label.empty() ? "?" : label);
  }
  if (is_plain) {
    stated.phases = printable(phases);
    stated.phases_source = source;
  } else if (!names.empty()) {
    stated.unclear.push_back(fmt::format("{} ({})", printable(words), source));
  }
}

bool is_phase_name(const std::string& text) {
  constexpr std::size_t longest = 64;
  const auto first = static_cast<unsigned char>(text.empty() ? 0 : text.front());
  return text.size() <= longest && (std::isalpha(first) != 0 || first >= 0x80) &&
         text.find_first_of(",=+;\"'\\") == std::string::npos && printable(text) == text;
}

void take_usable_names(const std::vector<NamedLabel>& names, const std::string& source, Statements& stated) {
  constexpr std::size_t most_shown = 20, longest_shown = 80;
  const auto trimmed = [](const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
    return first == std::string::npos ? std::string() : text.substr(first, last - first + 1);
  };
  std::map<std::string, std::size_t> labels_of;
  for (const NamedLabel& given : names) ++labels_of[trimmed(given.name)];
  std::string phases, others;
  std::size_t unused = 0;
  for (const NamedLabel& given : names) {
    const std::string name = trimmed(given.name);
    if (name.empty()) continue;
    if (is_phase_name(name) && labels_of[name] == 1)
      phases += fmt::format("{}{}={}", phases.empty() ? "" : ",", name, given.label);
    else if (++unused <= most_shown)
      others +=
          fmt::format("{}'{}{}' = {}", others.empty() ? "" : ", ", printable(name.substr(0, longest_shown)),
                      name.size() > longest_shown ? "..." : "", given.label);
  }
  if (unused > most_shown) others += fmt::format(" and {} more", unused - most_shown);
  if (unused > 0) stated.unused.push_back(fmt::format("{} ({})", others, source));
  if (phases.empty()) return;
  stated.phases = phases;
  stated.phases_source = source;
}

Texts texts_in_lines(const std::string& lines) {
  Texts texts;
  for (std::size_t begin = 0, end = 0; begin < lines.size(); begin = end + 1) {
    end = std::min(lines.find_first_of("\r\n", begin), lines.size());
    const std::size_t equals = lines.find('=', begin);
    if (equals < end)
      texts.emplace_back(lines.substr(begin, equals - begin), lines.substr(equals + 1, end - equals - 1));
  }
  return texts;
}

Texts texts_of(const History& history) {
  Texts texts;
  for (std::size_t step = 0; step < history.size(); ++step)
    for (const auto& [name, text] : history[step])
      texts.emplace_back(fmt::format("{}{}_{}", earlier, step + 1, name), text);
  return texts;
}

}  // namespace tauvox::io
