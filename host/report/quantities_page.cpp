// docs/quantities.md, printed by `tauvox info --quantities`.
#include <fmt/format.h>

#include "host/report/quantity_words.hpp"
#include "host/report/run_report.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/units.hpp"

namespace tauvox {
namespace {

/// A bar would end the cell of a table.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string needs_of(const QuantityDefinition& row) {
  std::vector<std::string> names;
  bool can_be_known = true;
  for (const ErrorSource source : row.needs) {
    names.emplace_back(name_of(source));
    can_be_known = can_be_known && may_have(row, source);
  }
  return can_be_known ? fmt::format("{}", fmt::join(names, ", ")) : "not decided";
}

std::string line_of(const QuantityDefinition& row) {
  const Property property = property_of("relative");
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", row.name, cell(in_words_of(property, row.symbol)),
                     unit_in_words(row), cell(in_words_of(property, row.definition)),
                     uncertainties_in_words(row), needs_of(row));
}

}  // namespace

std::string quantities_page() {
  std::string page =
      "# Quantities\n\n"
      "Made by `tauvox info --quantities` from the rows of the studies. A name is the key in the JSON "
      "report\n"
      "(`results[].quantities.NAME`) and the column of the CSV table. D stands for the property that was "
      "asked\n"
      "for: a diffusivity (m2/s), an electrical conductivity sigma (S/m) or a thermal conductivity k (W/(m "
      "K)).\n\n"
      "Each uncertainty is half of the width of an interval around the value, in the unit of the value.\n"
      "`solver`: the discrete problem is solved to a tolerance; proven where its kind is `bound`. "
      "`resolution`:\n"
      "voxels describe a smooth structure; an estimate. `sampling`: the volume is one of many that could "
      "have been\n"
      "taken; an estimate of 95 %. `segmentation`: the boundary may lie a quarter of a voxel elsewhere. "
      "`bounds`:\n"
      "a lower and an upper bound for the voxels as they are. CSV of `solve`: "
      "`NAME_uncertainty_solver`,\n"
      "`NAME_uncertainty_resolution`, `NAME_uncertainty_sampling`, `NAME_lower`, `NAME_upper`; of "
      "`evaluate`: a row\n"
      "for each number. Undefined is null (an empty cell), infinite is null with `\"infinite\": true` "
      "(`inf`).\n\n"
      "A verdict on a quantity needs the uncertainties of the last column; where one of them is not known "
      "it is\n"
      "`not decided`. Others do not apply and count as exactly 0, or count where they are there "
      "(`segmentation` of\n"
      "transport, by `--segmentation-study`). Where the column says `not decided`, an uncertainty that "
      "applies is\n"
      "never computed. `combined` is U = 2 sqrt(sum of u^2) + sum of b: u is a / 1.96 of a half width a, a / "
      "sqrt(3)\n"
      "where it is a bound; b is a where the value may be off by all of it to one side, as by a copy with "
      "larger\n"
      "voxels.\n\n"
      "Where voxels are outside of the sample (`--outside`, `--mask`) they conduct nothing, and all voxels "
      "are "
      "those of\n"
      "the sample: so are the volumes and areas that others are over. Its surface is as the sides of the "
      "volume are: no\n"
      "interface, no wall that a size ends at, a place behind which everything is unknown. D_eff is the "
      "current through\n"
      "the sample x length / (area x difference), which has a meaning along axes where its section is the "
      "same in all\n"
      "layers; along others transport is refused.\n";
  for (const Study& study : studies()) {
    page += fmt::format("\n## {}\n\n`--study {}`: {}.", study.name, study.name, study.meaning);
    if (!study.extends.empty()) page += fmt::format(" Adds to the results of `{}`.", study.extends);
    page +=
        "\n\n| name | symbol | unit | definition | uncertainties | a verdict needs "
        "|\n|---|---|---|---|---|---|\n";
    for (const QuantityDefinition& row : study.quantities) page += line_of(row);
  }
  return page;
}

}  // namespace tauvox
