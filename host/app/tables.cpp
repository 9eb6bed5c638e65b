#include "host/app/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace tauvox {
namespace {

std::string cleaned(std::string name) {
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && !std::isalnum(byte) && c != '-' && c != '.') c = '_';
  }
  return name;
}

std::string in_small_letters(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

constexpr const char* place_of_phase = "{}";

std::string with_word(std::string name, const std::string& word) {
  if (const std::size_t at = name.find(place_of_phase); at != std::string::npos) name.replace(at, 2, word);
  return name;
}

}  // namespace

std::map<std::string, std::string> words_of_phases(const Phases& phases) {
  std::map<std::string, std::vector<const NamedPhase*>> alike;  // whatever order they are given in
  for (const NamedPhase& phase : phases.named) alike[in_small_letters(cleaned(phase.name))].push_back(&phase);
  std::map<std::string, std::string> words;
  std::set<std::string> taken;
  for (const auto& [small, those] : alike) taken.insert(small);
  for (auto& [small, those] : alike) {
    if (those.size() == 1) {
      words[those.front()->name] = cleaned(those.front()->name);
      continue;
    }
    std::sort(those.begin(), those.end(),
              [](const NamedPhase* a, const NamedPhase* b) { return a->name < b->name; });
    for (const NamedPhase* phase : those) {
      std::string word = fmt::format("{}-{}", cleaned(phase->name), phase->labels.front());
      while (!taken.insert(in_small_letters(word)).second) word += '_';
      words[phase->name] = word;
    }
  }
  return words;
}

std::string table_name(const Curve& curve, const std::map<std::string, std::string>& words) {
  const auto word = words.find(curve.phase);
  return with_word(curve.name, word == words.end() ? "" : word->second);
}

std::string curve_name(const StudySettings& s, const std::string& name, Axis axis) {
  return s.axes.size() == 1 ? name : fmt::format("{}_{}", name, axis_name(axis));
}

std::vector<std::string> table_names(const Study& study, const StudySettings& s, const Phases& phases) {
  std::vector<std::string> names;
  if (!study.tables) return names;
  for (const std::string& name : study.tables(s)) {
    if (name.find(place_of_phase) != std::string::npos)
      for (const auto& [phase, word] : words_of_phases(phases)) names.push_back(with_word(name, word));
    else if (study.gives_frames)
      for (const Axis axis : s.axes) names.push_back(curve_name(s, name, axis));
    else
      names.push_back(name);
  }
  return names;
}

}  // namespace tauvox
