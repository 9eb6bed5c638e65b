// `tauvox solve` and `tauvox inspect` on the command line; what they do stands in solve.cpp and inspect.cpp.
#include <algorithm>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/log.hpp"
#include "host/app/study_file.hpp"
#include "host/app/unheeded.hpp"
#include "host/studies/study_table.hpp"

namespace tauvox {
namespace {

/// Where the command line says in another way what the study file says, that of the study file goes.
void give_way(const Arguments& arguments, Settings& s) {
  const Settings unset;
  const auto has_one_of = [&](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return arguments.find(name); });
  };
  if (has_one_of({"phase", "conductivity", "law", "conductivity-table"})) {
    s.phase = unset.phase;
    s.conductivity = unset.conductivity;
    s.law = unset.law;
    s.conductivity_table = unset.conductivity_table;
  }
  if (has_one_of({"end-time", "end-seconds"})) s.end_time = s.end_seconds = std::nullopt;
  if (has_one_of({"electrolyte"})) s.unit = unset.unit;
}

/// The study file first, then what the command line says otherwise.
Settings read_settings(const Arguments& arguments, bool SettingFacts::*of_command) {
  Settings settings;
  settings.axes.clear();
  begin_log();
  const std::string& input = arguments.find("input")->words.front();
  if (!input.ends_with(".toml") && !input.ends_with(".TOML")) {
    apply(describe(), arguments, settings);
    return settings;
  }
  const Given* overwrite = arguments.find("overwrite");
  const StudyFileNotices notices =
      read_study_file(input, settings, overwrite && overwrite->text() == "true", of_command);
  const std::string volume = settings.input;
  give_way(arguments, settings);
  apply(describe(), arguments, settings);
  settings.input = volume;
  for (const std::optional<std::string>& said : {notices.kept, notices.left_out})
    if (said && !settings.quiet) print_notice(*said);
  return settings;
}

/// And whether the direction of transport was named: the default and "all" name none.
Settings settings_from(const Arguments& arguments, bool SettingFacts::*of_command) {
  Settings settings = read_settings(arguments, of_command);
  settings.axes_named = !settings.axes.empty() && settings.axes.size() < all_axes.size();
  if (settings.axes.empty()) settings.axes = {Axis::z};
  return settings;
}

std::vector<std::string> names_of(const Arguments& arguments) {
  std::vector<std::string> names;
  for (const Given& given : arguments.given) names.push_back(given.setting->name);
  return names;
}

ExitCode solve(const Arguments& arguments, bool& json_to_stdout) {
  const Settings settings = settings_from(arguments, &SettingFacts::for_solve);
  json_to_stdout = settings.json == "-";
  refuse_unheeded(settings, study_named(settings.study), names_of(arguments));
  return run_solve(settings);
}

ExitCode evaluate(const Arguments& arguments, bool&) {
  const Settings settings = settings_from(arguments, &SettingFacts::for_evaluate);
  refuse_unheeded_by_evaluate(settings, names_of(arguments));
  return run_evaluate(settings);
}

ExitCode inspect(const Arguments& arguments, bool& json_to_stdout) {
  Settings settings;
  apply(describe(), arguments, settings);
  json_to_stdout = settings.json == "-";
  return run_inspect(settings);
}

}  // namespace

namespace {

std::vector<const SettingFacts*> facts_where(bool SettingFacts::*of_command) {
  std::vector<const SettingFacts*> rows;
  for (const SettingFacts* facts : facts_of(describe()))
    if (facts->*of_command) rows.push_back(facts);
  return rows;
}

/// It solves along all axes unless some are named.
std::vector<const SettingFacts*> facts_of_evaluate() {
  static SettingFacts axis;
  std::vector<const SettingFacts*> rows = facts_where(&SettingFacts::for_evaluate);
  for (const SettingFacts*& facts : rows)
    if (facts->name == "axis") {
      axis = *facts;
      axis.standard = "all";
      facts = &axis;
    }
  return rows;
}

}  // namespace

Command solve_command() {
  return {.name = "solve",
          .meaning = "effective diffusivity or conductivity and tortuosity factor",
          .settings = facts_where(&SettingFacts::for_solve),
          .examples = {{"tauvox solve cathode.h5 --phase 0 --axis all", "label 0 conducts, along all axes"},
                       {"tauvox solve cathode.tif --conductivity 0=0,1=0.01,2=1 --unit S/m --json out.json",
                        "two phases conduct; the report in a file"},
                       {"tauvox solve study.toml", "the same as a study file"},
                       {"tauvox solve out.settings.toml", "an earlier run again"}},
          .run = solve,
          .notes =
              "Every option is also a key of a study file in TOML: axis = \"z\", phase = [0, 2], "
              "conductivity = { 0 = 0, 1 = 0.01 }. Paths in it are relative to its folder; the command "
              "line wins over it. The effective settings are written beside the results as "
              "NAME.settings.toml, a study file that repeats the run: what that run wrote is written "
              "again only with --overwrite."};
}

Command evaluate_command() {
  return {
      .name = "evaluate",
      .meaning = "an electrode: geometry, transport where it is named, uncertainties, verdict",
      .settings = facts_of_evaluate(),
      .examples = {{"tauvox evaluate cathode.h5 --phases pore=0,active=1,binder=2 -o report",
                    "all metrics, in a folder"},
                   {"tauvox evaluate cathode.h5 --phases pore=0,active=1,binder=2 --ionic pore --limits "
                    "limits.toml -o report",
                    "transport in the pores as well, along all axes, and a verdict"},
                   {"tauvox evaluate report/settings.toml", "an earlier evaluation again"}},
      .run = evaluate,
      .notes =
          "Every label needs the name of a phase; a name of several labels, such as solid=1+2, has its "
          "fractions, percolation and connectivity as well, and can be what --ionic and --electronic name. "
          "Without --phases, and where the file states none, the labels are listed, and the line to "
          "complete. Transport is solved along "
          "all axes unless --axis is given. Every number has its "
          "definition in 'tauvox info --quantities'."};
}

Command inspect_command() {
  return {.name = "inspect",
          .meaning = "what is in a volume: shape, labels, percolation; no solve",
          .settings = facts_where(&SettingFacts::for_inspect),
          .examples = {{"tauvox inspect cathode.tif", "shape, type, labels, what percolates"},
                       {"tauvox inspect scan.tif --filter median --histogram histogram.png",
                        "a grey volume: how often each value occurs, and where to cut"}},
          .run = inspect};
}

}  // namespace tauvox
