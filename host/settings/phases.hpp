// Names of phases: what the user calls the labels of a volume. Small, so that a study may take it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tauvox {

/// What stands wherever a label may be given: the label, or the name of a phase.
using LabelOrName = std::variant<std::int64_t, std::string>;

struct NamedPhase {
  std::string name;
  std::vector<std::int64_t> labels;
};

/// In the order given. A label may be in several: pore=0,active=1,binder=2,solid=1+2.
struct Phases {
  std::vector<NamedPhase> named;

  const NamedPhase* find(const std::string& name) const {
    for (const NamedPhase& phase : named)
      if (phase.name == name) return &phase;
    return nullptr;
  }
  /// The name that stands for the label and the fewest others; empty where none does.
  std::string name_of(std::int64_t label) const {
    const NamedPhase* closest = nullptr;
    for (const NamedPhase& phase : named)
      for (const std::int64_t of : phase.labels)
        if (of == label && (!closest || phase.labels.size() < closest->labels.size())) closest = &phase;
    return closest ? closest->name : "";
  }
};

}  // namespace tauvox
