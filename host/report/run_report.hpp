// What a run found, as JSON, table and text; each is a loop over the quantities of the study. Undefined is
// null, never NaN.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/report/judgement.hpp"
#include "host/settings/phases.hpp"
#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"
#include "host/studies/units.hpp"
#include "io/statements.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

struct MemoryReport {
  std::int64_t device_peak_bytes = 0, host_peak_resident_bytes = 0;
  double bytes_per_voxel = 0;  // of the device buffers at their peak
};

/// A run that was asked to end before it was done.
struct Unfinished {
  std::string why;                    // "signal 15 (Terminated)"
  std::vector<std::string> not_done;  // "axis x"
};

struct RunReport {
  const Volume* volume = nullptr;
  Materials materials;
  Phases phases;        // names of labels
  io::History history;  // of the volume, as its file states it
  std::string device;
  QuantityDefinitions quantities;  // rows of what the results can hold
  std::vector<Result> results;
  std::vector<Curve> curves;
  std::vector<std::string> notices, warnings;           // decisions and assumptions; what may make it wrong
  std::vector<std::pair<std::string, double>> seconds;  // stage -> wall time
  std::vector<Judgement> judgements;                    // one per limit and what it is of
  bool guarded = true;                                  // by guard bands; otherwise the value alone decides
  std::string verdict;  // of them all: the worst; empty where no limits were given
  MemoryReport memory;
  std::optional<Unfinished> unfinished;
  std::vector<std::string> fields;  // files that hold values of voxels
};

/// Program name, version and how it was built.
nlohmann::ordered_json tool_json();
/// @param settings name -> typed value
nlohmann::ordered_json report_json(const RunReport& report, const nlohmann::ordered_json& settings);
/// JSON schema (2020-12) of what to_json writes, from the rows of all studies.
/// @param settings a schema of each setting, by its name
nlohmann::ordered_json report_schema(const nlohmann::ordered_json& settings);

/// One row per result; the columns are those of report.quantities, whatever was found.
std::string to_csv(const RunReport& report);
/// One row per number, with all that it is uncertain by, its definition and its limits; empty cells are not
/// known, 0 is what cannot apply.
std::string to_long_csv(const RunReport& report);
/// A column each, under its name.
std::string to_csv(const Curve& curve);

/// `name` in a column as wide as the names of the phases; empty where there are none.
std::string padded_name(const Phases& phases, const std::string& name);

/// For the terminal, in this order: the volume, each result as soon as it is known, and warnings.
std::string text_of_volume(const RunReport& report);
/// Status and first quantity, of a result that is not complete yet.
std::string text_of_headline(const RunReport& report, const Result& result);
std::string text_of_result(const RunReport& report, const Result& result);
std::string text_of_warnings(const RunReport& report);
/// Where the voxel size comes from, or that voxels are taken as cubes.
std::string text_of_voxel_size(const Volume& volume);
/// "" where all voxels are of the sample.
std::string text_of_outside(const Volume& volume);

/// docs/quantities.md: every quantity of every study.
std::string quantities_page();

/// What a result is of: an electrical conductivity where electrons are carried, also a relative one.
Property property_of(const Result& result, const Property& given);
/// In words of what was given; empty where it is not known.
std::string unit_of(const QuantityDefinition& row, const Property& property);
/// Whether it is a value without a unit, and the same number as its ratio to D0: D0 is 1.
bool repeats_ratio(const Result& result, const Quantity& q, const QuantityDefinition& row,
                   const Property& property);

/// Row of that name. @throws Error(internal) when a study fills what it has not defined
const QuantityDefinition& definition_of(const QuantityDefinitions& rows, const std::string& name);

/// Exit code of the worst status: converged and not percolating are successes.
ExitCode exit_code(const std::vector<Result>& results);
/// The same; where the run was asked to end before it was done, that; where all are successes, that of the
/// verdict.
ExitCode exit_code(const RunReport& report);

}  // namespace tauvox
