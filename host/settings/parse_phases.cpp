// Labels and names of phases in texts.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "host/settings/parse.hpp"
#include "io/statements.hpp"

namespace tauvox::parse {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& text, const std::string& takes) {
  throw Error(ExitCode::usage, "bad value for " + option, "'" + text + "'", "", "give " + takes);
}

/// What stands between separators, spaces around it left out; empty items are items.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> items;
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = text.find(separator, begin);
    const std::string item = text.substr(begin, end == std::string::npos ? end : end - begin);
    const std::size_t first = item.find_first_not_of(" \t"), last = item.find_last_not_of(" \t");
    items.push_back(first == std::string::npos ? "" : item.substr(first, last - first + 1));
  }
  return items;
}

std::optional<std::int64_t> as_label(const std::string& text) {
  std::int64_t value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  const bool all = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return all ? std::optional(value) : std::nullopt;
}

LabelOrName label_or_name(const std::string& text, const std::string& option) {
  check_label(text, option);
  if (const std::optional<std::int64_t> label = as_label(text)) return *label;
  if (!io::is_phase_name(text))
    refuse(option, text,
           "labels as whole numbers ('tauvox inspect' lists them), or names that --phases gives");
  return text;
}

/// What goes by parts of the volume has one name for each label. So a phase is one of these parts, or made of
/// whole ones; else its name would stand for a rest alone, or for nothing.
void refuse_torn(const Phases& phases, const std::string& option, const std::string& text) {
  const auto refuse_parts = [&](const NamedPhase& phase, std::int64_t label, std::int64_t other) {
    throw Error(ExitCode::usage,
                fmt::format("'{}' overlaps another name, and not every label has one of its own", phase.name),
                fmt::format("{} {}", option, text),
                fmt::format("label {} is '{}', label {} is '{}'", label, phases.name_of(label), other,
                            phases.name_of(other)),
                fmt::format("give labels {} and {} names of their own", label, other));
  };
  for (const NamedPhase& phase : phases.named)
    for (const std::int64_t label : phase.labels) {
      const std::string part = phases.name_of(label);
      for (const std::int64_t other : phase.labels)
        if (part == phase.name && phases.name_of(other) != part) refuse_parts(phase, label, other);
      for (const std::int64_t other : phases.find(part)->labels)
        if (phases.name_of(other) == part &&
            std::find(phase.labels.begin(), phase.labels.end(), other) == phase.labels.end())
          refuse_parts(phase, label, other);
    }
}

/// "name=value" -> both sides.
std::optional<std::pair<std::string, std::string>> sides_of(const std::string& item) {
  const std::vector<std::string> sides = split(item, '=');
  if (sides.size() != 2) return std::nullopt;
  return std::pair(sides[0], sides[1]);
}

}  // namespace

void check_label(const std::string& text, const std::string& option) {
  if (is_beyond_integers(text)) refuse(option, text, "labels from -2^63 to 2^63 - 1: no others are read");
}

std::vector<LabelOrName> labels(const std::string& text, const std::string& option) {
  std::vector<LabelOrName> values;
  for (const std::string& item : list(text)) {
    values.push_back(label_or_name(item, option));
    if (std::find(values.begin(), values.end() - 1, values.back()) != values.end() - 1)
      throw Error(ExitCode::usage, "label given twice", option + " " + text, "it is " + item,
                  "name each label once");
  }
  return values;
}

std::vector<std::pair<LabelOrName, double>> conductivities(const std::string& text,
                                                           const std::string& option) {
  std::vector<std::pair<LabelOrName, double>> pairs;
  std::map<LabelOrName, std::string> seen;
  for (const std::string& item : list(text)) {
    const auto sides = sides_of(item);
    if (!sides)
      refuse(option, text,
             fmt::format("pairs LABEL=VALUE,LABEL=VALUE; '{}' is none (a decimal comma? "
                         "decimals take a point)",
                         item));
    const LabelOrName label = label_or_name(sides->first, option);
    const double value = number(sides->second, option + " " + item);
    if (value < 0) refuse(option, item, "a value of zero or above");
    if (const auto [first, fresh] = seen.emplace(label, item); !fresh)
      refuse(option, text,
             fmt::format("each label once; label {} is given as '{}' and as '{}'", sides->first,
                         first->second, item));
    pairs.emplace_back(label, value);
  }
  if (pairs.empty()) refuse(option, text, "pairs LABEL=VALUE,LABEL=VALUE");
  return pairs;
}

Phases phases(const std::string& text, const std::string& option) {
  const std::string takes = "names with their labels, such as pore=0,active=1,binder=2,solid=1+2";
  Phases found;
  for (const std::string& item : list(text)) {
    const auto sides = sides_of(item);
    if (!sides) refuse(option, text, fmt::format("{}; '{}' is none", takes, item));
    if (!io::is_phase_name(sides->first))
      refuse(option, item,
             "names that begin with a letter and hold at most 64 bytes, none of them , = + ; \\ or a quote");
    if (found.find(sides->first))
      refuse(option, text, fmt::format("each name once; '{}' is there twice", sides->first));
    NamedPhase phase{sides->first, {}};
    for (const std::string& word : split(sides->second, '+')) {
      check_label(word, option);
      const std::optional<std::int64_t> label = as_label(word);
      if (!label) refuse(option, item, takes);
      if (std::find(phase.labels.begin(), phase.labels.end(), *label) != phase.labels.end())
        refuse(option, item, fmt::format("each label once; {} is there twice", *label));
      phase.labels.push_back(*label);
    }
    found.named.push_back(phase);
  }
  if (found.named.empty()) refuse(option, text, takes);
  refuse_torn(found, option, text);
  return found;
}

}  // namespace tauvox::parse
