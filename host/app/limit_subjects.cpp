#include "host/app/limit_subjects.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "host/studies/study_table.hpp"

namespace tauvox {
namespace {

enum class Along { none, thickness, all };

/// Of a study that solves nothing.
struct Subject {
  const char* study;
  std::size_t least_phases, most_phases;  // that a result names
  Along along;                            // which axes it may have
  bool of_unions;                         // also of a phase that others make up
  const char* of;                         // in words
};
constexpr Subject subjects[] = {
    {"fractions", 1, 1, Along::thickness, true, "one phase"},
    {"percolation", 1, 1, Along::all, true, "one phase"},
    {"connectivity", 1, 1, Along::thickness, true, "one phase"},
    {"interfaces", 1, 2, Along::none, false, "one phase, or two joined by +"},
    {"triple_lines", 3, 3, Along::none, false, "three phases joined by +"},
    {"sizes", 1, 1, Along::thickness, false, "one phase"},
    {"particles", 1, 1, Along::none, false, "one phase"},
    {"chords", 1, 1, Along::all, false, "one phase"},
    {"geodesic", 1, 1, Along::thickness, false, "one phase"},
    {"accessible", 0, 0, Along::thickness, true, "all that carries ions and electrons"}};

bool has(const Study& study, const std::string& quantity) {
  return std::any_of(study.quantities.begin(), study.quantities.end(),
                     [&](const QuantityDefinition& row) { return row.name == quantity; });
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_of_transport(const Study& study) {
  return study.name == "effective_transport" || study.extends == "effective_transport";
}
bool is_of_ions_alone(const Study& study) {
  return study.name == "electrolyte" || study.name == "porous_phases";
}

/// What makes a run compute it.
std::string advice_for(const std::string& study) {
  if (study == "accessible") return "give --ionic and --electronic";
  if (study == "porous_phases") return "give --phase-porosity, for pores that no voxel shows";
  if (study == "electrolyte") return "give --ionic and --electrolyte, for the phase that it fills";
  if (study == "rve") return "give --rve, and --ionic or --electronic";
  return "give --ionic PHASE or --electronic PHASE=1";
}

class Fit {
 public:
  Fit(const Limit& limit, const Limitable& of) : limit_(limit), of_(of) {}

  /// Of a study that solves nothing. Where no phase is named there is one result, or those of the others.
  std::optional<Misfit> with(const Subject& subject) const {
    const std::vector<std::string> parts =
        limit_.phase.empty() ? std::vector<std::string>() : sorted_parts(limit_.phase);
    const std::set<std::string> different(parts.begin(), parts.end());
    const std::string& name = limit_.quantity;
    const std::vector<std::string> phases = phases_for(subject);
    if (phases.size() < subject.least_phases)
      return Misfit{fmt::format("it is of {}", subject.of), "name them with --phases"};
    const bool fits = different.size() == parts.size() && parts.size() >= subject.least_phases &&
                      parts.size() <= subject.most_phases;
    if (!parts.empty() && !fits)
      return Misfit{fmt::format("it is of {}", subject.of), subject.most_phases == 0
                                                                ? fmt::format("write {}", name)
                                                                : key_for(subject, phases, different)};
    for (const std::string& part : parts)
      if (const std::string made_of = subject.of_unions ? "" : parts_of(part); !made_of.empty())
        return Misfit{fmt::format("it is of phases by themselves, and {} is made of {}", part, made_of),
                      "write limits of those, or name its labels once alone in --phases"};
    if (!limit_.axis || subject.along == Along::all) return std::nullopt;
    const std::string without =
        limit_.phase.empty() ? name : fmt::format("{}.{}", name, part_of_key(limit_.phase));
    if (subject.along == Along::none)
      return Misfit{"it has no direction", fmt::format("leave out the axis: write {}", without)};
    if (*limit_.axis != of_.thickness)
      return Misfit{fmt::format("it is computed along the thickness alone, {}", axis_name(of_.thickness)),
                    fmt::format("write {}, or give --thickness {}", without, axis_name(*limit_.axis))};
    return std::nullopt;
  }

  /// Of a transport, and what is added to its results.
  std::optional<Misfit> with_transport(const Study& study) const {
    bool is_of_another = false;
    for (std::size_t i = 0; i < of_.carriers.size(); ++i) {
      if (of_.carriers[i] != limit_.phase) continue;
      is_of_another = true;
      if (is_of_ions_alone(study) && of_.carried[i] != carrier_ions) continue;
      if (limit_.carrier.empty() || limit_.carrier == of_.carried[i]) return along_an_axis();
    }
    if (is_of_another && is_of_ions_alone(study))
      return Misfit{"it is of ions alone", fmt::format("write {}", limit_.quantity)};
    std::vector<std::string> solved;
    for (std::size_t i = 0; i < of_.carriers.size(); ++i)
      if (!is_of_ions_alone(study) || of_.carried[i] == carrier_ions)
        solved.push_back(fmt::format("{} ({})", of_.carriers[i], of_.carried[i]));
    const std::string why = fmt::format("no transport of {} is solved", limit_.phase);
    if (solved.empty()) return Misfit{why, advice_for(study.name)};
    return Misfit{fmt::format("{}, but that of {}", why, fmt::join(solved, " and of ")),
                  fmt::format("write {}.{}, or {}", limit_.quantity,
                              of_.carried.size() == 1 || is_of_ions_alone(study)
                                  ? of_.carried.front()
                                  : fmt::format("{} or .{}", carrier_ions, carrier_electrons),
                              advice_for("effective_transport"))};
  }

 private:
  /// Those that its results can be of.
  std::vector<std::string> phases_for(const Subject& subject) const {
    std::vector<std::string> names;
    for (const NamedPhase& phase : of_.phases.named)
      if (subject.of_unions || parts_of(phase.name).empty()) names.push_back(phase.name);
    return names;
  }
  /// One that is taken: as many phases as it needs, those that were meant among them.
  std::string key_for(const Subject& subject, std::vector<std::string> phases,
                      const std::set<std::string>& meant) const {
    if (subject.least_phases < 2) return fmt::format("write {}.PHASE", limit_.quantity);
    std::stable_partition(phases.begin(), phases.end(),
                          [&](const std::string& phase) { return meant.contains(phase); });
    phases.resize(subject.least_phases);
    return fmt::format("write {}.{}", limit_.quantity,
                       part_of_key(fmt::format("{}", fmt::join(phases, "+"))));
  }
  /// Of a phase all of whose labels have narrower names: those; empty of another.
  std::string parts_of(const std::string& name) const {
    const NamedPhase* phase = of_.phases.find(name);
    std::vector<std::string> names;
    for (std::size_t i = 0; phase && i < phase->labels.size(); ++i) {
      const std::string narrower = of_.phases.name_of(phase->labels[i]);
      if (narrower == name) return "";
      if (!is_among(names, narrower)) names.push_back(narrower);
    }
    return fmt::format("{}", fmt::join(names, " and "));
  }
  std::optional<Misfit> along_an_axis() const {
    const Axis axis = limit_.axis.value_or(of_.thickness);
    if (std::find(of_.axes.begin(), of_.axes.end(), axis) != of_.axes.end()) return std::nullopt;
    return Misfit{fmt::format("no transport is solved along {}", axis_name(axis)),
                  fmt::format("give --axis {} as well", axis_name(axis))};
  }

  const Limit& limit_;
  const Limitable& of_;
};

}  // namespace

std::string part_of_key(const std::string& names) {
  const bool bare = std::all_of(names.begin(), names.end(), [](const char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? names : fmt::format("\"{}\"", names);  // no name holds what would need escaping
}

bool is_of_ions_alone(const std::string& quantity) {
  return std::any_of(studies().begin(), studies().end(),
                     [&](const Study& study) { return is_of_ions_alone(study) && has(study, quantity); });
}

std::optional<Misfit> misfit_of(const Limit& limit, const Limitable& of) {
  const Fit fit(limit, of);
  std::optional<Misfit> first, not_computed;
  const auto keep = [](std::optional<Misfit>& place, std::optional<Misfit> found) {
    if (!place) place = std::move(found);
  };
  for (const Study& study : studies()) {
    if (!has(study, limit.quantity)) continue;
    const auto subject = std::find_if(std::begin(subjects), std::end(subjects),
                                      [&](const Subject& row) { return study.name == row.study; });
    if (!is_among(of.studies, study.name)) {
      keep(not_computed,
           Misfit{fmt::format("'{}' is not computed by this run", limit.quantity), advice_for(study.name)});
    } else if (is_of_transport(study)) {
      std::optional<Misfit> misfit = fit.with_transport(study);
      if (!misfit) return std::nullopt;
      // Of a number that other studies count too, theirs says more unless a transport is meant.
      keep(limit.carrier.empty() && !is_among(of.carriers, limit.phase) ? not_computed : first, misfit);
    } else if (subject != std::end(subjects) && limit.carrier.empty()) {
      std::optional<Misfit> misfit = fit.with(*subject);
      if (!misfit) return std::nullopt;
      keep(first, misfit);
    }
  }
  return first ? first : not_computed;
}

}  // namespace tauvox
