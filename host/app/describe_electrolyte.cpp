#include "host/app/describe_electrolyte.hpp"

#include <fmt/format.h>

#include "host/studies/electrolytes.hpp"

namespace tauvox {
namespace {

std::vector<Choice> electrolyte_choices() {
  std::vector<Choice> choices;
  for (const Electrolyte& e : electrolytes())
    choices.push_back({e.name, fmt::format("{}: {}", e.meaning, e.citation)});
  return choices;
}

}  // namespace

void describe_electrolyte(std::vector<Setting<Settings>>& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Material";
    facts.changes_result = facts.for_evaluate = true;
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "electrolyte",
       .kind = Kind::choice,
       .meaning = "what fills the phase that carries ions: its conductivity and diffusivity in the volume",
       .choices = electrolyte_choices()},
      &Settings::electrolyte);
  add({.name = "temperature",
       .kind = Kind::temperature,
       .meaning = "of the electrolyte, e.g. 25C or 298.15K",
       .unit = "C, K"},
      &Settings::temperature);
  add({.name = "salt-concentration",
       .kind = Kind::number,
       .meaning = "of the electrolyte",
       .unit = "mol/m3",
       .range = Range{0, {}, true}},
      &Settings::salt_concentration);
}

}  // namespace tauvox
