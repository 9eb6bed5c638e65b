#include "host/app/unheeded.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "host/report/append.hpp"
#include "host/settings/named_labels.hpp"
#include "host/studies/electrolytes.hpp"

namespace tauvox {
namespace {

struct HeededBySome {
  const char* option;
  bool differs;                                     // from what it is where nobody says anything
  std::vector<std::string> heeded_by, or_not_by{};  // studies; one of the two is empty
};

std::vector<std::string> transport_studies() {
  return {"effective_transport", "resolution", "electrolyte", "porous_phases", "rve"};
}

/// Studies that look along all axes, or along those of --axis.
std::vector<std::string> without_thickness() {
  std::vector<std::string> found = transport_studies();
  found.insert(found.end(), {"percolation", "chords", "transient", "particles", "triple_lines"});
  return found;
}

/// Those that change what one study finds and say nothing to others. Not here: what is said by unheeded()
/// alone, and what is refused where it is used (--axis, --electrolyte, --phase-porosity, --field, --flux).
std::vector<HeededBySome> settings_of_some_studies(const Settings& s) {
  const Settings standard;
  std::vector<std::string> no_separator = without_thickness();
  no_separator.emplace_back("tensor");
  return {
      {"--impedance", s.impedance, {"electrode"}},
      {"--reactive", !s.reactive.empty(), {"electrode"}},
      {"--boundary", s.boundary != standard.boundary, {"transient"}},
      {"--end-time", s.end_time.has_value(), {"transient"}},
      {"--end-seconds", s.end_seconds.has_value(), {"transient"}},
      {"--time-scheme", s.time_scheme != standard.time_scheme, {"transient"}},
      {"--time-step", s.time_step.has_value(), {"transient"}},
      {"--time-tolerance", s.time_tolerance != standard.time_tolerance, {"transient"}},
      {"--capacity", !s.capacity.empty(), {"transient"}},
      {"--frames", s.frames != standard.frames, {"transient"}},
      {"--rve", s.rve.has_value(), {"rve"}},
      {"--flux-balance", s.flux_balance != standard.flux_balance, transport_studies()},
      {"--thickness", s.thickness != standard.thickness, {}, without_thickness()},
      {"--separator", s.separator != standard.separator, {}, no_separator},
  };
}

bool names(const std::vector<std::string>& studies, const std::string& name) {
  return std::find(studies.begin(), studies.end(), name) != studies.end();
}

/// Names of what several phases make up, which studies of a partition leave out.
std::vector<std::string> notes_of_composed_names(const Phases& phases) {
  std::vector<std::string> composed;
  for (const NamedPhase& phase : phases.named)
    if (std::ranges::none_of(phase.labels, [&](auto of) { return phases.name_of(of) == phase.name; }))
      composed.push_back(phases_text({{phase}}));
  if (composed.empty()) return {};
  return {fmt::format(
      "{} {} of labels that have names of their own: surfaces, sizes, particles, lines and ways are found of "
      "those alone",
      fmt::join(composed, ", "), composed.size() == 1 ? "is made" : "are made")};
}

/// Checks go by values that are not the default: where one was given all the same, it gets another.
StudySettings as_given(const StudySettings& s, const std::vector<std::string>& given) {
  StudySettings other = s;
  if (names(given, "temperature")) other.temperature = 0;
  if (names(given, "salt-concentration")) other.salt_concentration = 0;
  return other;
}

bool is_given_exponent(const Settings& s, const std::vector<std::string>& given) {
  return s.bruggeman != Settings().bruggeman || names(given, "bruggeman");
}

}  // namespace

bool heeds_thickness(const Study& study) { return !names(without_thickness(), study.name); }

void refuse_unheeded(const Settings& s, const Study& study, const std::vector<std::string>& given) {
  check_has_electrolyte(as_given(s, given));
  if (s.phase_porosity.empty() && is_given_exponent(s, given))
    throw Error(ExitCode::usage, "an exponent of no porous phase", "--bruggeman", "",
                "give --phase-porosity PHASE=POROSITY as well");
  for (const HeededBySome& setting : settings_of_some_studies(s)) {
    if (!setting.differs && !names(given, setting.option + std::strlen("--"))) continue;
    if (setting.heeded_by.empty() ? !names(setting.or_not_by, s.study) : names(setting.heeded_by, s.study))
      continue;
    throw Error(ExitCode::usage, fmt::format("{} does not apply to this study", setting.option),
                "--study " + study.name, "",
                setting.heeded_by.empty()
                    ? "leave it out"
                    : fmt::format("leave it out, or give --study {}", setting.heeded_by.front()));
  }
  if (s.is_grey() && s.default_insulating)
    throw Error(ExitCode::usage, "--default-insulating does not apply where grey values conduct", "",
                "every voxel has its conductivity from its grey value", "leave it out");
}

void refuse_unheeded_by_evaluate(const Settings& s, const std::vector<std::string>& given) {
  check_has_electrolyte(as_given(s, given));
  if (s.phase_porosity.empty() && is_given_exponent(s, given))
    throw Error(ExitCode::usage, "nothing in this run heeds it", "--bruggeman", "",
                "give --phase-porosity PHASE=POROSITY as well, or leave it out");
}

std::vector<std::string> unheeded(const Settings& s, const Study& study) {
  const Settings standard;
  const std::string here = fmt::format("here (--study {})", study.name);
  std::vector<std::string> notices;
  const auto note = [&](bool given, const char* option, const std::string& why) {
    if (given) notices.push_back(fmt::format("{} does nothing {}: {}", option, here, why));
  };
  const bool solves = study.needs_conductivity;
  note(!solves && s.tolerance != standard.tolerance, "--tolerance", "nothing is solved");
  note(!solves && s.solver != standard.solver, "--solver", "nothing is solved");
  note(!solves && s.precision != standard.precision, "--precision", "nothing is solved");
  note(!solves && s.max_iterations != standard.max_iterations, "--max-iterations", "nothing is solved");
  // A file of settings has these for the studies that solve.
  const bool every_way = study.name == "percolation" || study.name == "chords";
  note(!solves && s.axes_named, "--axis",
       every_way ? "it looks along all axes" : "it looks across the thickness (--thickness), or every way");
  note(s.time_step && s.time_tolerance != standard.time_tolerance, "--time-tolerance",
       "--time-step says how long each step is");
  note(solves && !s.phase.empty() && s.conductivity.empty() && s.default_insulating, "--default-insulating",
       "what --phase does not name insulates");
  note(!solves && s.periodic_sides, "--periodic-sides", "nothing goes on beyond the sides");
  const char* reports = every_way ? "it reports every label" : "it reports every phase of --phases";
  note(!solves && !s.phase.empty(), "--phase", reports);
  note(!solves && !s.conductivity.empty(), "--conductivity", std::string("nothing conducts, and ") + reports);
  note(!solves && s.default_insulating, "--default-insulating", "nothing conducts");
  note(!solves && s.unit != standard.unit, "--unit", "nothing conducts");
  note(s.flux_balance != standard.flux_balance && !s.wants_concentration(), "--flux-balance",
       "it is for fields, and none is written (--field, --png)");
  note(!s.slice_at.empty() && s.png.empty() && s.kept.png.empty(), "--slice-at",
       "no picture is drawn (--png)");
  note(study.gives_frames && s.field.empty() && s.kept.field.empty() && s.frames != standard.frames,
       "--frames", "there is no --field");
  note(s.is_grey() && s.allow_absent && s.reactive.empty() && s.phases.named.empty(), "--allow-absent",
       "grey values conduct, and no label is named");
  const std::vector<std::string> of_parts{"interfaces", "triple_lines", "sizes",
                                          "particles",  "chords",       "geodesic"};
  if (names(of_parts, s.study)) append(notices, notes_of_composed_names(s.phases));
  if (!s.png.empty() && study.gives_frames && s.field.empty())
    notices.push_back(
        "--png draws the structure, and uptake and fluxes over time; for concentrations give --field "
        "NAME.pvd");
  else if (!s.png.empty() && !study.gives_field && !study.gives_frames)
    notices.push_back(
        fmt::format("--png draws the structure{} and no concentration: --study {} gives no field",
                    s.impedance ? ", the impedance" : "", study.name));
  return notices;
}

std::vector<std::string> unheeded_by_evaluate(const Settings& s) {
  const bool solves = !s.ionic.empty() || !s.electronic.empty();
  std::vector<std::string> notices;
  const auto note = [&](bool given, const char* option, const char* why) {
    if (given) notices.push_back(fmt::format("{} does nothing here: {}", option, why));
  };
  note(!solves && s.tolerance != Settings().tolerance, "--tolerance",
       "nothing is solved without --ionic or --electronic");
  note(!solves && s.axes_named, "--axis",
       "it is for transport, and nothing is solved without --ionic or --electronic");
  const bool nowhere = s.output.empty() && s.kept.output.empty();
  note(!s.slice_at.empty() && nowhere, "--slice-at", "pictures are drawn into the folder of -o");
  note(!s.operator_name.empty() && nowhere, "--operator", "it is recorded in the folder of -o");
  append(notices, notes_of_composed_names(s.phases));
  return notices;
}

}  // namespace tauvox
