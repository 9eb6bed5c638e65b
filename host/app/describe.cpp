#include "host/app/describe.hpp"

#include <fmt/format.h>

#include "host/app/describe_electrolyte.hpp"
#include "host/app/describe_input.hpp"
#include "host/app/describe_transient.hpp"
#include "host/studies/study_table.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

/// Not those that an evaluation alone runs.
std::vector<Choice> study_choices() {
  std::vector<Choice> choices;
  for (const Study& study : studies())
    if (std::string(study.name) != "accessible") choices.push_back({study.name, study.meaning});
  return choices;
}

using Rows = std::vector<Setting<Settings>>;

void add_material(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Material";
    facts.changes_result = true;
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "phases",
       .kind = Kind::phases,
       .meaning =
           "names of labels, e.g. pore=0,active=1,binder=2,solid=1+2, for reports and wherever a label "
           "may be given; otherwise those that the file states",
       .for_inspect = true,
       .for_evaluate = true},
      &Settings::phases);
  add({.name = "phase",
       .kind = Kind::labels,
       .meaning =
           "labels or names of phases that conduct (D0 = 1), e.g. 0 or 0,2 or pore; all others insulate"},
      &Settings::phase);
  add({.name = "conductivity",
       .kind = Kind::pairs,
       .meaning = "value for every label or name of a phase, e.g. 0=0,1=0.01,binder=1",
       .unit = "--unit"},
      &Settings::conductivity);
  add({.name = "law",
       .meaning = "grey volumes: conductivity of each voxel as an expression of its grey value g, e.g. "
                  "'k = (1 - g/255)^1.5'; zero insulates",
       .unit = "--unit"},
      &Settings::law);
  add({.name = "conductivity-table",
       .kind = Kind::path_in,
       .meaning =
           "grey volumes: file of two columns, grey value and conductivity, with straight lines between "
           "the rows",
       .unit = "--unit",
       .by_content = true},
      &Settings::conductivity_table);
  add({.name = "phase-porosity",
       .kind = Kind::pairs,
       .meaning =
           "labels or phases with pores that no voxel shows, and their porosity, e.g. binder=0.47: they "
           "conduct D0 porosity^b, with the D0 of the other phases that conduct and b of --bruggeman",
       .for_evaluate = true},
      &Settings::phase_porosity);
  add({.name = "bruggeman",
       .kind = Kind::number,
       .meaning = "exponent b of --phase-porosity",
       .range = Range{1, 10},
       .for_evaluate = true},
      &Settings::bruggeman);
  add({.name = "reactive",
       .kind = Kind::labels,
       .meaning = "--study electrode: labels or names of phases at whose faces ions react, e.g. active; grey "
                  "values by --law: all that insulate, unless named"},
      &Settings::reactive);
  add({.name = "ionic",
       .kind = Kind::labels,
       .meaning = "labels or names of phases that carry ions, e.g. pore: their transport is solved",
       .for_evaluate = true,
       .for_solve = false},
      &Settings::ionic);
  add({.name = "electronic",
       .kind = Kind::pairs,
       .meaning = "relative conductivity of what carries electrons, e.g. active=0.01,binder=1: it is solved",
       .for_evaluate = true,
       .for_solve = false},
      &Settings::electronic);
  add({.name = "unit",
       .meaning = "unit of the conductivities, such as S/m, mS/cm, 1/(ohm m), m2/s or W/(m K); another "
                  "text stays as it is, with a warning: SI units are not known then"},
      &Settings::unit);
  add({.name = "default-insulating", .kind = Kind::flag, .meaning = "labels without a conductivity insulate"},
      &Settings::default_insulating);
  add({.name = "allow-absent",
       .kind = Kind::flag,
       .meaning = "labels named by --phases, --phase or --conductivity need not occur in the volume",
       .for_inspect = true,
       .for_evaluate = true},
      &Settings::allow_absent);
}

void add_problem(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Problem";
    facts.changes_result = true;
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "study", .kind = Kind::choice, .meaning = "what to compute", .choices = study_choices()},
      &Settings::study);
  add({.name = "axis",
       .kind = Kind::axes,
       .meaning = "direction of transport: z, y, x or 0, 1, 2, a list of them, or all",
       .choices = named({"z", "y", "x", "all"}),
       .for_evaluate = true},
      &Settings::axes);
  add({.name = "periodic-sides",
       .kind = Kind::flag,
       .meaning = "join the sides across the other two axes (otherwise: no flux)"},
      &Settings::periodic_sides);
  add({.name = "resolution-study",
       .kind = Kind::flag,
       .meaning = "solve copies with voxels 2 and 4 times as large: the error due to the voxels"},
      &Settings::resolution_study);
  add({.name = "thickness",
       .kind = Kind::choice,
       .meaning = "axis across which separator and collector face each other, for studies of geometry and "
                  "the tensor",
       .choices = named({"z", "y", "x"}),
       .for_evaluate = true},
      &Settings::thickness);
  add({.name = "separator",
       .kind = Kind::choice,
       .meaning = "the end of the thickness at the separator; the collector is at the other",
       .choices = {{"low", "before the first layer"}, {"high", "behind the last"}},
       .for_evaluate = true},
      &Settings::separator);
  add({.name = "impedance",
       .kind = Kind::flag,
       .meaning = "--study electrode: also the impedance over the frequency, by ten more solves"},
      &Settings::impedance);
  add({.name = "double-layer",
       .kind = Kind::number,
       .meaning =
           "with --impedance: capacitance of the faces that react; without it frequencies are relative",
       .unit = "F/m2",
       .range = Range{0, {}, true}},
      &Settings::double_layer);
  add({.name = "charge-transfer-resistance",
       .kind = Kind::number,
       .meaning = "with --impedance: of the faces that react, beside the double layer; without it they block",
       .unit = "ohm m2",
       .range = Range{0, {}, true}},
      &Settings::charge_transfer_resistance);
  add({.name = "no-sampling",
       .kind = Kind::flag,
       .meaning = "leave out the octants, and with them the error due to where the volume was taken",
       .for_evaluate = true,
       .for_solve = false},
      &Settings::no_sampling);
  add({.name = "segmentation-study",
       .kind = Kind::flag,
       .meaning = "solve with the boundary of what conducts a voxel farther out and in: the error due to "
                  "where it is",
       .for_evaluate = true,
       .for_solve = false},
      &Settings::segmentation_study);
}

void add_rve(Rows& rows) {
  rows.push_back(setting<Settings>(
      {.name = "rve",
       .kind = Kind::number,
       .group = "Problem",
       .meaning =
           "evaluate, --study rve (there 0.05 unless given): also solve 27 and 64 parts, for the size of a "
           "volume whose result is known to this",
       .unit = "half width over the value",
       .range = Range{1e-4, 1},
       .changes_result = true,
       .for_evaluate = true},
      &Settings::rve));
}

void add_verdict(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Verdict";
    facts.for_evaluate = true;
    facts.for_solve = false;
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "limits",
       .kind = Kind::path_in,
       .meaning = "limits of quantities (TOML), e.g. porosity = [0.32, 0.38]: a verdict, exit 0, 10 or 11"},
      &Settings::limits);
  add({.name = "operator", .meaning = "name of who evaluates, for the report"}, &Settings::operator_name);
}

void add_solver(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Solver";
    facts.changes_result = facts.name != "threads";  // the same bits for every number of them
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "solver",
       .kind = Kind::choice,
       .meaning = "preconditioner of the conjugate gradients",
       .choices = named({"multigrid", "jacobi"})},
      &Settings::solver);
  add({.name = "tolerance",
       .kind = Kind::number,
       .meaning = "target on the discrete problem",
       .unit = "relative error of D_eff",
       .range = Range{1e-12, 0.1},
       .for_evaluate = true},
      &Settings::tolerance);
  add({.name = "flux-balance",
       .kind = Kind::number,
       .meaning = "where a field, a picture or a flux is wanted, the fluxes through all planes agree to this",
       .unit = "relative deviation",
       .range = Range{1e-6, 1}},
      &Settings::flux_balance);
  add({.name = "max-iterations",
       .kind = Kind::integer,
       .meaning = "give up after this many",
       .range = Range{1}},
      &Settings::max_iterations);
  add({.name = "precision",
       .kind = Kind::choice,
       .meaning = "of the vectors; sums are FP64 always",
       .choices = {{"mixed", "FP32"}, {"double", "FP64"}}},
      &Settings::precision);
  add({.name = "device",
       .kind = Kind::device,
       .meaning = "auto (a GPU that the run fits, that of the local rank; else the CPU), cpu, cuda or cuda:N",
       .choices = named({"auto", "cpu", "cuda"}),
       .for_evaluate = true},
      &Settings::device);
  add({.name = "threads",
       .kind = Kind::integer,
       .meaning = "CPU threads; unless given, all that this process may use",
       .range = Range{1, 4096},
       .for_evaluate = true,
       .unset = 0},
      &Settings::threads);
}

void add_output(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Output";
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "output",
       .letter = 'o',
       .kind = Kind::path_out,
       .meaning = "folder for report.html, results.json, results.csv, settings.toml, figures, and tables of "
                  "profiles "
                  "and sizes",
       .for_evaluate = true,
       .for_solve = false},
      &Settings::output);
  add({.name = "field",
       .kind = Kind::path_out,
       .meaning = "concentration field: NAME.vti or NAME.h5 (several axes: NAME_z.vti ...); of --study "
                  "transient NAME.pvd, with NAME_0000.vti ..."},
      &Settings::field);
  add({.name = "flux",
       .kind = Kind::flag,
       .meaning = "also the flux of each voxel: vectors in the --field, a picture of its magnitude by --png"},
      &Settings::flux);
  add({.name = "fields",
       .kind = Kind::flag,
       .meaning = "fields/ in the folder, for ParaView: local thickness; concentration and flux of each axis",
       .changes_result = true,  // a batch that has none computes them
       .for_evaluate = true,
       .for_solve = false},
      &Settings::fields);
  add({.name = "json",
       .kind = Kind::path_out,
       .meaning = "report; - for standard output",
       .for_inspect = true},
      &Settings::json);
  add({.name = "csv",
       .kind = Kind::path_out,
       .meaning = "table, a row for each result; - for standard output. Tables of the study lie beside it: "
                  "NAME_impedance.csv, NAME_thickness_PHASE.csv, ..."},
      &Settings::csv);
  add({.name = "png",
       .kind = Kind::path_out,
       .meaning =
           "slices: NAME_structure.png, NAME_concentration_z.png, NAME_flux_z.png, ...; with .svg or .pdf "
           "in place of .png those"},
      &Settings::png);
  add({.name = "histogram",
       .kind = Kind::path_out,
       .meaning = "picture (PNG) of how often each value occurs",
       .for_inspect = true,
       .for_solve = false},
      &Settings::histogram);
  add({.name = "slice-at",
       .kind = Kind::cuts,
       .meaning = "where pictures cut the volume, e.g. z=40,x=7; elsewhere in the middle",
       .unit = "layer, from 0",
       .for_evaluate = true},
      &Settings::slice_at);
  add({.name = "overwrite",
       .kind = Kind::flag,
       .meaning = "replace outputs that exist",
       .for_inspect = true,
       .for_evaluate = true,
       .repeats_run = false},
      &Settings::overwrite);
}

void add_run(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Run";
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "time-limit",
       .kind = Kind::duration,
       .meaning = "stop in time, keep what is finished and report it as interrupted (exit code 75); the same "
                  "command "
                  "goes on: 3600, 55m, 1h30m, or as Slurm has it 1:30:00, 1-02:00:00",
       .unit = "s unless said",
       .for_evaluate = true},
      &Settings::time_limit_seconds);
  add({.name = "checkpoint",
       .kind = Kind::path_out,
       .meaning = "where finished parts are kept until the run is over, and long solves beside it (default "
                  "NAME.ckpt beside the first output)",
       .for_evaluate = true,
       .repeats_run = false},
      &Settings::checkpoint);
  add({.name = "dry-run",
       .kind = Kind::flag,
       .meaning = "say what would be done, what memory and (with --calibration) what time it takes; no solve",
       .for_evaluate = true,
       .repeats_run = false},
      &Settings::dry_run);
  add({.name = "calibration",
       .kind = Kind::path_in,
       .meaning =
           "with --dry-run: file of tauvox bench --quick on the machine of the run; for evaluate and batch "
           "results.json of an evaluation with the same settings there",
       .for_evaluate = true,
       .repeats_run = false},
      &Settings::calibration);
  add({.name = "progress",
       .kind = Kind::choice,
       .meaning = "progress on standard error",
       .choices = {{"auto", "a bar on a terminal, lines elsewhere"},
                   {"always", "a bar"},
                   {"plain", "lines"},
                   {"never", "nothing"}},
       .for_evaluate = true,
       .repeats_run = false},
      &Settings::progress);
  add({.name = "quiet",
       .kind = Kind::flag,
       .meaning = "errors only on standard error",
       .for_inspect = true,
       .for_evaluate = true,
       .repeats_run = false},
      &Settings::quiet);
}

}  // namespace

const std::vector<Setting<Settings>>& describe() {
  static const Rows rows = [] {
    Rows r;
    describe_input(r);
    add_material(r);
    describe_electrolyte(r);
    add_problem(r);
    describe_transient(r);
    add_rve(r);
    add_verdict(r);
    add_solver(r);
    add_output(r);
    add_run(r);
    return r;
  }();
  return rows;
}

}  // namespace tauvox
