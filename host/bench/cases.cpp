#include "host/bench/cases.hpp"

namespace tauvox::bench {
namespace {

GenerateSettings electrode(double porosity, double binder, std::uint64_t seed) {
  GenerateSettings s;
  s.porosity = porosity;
  s.binder = binder;
  s.seed = seed;
  return s;
}

GenerateSettings shape(const char* name, double fraction, std::uint64_t seed) {
  GenerateSettings s;
  s.shape = name;
  s.fraction = fraction;
  s.seed = seed;
  return s;
}

}  // namespace

const std::vector<Case>& cases() {
  // Carbon-binder conducts a hundred times better than the particles it ties together. Site percolation at
  // 0.34 percolates in every size used and needs three times the iterations of a packing.
  static const std::vector<Case> rows{
      {"sphere-packing",
       "pore between packed spheres with 2 % of binder, porosity 0.4",
       electrode(0.4, 0.02, 1),
       {{0, 1}},
       0.4,
       1.1,
       5},
      {"carbon-binder",
       "electrons in a cathode: particles 0.01, carbon-binder 1, porosity 0.3",
       electrode(0.3, 0.12, 2),
       {{1, 0.01}, {2, 1}},
       0.7,
       1.1,
       5},
      {"gyroid",
       "one half of a gyroid, four cells along an edge",
       shape("gyroid", 0.5, 1),
       {{0, 1}},
       0.5,
       1.1,
       1},
      {"near-percolation",
       "site percolation, 0.34 of the voxels, where paths end below 0.3116",
       shape("site-percolation", 0.34, 1),
       {{0, 1}},
       0.34,
       1.5,
       1},
  };
  return rows;
}

const Case& case_named(const std::string& name) {
  std::string names;
  for (const Case& row : cases()) {
    if (row.name == name) return row;
    names += (names.empty() ? "" : ", ") + row.name;
  }
  throw Error(ExitCode::usage, "unknown case '" + name + "'", "--cases", "", "choose from: " + names);
}

Volume make_volume(const Case& row, std::int64_t edge) {
  GenerateSettings settings = row.volume;
  settings.size = {edge, edge, edge};
  return generate(settings);
}

Settings solve_settings(const Case& row, const std::string& precision, double tolerance) {
  Settings settings;
  settings.conductivity.assign(row.conductivity.begin(), row.conductivity.end());
  settings.default_insulating = true;
  settings.precision = precision;
  settings.tolerance = tolerance;
  return settings;
}

}  // namespace tauvox::bench
