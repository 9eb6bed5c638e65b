#include "host/app/limits.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "host/app/toml_file.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/units.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

constexpr const char* rule = "decision_rule";

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

/// Its unit, as a file of limits has it.
std::string unit_of_quantity(const std::string& name) {
  for (const QuantityDefinition& row : all_quantities())
    if (row.name == name) return row.unit == given_unit ? "1" : row.unit;
  return "1";
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
      limit_.phase = part;
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
                    fmt::join(phases, ", "), carrier_ions, carrier_electrons, rule));
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
    if (of_.carriers.empty()) ask("no transport is solved", "give --ionic or --electronic");
    if (of_.carriers.size() > 1 && of_.carriers[0] == of_.carriers[1]) ask_whose();
    if (of_.carriers.size() > 1)
      ask("of which transport is not said",
          fmt::format("write {0}.{1} or {0}.\"{2}\"", limit_.quantity, of_.carriers[0], of_.carriers[1]));
    limit_.phase = of_.carriers.front();
  }

  /// The transport of ions or of electrons: what phases it is of is known.
  void take_carrier() {
    const std::vector<std::string> transport = names_of(quantities_of_family(study_named("resolution")));
    if (!is_among(transport, limit_.quantity))
      ask("it is of no transport", fmt::format("leave out {}", limit_.carrier));
    const auto found = std::find(of_.carried.begin(), of_.carried.end(), limit_.carrier);
    if (found == of_.carried.end())
      ask(fmt::format("no transport of {} is solved", limit_.carrier),
          limit_.carrier == carrier_ions ? "give --ionic" : "give --electronic");
    if (limit_.carrier != carrier_ions && is_of_ions_alone())
      ask("it is of ions alone", fmt::format("leave out {}", limit_.carrier));
    const std::string& phases = of_.carriers[static_cast<std::size_t>(found - of_.carried.begin())];
    if (limit_.phase.empty()) limit_.phase = phases;
    if (limit_.phase != phases)
      ask(fmt::format("the transport of {} is of {}", limit_.carrier, phases),
          fmt::format("write {}.{}", limit_.quantity, limit_.carrier));
  }
  bool is_of_ions_alone() const {
    return is_among(names_of(study_named("electrolyte").quantities), limit_.quantity) ||
           is_among(names_of(study_named("porous_phases").quantities), limit_.quantity);
  }

  /// The same phases may carry ions and electrons. What another study finds of a phase is of neither.
  void check_is_of_one_carrier() const {
    const auto count = std::count(of_.carriers.begin(), of_.carriers.end(), limit_.phase);
    if (count < 2 || !limit_.carrier.empty() || is_of_ions_alone()) return;
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
    const std::string what = fmt::format("'{}' is not computed by this run", limit_.quantity);
    std::string advice;
    bool is_directed = false;
    for (const Study& study : studies()) {
      if (!is_among(names_of(study.quantities), limit_.quantity)) continue;
      const bool is_transport = study.name == "effective_transport" || study.extends == "effective_transport";
      const bool of_carrier = is_among(of_.carriers, limit_.phase) || limit_.phase.empty();
      if (is_among(of_.studies, study.name) && (!is_transport || of_carrier)) {
        if (!is_transport) return;  // whether it knows directions its results say
        is_directed = true;
      }
      if (advice.empty()) advice = advice_for(study.name);
    }
    if (!is_directed) ask(what, advice);
    const Axis axis = limit_.axis.value_or(of_.thickness);
    if (std::find(of_.axes.begin(), of_.axes.end(), axis) == of_.axes.end())
      ask(fmt::format("no transport is solved along {}", axis_name(axis)),
          fmt::format("give --axis {} as well", axis_name(axis)));
  }

  /// What makes a run compute it.
  static std::string advice_for(const std::string& study) {
    if (study == "accessible") return "give --ionic and --electronic";
    if (study == "porous_phases") return "give --phase-porosity, for pores that no voxel shows";
    if (study == "electrolyte") return "give --ionic and --electrolyte, for the phase that it fills";
    if (study == "rve") return "give --rve, and --ionic or --electronic";
    return "give --ionic PHASE or --electronic PHASE=1";
  }

  [[noreturn]] void ask(const std::string& why, const std::string& advice) const {
    throw Error(ExitCode::usage, fmt::format("the limit of {} is not clear", limit_.quantity), place_, why,
                advice);
  }

  const Limitable& of_;
  std::string place_;
  Limit limit_;
};

class LimitsReader {
 public:
  LimitsReader(const std::string& path, const Limitable& of) : path_(path), of_(of) {}

  Limits read() {
    const toml::table table = read_toml(path_, "file of limits");
    walk(table, {});
    if (found_.limits.empty())
      throw Error(ExitCode::usage, "no limits in the file", path_, "",
                  "write for example: porosity = [0.32, 0.38]");
    return found_;
  }

 private:
  void walk(const toml::table& table, const std::vector<std::string>& parents) {
    for (const auto& [key, node] : table) {
      std::vector<std::string> parts = parents;
      parts.emplace_back(key.str());
      const std::string place = place_in(path_, key.source());
      if (const toml::table* inner = node.as_table())
        walk(*inner, parts);
      else if (parts.size() == 1 && parts.front() == rule)
        take_rule(node, place);
      else
        take(node, parts, place);
    }
  }

  void take_rule(const toml::node& node, const std::string& place) {
    const auto* text = node.as_string();
    if (!text || (text->get() != rule_name(true) && text->get() != rule_name(false)))
      throw Error(ExitCode::usage, std::string("bad value for ") + rule, place, "",
                  "give \"guard_band\" (ILAC-G8 4.2.3) or \"simple\" (4.2.1)");
    found_.guarded = text->get() == rule_name(true);
  }

  void take(const toml::node& node, std::vector<std::string> parts, const std::string& place) {
    const std::string end = parts.back();
    if (end == "min" || end == "max") {
      parts.pop_back();
      Limit& limit = keep(Key(of_, place).limit(parts));
      set(end == "min" ? limit.least : limit.most, number(node, limit, place), limit, place);
      return;
    }
    Limit& limit = keep(Key(of_, place).limit(parts));
    const auto* list = node.as_array();
    if (!list || list->size() != 2)
      throw Error(ExitCode::usage, "bad limits", place,
                  list ? fmt::format("the list has {} items", list->size())
                       : fmt::format("it is {}", type_name(node)),
                  fmt::format("give [LEAST, MOST], or {0}.min or {0}.max", end));
    set(limit.least, number((*list)[0], limit, place), limit, place);
    set(limit.most, number((*list)[1], limit, place), limit, place);
  }

  /// The one of this quantity, phase and axis.
  Limit& keep(const Limit& limit) {
    for (Limit& other : found_.limits)
      if (other.quantity == limit.quantity && other.phase == limit.phase && other.axis == limit.axis &&
          other.carrier == limit.carrier)
        return other;
    return found_.limits.emplace_back(limit);
  }

  /// A percentage is not the fraction that was meant. 0 stands for no limit where all is above.
  static void check_range(double value, const std::string& quantity, const std::string& place) {
    for (const QuantityDefinition& row : all_quantities()) {
      if (row.name != quantity || value == 0 || (value >= row.least && value <= row.most)) continue;
      const bool is_percent = row.most == 1 && value > 1 && value <= 100;
      throw Error(ExitCode::usage, fmt::format("no {} can be {:g}", quantity, value), place,
                  fmt::format("it lies in {:g} to {:g}", row.least, row.most),
                  is_percent ? fmt::format("give {:g} for {:g} %", value / 100, value)
                             : "give a limit in this range, or leave it out");
    }
  }

  void set(std::optional<double>& side, double value, const Limit& limit, const std::string& place) {
    if (side)
      throw Error(ExitCode::usage, "limit given twice", place,
                  fmt::format("the first stands at {}", limit.place), "give each limit once");
    check_range(value, limit.quantity, place);
    side = value;
    if (limit.least && limit.most && *limit.least > *limit.most)
      throw Error(ExitCode::usage, "limits exclude each other", place,
                  fmt::format("{:g} is above {:g}", *limit.least, *limit.most), "give the least first");
  }

  /// 1.6e-6, or "1.6 um"
  double number(const toml::node& node, const Limit& limit, const std::string& place) {
    const std::string unit = unit_of_quantity(limit.quantity);
    const auto refuse = [&](const std::string& why) {
      throw Error(ExitCode::usage, "bad limit", place, why,
                  unit == "1" ? fmt::format("give a number, {} has no unit", limit.quantity)
                              : fmt::format("{} is in {}: give a number, or a number with a unit{}",
                                            limit.quantity, unit, example_of(unit)));
    };
    if (const auto* text = node.as_string()) {
      const std::optional<double> value = with_unit(text->get(), unit);
      if (!value) refuse(fmt::format("it is text, '{}'", io::printable(text->get())));
      return *value;
    }
    const std::optional<double> value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value || !std::isfinite(*value))
      refuse(node.is_number() ? "it is no finite number" : fmt::format("it is {}", type_name(node)));
    if (unit != "1")
      found_.taken_as_si.push_back(fmt::format(
          "{}{} {:g} {}", limit.quantity, limit.phase.empty() ? "" : " of " + limit.phase, *value, unit));
    return *value;
  }

  static const char* example_of(const std::string& unit) {
    return unit == "m" ? ", such as \"1.6 um\"" : unit == "1/m" ? ", such as \"0.2 1/um\"" : "";
  }

  /// Empty where it is no number, or its unit none of this kind.
  static std::optional<double> with_unit(const std::string& text, const std::string& unit) {
    const std::size_t end = text.find_first_not_of("+-.0123456789eE"),
                      blank = text.find_first_not_of(' ', end);
    const std::string number = text.substr(0, end);
    double value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    if (blank == std::string::npos || read.ec != std::errc() || read.ptr != number.data() + number.size() ||
        !std::isfinite(value))
      return std::nullopt;
    const std::optional<double> factor = factor_between(text.substr(blank), unit);
    return factor ? std::optional(value * *factor) : std::nullopt;
  }

  const std::string& path_;
  const Limitable& of_;
  Limits found_;
};

}  // namespace

Limits read_limits(const std::string& path, const Limitable& of) { return LimitsReader(path, of).read(); }

}  // namespace tauvox
