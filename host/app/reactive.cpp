#include "host/app/reactive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "host/settings/named_labels.hpp"

namespace tauvox {

void resolve_reactive(Settings& s, const Study& study) {
  const bool wanted = study.name == "electrode";
  if (!s.impedance && (s.double_layer || s.charge_transfer_resistance))
    throw Error(ExitCode::usage, "this is for an impedance",
                s.double_layer ? "--double-layer" : "--charge-transfer-resistance", "",
                "leave it out, or add --impedance");
  if (!wanted) return;
  if (s.reactive.empty() && s.is_grey()) return;
  if (s.reactive.empty())
    throw Error(ExitCode::usage, "nothing said about what reacts", "--study " + study.name, "",
                "give --reactive and the labels or phases at whose faces ions react, such as --reactive 1");
  const std::map<std::int64_t, double> conducting = given_conductivities(s);
  for (const LabelOrName& given : s.reactive)
    for (const std::int64_t label : labels_of(given, s.phases, "--reactive")) {
      if (const auto found = conducting.find(label); found != conducting.end() && found->second > 0)
        throw Error(ExitCode::usage, "a label cannot both conduct and react", "--reactive",
                    label_text(label, s.phases), "ions react where a phase ends that carries them");
      s.reactive_labels.push_back(label);
    }
}

void check_reactive_have_names(const Settings& s, const Volume& volume) {
  if (s.is_grey() && volume.grey && !s.reactive.empty())
    throw Error(ExitCode::usage, "grey values that are fractions cannot be named", "--reactive", "",
                "leave it out: everything that insulates reacts then");
}

std::vector<std::string> take_reactive_grey_values(Settings& s, const Volume& volume,
                                                   const Materials& materials) {
  const auto value_of = [&](const Phase& phase) {
    return volume.grey ? volume.grey->value_of(phase.label) : static_cast<double>(phase.label);
  };
  if (!s.reactive.empty()) {
    for (const Phase& phase : materials.phases)
      if (phase.conductivity > 0 && std::find(s.reactive_labels.begin(), s.reactive_labels.end(),
                                              phase.label) != s.reactive_labels.end())
        throw Error(ExitCode::usage, "a grey value cannot both conduct and react", "--reactive",
                    fmt::format("{} conducts {:.6g}", label_text(phase.label, s.phases), phase.conductivity),
                    "ions react where something ends that carries them: let the law be 0 there");
    return {};
  }
  std::vector<double> insulate;
  for (const Phase& phase : materials.phases) {
    if (phase.conductivity > 0) continue;
    s.reactive_labels.push_back(phase.label);
    insulate.push_back(value_of(phase));
  }
  if (insulate.empty())
    throw Error(ExitCode::input_invalid, "no grey value insulates, so there is nothing that reacts",
                "--study electrode",
                fmt::format("{} grey values from {:.7g} to {:.7g} conduct", materials.phases.size(),
                            value_of(materials.phases.front()), value_of(materials.phases.back())),
                "let what reacts conduct 0, such as by --law 'g < 118 ? 1 : 0'");
  return {fmt::format("everything that insulates reacts: {} of {} grey values, from {:.7g} to {:.7g}{}",
                      insulate.size(), materials.phases.size(), insulate.front(), insulate.back(),
                      volume.grey ? "" : "; --reactive names others")};
}

}  // namespace tauvox
