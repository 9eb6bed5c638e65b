#include "host/app/describe_transient.hpp"

namespace tauvox {
namespace {

constexpr double longest_transient =
    1e6;  // all has long been steady; beyond, sums lose the balance to rounding
constexpr double most_frames = 1000;

}  // namespace

void describe_transient(std::vector<Setting<Settings>>& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Transient";
    facts.changes_result = true;
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "boundary",
       .kind = Kind::choice,
       .meaning = "--study transient: what is held at concentration 1 and 0",
       .choices = {{"uptake", "1 before the first layer along the axis; all else is sealed"},
                   {"membrane", "1 before the first layer, 0 behind the last"}}},
      &Settings::boundary);
  add({.name = "capacity",
       .kind = Kind::pairs,
       .meaning =
           "--study transient: what a voxel of a label or phase holds per concentration, over one that "
           "is all pore, e.g. binder=0.47; else the porosity of --phase-porosity, or 1"},
      &Settings::capacity);
  add({.name = "end-time",
       .kind = Kind::number,
       .meaning = "--study transient: when it ends; 1 unless said",
       .unit = "L^2/D0",
       .range = Range{0, longest_transient, true}},
      &Settings::end_time);
  add({.name = "end-seconds",
       .kind = Kind::duration,
       .meaning = "the same as a time, where voxel size and diffusivity are known: 90, 15m, 2h",
       .unit = "s unless said"},
      &Settings::end_seconds);
  add({.name = "time-scheme",
       .kind = Kind::choice,
       .meaning = "--study transient: how steps in time are made",
       .choices = {{"tr-bdf2", "second order, chooses its steps"},
                   {"bdf2", "second order, steps of --time-step"},
                   {"backward-euler", "first order, steps of --time-step; never leaves 0 .. 1"}}},
      &Settings::time_scheme);
  add({.name = "time-step",
       .kind = Kind::number,
       .meaning = "--study transient: length of every step; tr-bdf2 chooses it unless it is given",
       .unit = "L^2/D0",
       .range = Range{0, {}, true}},
      &Settings::time_step);
  add({.name = "time-tolerance",
       .kind = Kind::number,
       .meaning = "--study transient: largest error of a step that is chosen, root mean square",
       .unit = "concentration of the plate",
       .range = Range{1e-9, 0.1}},
      &Settings::time_tolerance);
  rows.push_back(setting<Settings>(
      {.name = "frames",
       .kind = Kind::integer,
       .group = "Transient",
       .meaning = "--study transient --field NAME.pvd: fields after the first, at most; even in the root of "
                  "time, at ends of steps",
       .range = Range{1, most_frames}},
      &Settings::frames));
}

}  // namespace tauvox
