#include "host/app/limit_key.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "host/app/limit_subjects.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/study_table.hpp"

namespace tauvox {
namespace {

/// Names of the quantities that a limit can be of: all that an evaluation finds, and a word for the pores.
std::vector<std::string> limitable_names(const std::vector<std::string>& evaluated) {
  std::vector<std::string> names{"porosity"};
  for (const Study& study : studies()) {
    const bool on_request = study.name == "accessible" || study.name == "effective_transport" ||
                            study.extends == "effective_transport";
    if (!on_request && std::find(evaluated.begin(), evaluated.end(), study.name) == evaluated.end()) continue;
    for (const QuantityDefinition& row : study.quantities)
      if (row.known != Known::not_converged && row.unit != si_unit &&
          std::find(names.begin(), names.end(), row.name) == names.end())
        names.push_back(row.name);
  }
  return names;
}

/// Those that hold the word or are held by it, then the one that is written nearly as it; few.
std::vector<std::string> near_names(const std::string& word, const std::vector<std::string>& names) {
  constexpr std::size_t most = 5, least_letters = 3;
  std::vector<std::string> near;
  const std::string spelled = parse::nearest(word, names);
  if (!spelled.empty()) near.push_back(spelled);
  for (const bool at_begin : {true, false})
    for (const std::string& name : names) {
      if (word.size() < least_letters || near.size() == most) break;
      const std::size_t at = name.find(word);
      const bool holds = at_begin ? at == 0 || word.starts_with(name) : at != std::string::npos;
      if (holds && std::find(near.begin(), near.end(), name) == near.end()) near.push_back(name);
    }
  return near;
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> names_of(const QuantityDefinitions& rows) {
  std::vector<std::string> names;
  for (const QuantityDefinition& row : rows) names.push_back(row.name);
  return names;
}

/// A limit's key, part by part in whatever order: quantity, phase, axis, carrier.
class Key {
 public:
  Key(const Limitable& of, std::string place) : of_(of), place_(std::move(place)) {}

  Limit limit(const std::vector<std::string>& parts) {
    limit_.place = place_;
    for (const std::string& part : parts) take(part, fmt::format("{}", fmt::join(parts, ".")));
    if (limit_.quantity.empty()) refuse(fmt::format("{}", fmt::join(parts, ".")));
    if (limit_.quantity == "porosity") name_the_pore();
    if (!limit_.carrier.empty()) take_carrier();
    if (limit_.phase.empty()) find_phase();
    check_is_computed();
    check_is_of_one_carrier();
    return limit_;
  }

 private:
  void take(const std::string& part, const std::string& key) {
    const bool is_axis = part == "z" || part == "y" || part == "x";
    if (limit_.phase.empty() && is_phase(part))
      limit_.phase = as_carrier(part);
    else if (limit_.quantity.empty() && is_among(limitable_names(of_.studies), part))
      limit_.quantity = part;
    else if (is_axis && !limit_.axis)
      limit_.axis = parse::axes(part, key).front();
    else if (limit_.carrier.empty() && (part == carrier_ions || part == carrier_electrons))
      limit_.carrier = part;
    else
      refuse(part);
  }

  /// One, several joined by + for an interface, or what carries ions or electrons.
  bool is_phase(const std::string& names) const {
    if (is_among(of_.carriers, names)) return true;
    std::size_t begin = 0;
    for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
      end = names.find('+', begin);
      if (!of_.phases.find(names.substr(begin, end - begin))) return false;
      if (end == std::string::npos) break;
    }
    return true;
  }

  /// In the order in which the transport has them.
  std::string as_carrier(const std::string& names) const {
    for (const std::string& carrier : of_.carriers)
      if (sorted_parts(carrier) == sorted_parts(names)) return carrier;
    return names;
  }

  [[noreturn]] void refuse(const std::string& part) const {
    const std::vector<std::string> names = limitable_names(of_.studies);
    std::vector<std::string> phases = of_.carriers;
    for (const NamedPhase& phase : of_.phases.named)
      if (!is_among(phases, phase.name)) phases.push_back(phase.name);
    std::vector<std::string> all = names;
    all.insert(all.end(), phases.begin(), phases.end());
    std::vector<std::string> near = near_names(part, all);
    std::erase(near, part);  // a name that is known, at a place where none belongs
    throw Error(
        ExitCode::usage, "unknown key of a limit", place_,
        fmt::format("'{}'{}", part,
                    near.empty() ? "" : fmt::format(" (did you mean '{}'?)", fmt::join(near, "' or '"))),
        fmt::format("a key is QUANTITY, QUANTITY.PHASE, QUANTITY.AXIS or QUANTITY.PHASE.AXIS; phases are "
                    "{} and such joined by +, axes z, y, x; of transport .{} or .{} says whose it is; "
                    "'tauvox explain' lists the quantities; the one other key is {}",
                    fmt::join(phases, ", "), carrier_ions, carrier_electrons, rule_key));
  }

  /// What --ionic names, where that has one name; else what is called so.
  void name_the_pore() {
    limit_.quantity = "volume_fraction";
    if (!limit_.phase.empty()) return;
    if (is_among(of_.studies, "porous_phases"))
      ask("pores that no voxel shows (--phase-porosity) may count or not",
          "write liquid_volume_fraction, with them, or volume_fraction.NAME");
    if (const NamedPhase* pore = of_.ionic.empty() ? of_.phases.find("pore") : phase_of(of_.ionic))
      limit_.phase = pore->name;
    else if (of_.ionic.empty())
      ask("which phase is the pore is not said", "give --ionic NAME, or write volume_fraction.NAME");
    else
      ask("what carries ions has no name of its own",
          fmt::format("give it one, --phases ...,NAME={} --ionic NAME, or write volume_fraction.NAME",
                      fmt::join(of_.ionic, "+")));
  }
  const NamedPhase* phase_of(std::vector<std::int64_t> labels) const {
    std::sort(labels.begin(), labels.end());
    for (const NamedPhase& phase : of_.phases.named) {
      std::vector<std::int64_t> of_phase = phase.labels;
      std::sort(of_phase.begin(), of_phase.end());
      if (of_phase == labels) return &phase;
    }
    return nullptr;
  }

  /// Of transport where one is solved; other numbers are of phases that must be named.
  void find_phase() {
    const std::vector<std::string> transport = names_of(quantities_of_family(study_named("resolution"))),
                                   of_all = names_of(study_named("accessible").quantities),
                                   of_lines = names_of(study_named("triple_lines").quantities);
    if (is_among(of_all, limit_.quantity) || is_among(of_lines, limit_.quantity)) return;
    const bool counted = limit_.quantity == "volume_fraction" ||
                         limit_.quantity == "percolating_volume_fraction" ||
                         limit_.quantity == "largest_cluster_fraction";
    if (counted || !is_among(transport, limit_.quantity))
      ask("of which phase is not said", fmt::format("write {}.PHASE", limit_.quantity));
    if (is_of_ions_alone(limit_.quantity)) {
      limit_.phase = phases_of(carrier_ions);
      return;
    }
    if (of_.carriers.empty()) ask("no transport is solved", "give --ionic or --electronic");
    if (of_.carriers.size() > 1 && of_.carriers[0] == of_.carriers[1]) ask_whose();
    if (of_.carriers.size() > 1)
      ask("of which transport is not said",
          fmt::format("write {0}.{1} or {0}.{2}", limit_.quantity, part_of_key(of_.carriers[0]),
                      part_of_key(of_.carriers[1])));
    limit_.phase = of_.carriers.front();
  }

  /// The transport of ions or of electrons: what phases it is of is known.
  void take_carrier() {
    const std::vector<std::string> transport = names_of(quantities_of_family(study_named("resolution")));
    if (!is_among(transport, limit_.quantity))
      ask("it is of no transport", fmt::format("leave out {}", limit_.carrier));
    const std::string phases = phases_of(limit_.carrier);
    if (limit_.carrier != carrier_ions && is_of_ions_alone(limit_.quantity))
      ask("it is of ions alone", fmt::format("leave out {}", limit_.carrier));
    if (limit_.phase.empty()) limit_.phase = phases;
    if (limit_.phase != phases)
      ask(fmt::format("the transport of {} is of {}", limit_.carrier, phases),
          fmt::format("write {}.{}", limit_.quantity, limit_.carrier));
  }

  /// Of what transport.
  std::string phases_of(const std::string& carrier) const {
    const auto found = std::find(of_.carried.begin(), of_.carried.end(), carrier);
    if (found == of_.carried.end())
      ask(fmt::format("no transport of {} is solved", carrier),
          carrier == carrier_ions ? "give --ionic" : "give --electronic");
    return of_.carriers[static_cast<std::size_t>(found - of_.carried.begin())];
  }

  /// The same phases may carry ions and electrons. What another study finds of a phase is of neither.
  void check_is_of_one_carrier() const {
    const auto count = std::count(of_.carriers.begin(), of_.carriers.end(), limit_.phase);
    if (count < 2 || !limit_.carrier.empty() || is_of_ions_alone(limit_.quantity)) return;
    const std::vector<std::string> transport = names_of(quantities_of_family(study_named("resolution")));
    if (!is_among(transport, limit_.quantity)) return;
    if (of_.phases.find(limit_.phase))
      for (const Study& study : studies())
        if (study.name != "effective_transport" && study.extends != "effective_transport" &&
            is_among(of_.studies, study.name) && is_among(names_of(study.quantities), limit_.quantity))
          return;
    ask_whose();
  }

  [[noreturn]] void ask_whose() const {
    ask("whose transport is not said: the same phases carry ions and electrons",
        fmt::format("write {0}.{1} or {0}.{2}", limit_.quantity, carrier_ions, carrier_electrons));
  }

  /// Known before anything is: a run of hours must not end with "no result is about it".
  void check_is_computed() const {
    if (const std::optional<Misfit> misfit = misfit_of(limit_, of_)) ask(misfit->why, misfit->advice);
  }

  [[noreturn]] void ask(const std::string& why, const std::string& advice) const {
    throw Error(ExitCode::usage, fmt::format("the limit of {} is not clear", limit_.quantity), place_, why,
                advice);
  }

  const Limitable& of_;
  std::string place_;
  Limit limit_;
};

}  // namespace

Limit limit_of_key(const std::vector<std::string>& parts, const std::string& place, const Limitable& of) {
  return Key(of, place).limit(parts);
}

}  // namespace tauvox
