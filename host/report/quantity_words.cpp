#include "host/report/quantity_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "host/settings/parse.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/units.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

std::string worded(const std::string& text) { return in_words_of(property_of("relative"), text); }

/// Lines of at most 92 letters behind an indentation.
std::string wrapped(const std::string& text) {
  constexpr std::size_t most = 92;
  std::string out, line;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && line.size() + 1 + word.size() > most) {
      out += "  " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return out + "  " + line + "\n";
}

std::string in_small_letters(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// What others call it.
const std::multimap<std::string, std::string>& synonyms() {
  static const std::multimap<std::string, std::string> names{
      {"porosity", "volume_fraction"},       {"tau", "tortuosity_factor"},
      {"tau", "geodesic_tortuosity"},        {"tortuosity", "tortuosity_factor"},
      {"tortuosity", "geodesic_tortuosity"}, {"surface area", "specific_surface"},
      {"macmullin", "effective_ratio"},      {"formation factor", "macmullin_number"},
      {"d_eff", "effective_value"},          {"tensor", "effective_ratio_zz"},
      {"tensor", "effective_ratio_zy"},      {"tensor", "principal_ratio_1"},
      {"eigenvalue", "principal_ratio_1"}};
  return names;
}

/// By a slip of the pen, by a part of the name, or by a word of the title.
std::vector<std::string> near_to(const std::string& name) {
  const std::string wanted = in_small_letters(name);
  std::vector<std::string> names, near;
  for (auto [at, end] = synonyms().equal_range(wanted); at != end; ++at) near.push_back(at->second);
  for (const QuantityDefinition& row : all_quantities()) names.push_back(row.name);
  if (const std::string best = parse::nearest(wanted, names); !best.empty() && near.empty())
    near.push_back(best);
  for (const QuantityDefinition& row : all_quantities()) {
    const bool part = wanted.size() >= 3 && (row.name.find(wanted) != std::string::npos ||
                                             worded(row.title).find(wanted) != std::string::npos);
    if (part && std::find(near.begin(), near.end(), row.name) == near.end()) near.push_back(row.name);
  }
  return near;
}

bool has(const Study& study, const std::string& name) {
  return std::any_of(study.quantities.begin(), study.quantities.end(),
                     [&](const QuantityDefinition& row) { return row.name == name; });
}

std::string text_of_one(const QuantityDefinition& row) {
  std::string text = fmt::format("{}: {}\n  symbol {}, unit {}\n", row.name, worded(row.title),
                                 worded(row.symbol), row.unit == "1" ? "1 (a number)" : unit_in_words(row));
  text += wrapped(worded(row.definition));
  const std::string uncertainties = uncertainties_in_words(row);
  text += fmt::format("  uncertainties: {}\n", uncertainties == "-" ? "none are computed" : uncertainties);
  for (const Study& study : studies())
    if (has(study, row.name)) text += fmt::format("  given by study {}: {}\n", study.name, study.meaning);
  return text;
}

}  // namespace

std::string unit_in_words(const QuantityDefinition& row) {
  if (row.unit == given_unit) return "that of the conductivities";
  return row.unit == si_unit ? "m2/s, S/m or W/(m K)" : row.unit;
}

std::string uncertainties_in_words(const QuantityDefinition& row) {
  std::vector<std::string> names;
  for (const auto* sources : {&row.uncertainties, &row.evaluated})
    for (const ErrorSource source : *sources) names.emplace_back(name_of(source));
  if (row.bounded) names.emplace_back("bounds");
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, ", "));
}

std::string explanation_of(const std::string& name) {
  const QuantityDefinitions rows = all_quantities();
  const auto explained = [&](const auto& is_it) {
    std::string text;
    for (const QuantityDefinition& row : rows)
      if (is_it(row)) text += text_of_one(row);
    return text;
  };
  std::string text = explained([&](const QuantityDefinition& row) { return row.name == name; });
  if (!text.empty()) return text;
  text = explained([&](const QuantityDefinition& row) { return worded(row.symbol) == name; });
  if (!text.empty()) {  // several may share a symbol, or a name in everyday use
    for (auto [at, end] = synonyms().equal_range(in_small_letters(name)); at != end; ++at)
      if (text.find(at->second + ": ") == std::string::npos) text += "see also: " + at->second + "\n";
    return text;
  }
  const std::vector<std::string> near = near_to(name);
  throw Error(ExitCode::usage, "no quantity of that name or symbol", name,
              near.empty() ? "" : fmt::format("did you mean {}?", fmt::join(near, ", ")),
              "tauvox explain lists them all");
}

std::string list_of_quantities() {
  std::string text;
  for (const Study& study : studies()) {
    text += fmt::format("{}: {}\n", study.name, study.meaning);
    for (const QuantityDefinition& row : study.quantities)
      text += fmt::format("  {:<32} {}\n", row.name, worded(row.title));
  }
  return text;
}

}  // namespace tauvox
