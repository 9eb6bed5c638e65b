// The JSON schema of the report, made from the rows of studies, quantities and settings.
#include <cmath>

#include "host/report/curves_schema.hpp"
#include "host/report/judge.hpp"
#include "host/report/run_report.hpp"
#include "host/report/schema_parts.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/units.hpp"

namespace tauvox {
namespace {

using namespace schema_parts;

constexpr ErrorSource all_sources[] = {ErrorSource::solver, ErrorSource::resolution, ErrorSource::sampling,
                                       ErrorSource::segmentation};

const char* meaning_of(ErrorSource source) {
  switch (source) {
    case ErrorSource::solver:
      return "The discrete problem is solved to a tolerance.";
    case ErrorSource::resolution:
      return "Voxels describe a smooth structure.";
    case ErrorSource::sampling:
      return "The volume is one of many that could have been taken.";
    case ErrorSource::segmentation:
      return "The boundary of the phase may lie a quarter of a voxel elsewhere.";
  }
  return "";
}

Json combined_schema() {
  Json sources = Json::array({nullptr});
  for (const ErrorSource source : all_sources) sources.push_back(name_of(source));
  return object(
      "All uncertainties as one; absent where one that a verdict needs is not known.",
      {{"half_width", described({"number", "null"},
                                "of the interval of 95 %, its wider side, in the unit; null: it has no end",
                                {{"minimum", 0}})},
       {"interval", described("array", "from where to where; null: no end",
                              {{"items", {{"type", {"number", "null"}}}}, {"minItems", 2}, {"maxItems", 2}})},
       {"dominated_by",
        described({"string", "null"}, "source of the largest; null: all are 0", {{"enum", sources}})}});
}

Json verdicts() {
  return Json::array({"pass", "conditional pass", "conditional fail", "fail", "not decided"});
}

Json judgement_schema() {
  const auto maybe = [](const char* meaning) { return described({"number", "null"}, meaning); };
  return object(
      "What a limit says of a quantity.",
      {{"study", text_or_null("that found the value; null: none did, or several results are meant")},
       {"quantity", text("its name")},
       {"subject", text("the phase, the axis, or both, that it is of")},
       {"unit", text_or_null("of all numbers here; null: not known")},
       {"least", maybe("lower limit; null: none")},
       {"most", maybe("upper limit; null: none")},
       {"value", maybe("null: infinite, or not found")},
       {"half_width", maybe("of the combined interval; null: not known, or without an end")},
       {"probability", maybe("that the quantity keeps the limits; null: not known")},
       {"verdict", described("string", "by the decision_rule", {{"enum", verdicts()}})},
       {"reason",
        text_or_null(
            "why it is not decided, failed without a value, or was decided without a half_width; or what "
            "of half_width is less reliable")}});
}

Json quantity_schema(const QuantityDefinition& row) {
  const Property diffusivity = property_of("relative");
  Json range = Json::object();
  if (std::isfinite(row.least)) range["minimum"] = row.least;
  if (std::isfinite(row.most)) range["maximum"] = row.most;
  Json properties;
  properties["value"] = described(
      row.known == Known::always ? Json("number") : Json({"number", "null"}),
      "null: undefined, infinite or without a result; symbol " + in_words_of(diffusivity, row.symbol), range);
  if (row.unit == given_unit)
    properties["unit"] = text("of the conductivities, as given with --unit; 1: relative values");
  else if (row.unit == si_unit)
    properties["unit"] = text_or_null("in SI; null: the unit given is none that is known");
  else
    properties["unit"] = described("string", "of the value; 1: none", {{"const", row.unit}});
  std::vector<std::string> optional;
  if (row.known == Known::with_path || row.known == Known::along_paths) {
    properties["infinite"] = described("boolean", "there is no path", {{"const", true}});
    optional.push_back("infinite");
  }
  if (!row.uncertainties.empty() || !row.evaluated.empty()) {
    Json sources;
    std::vector<std::string> names;
    for (const ErrorSource source : all_sources) {
      if (!may_have(row, source)) continue;
      names.emplace_back(name_of(source));
      sources[names.back()] = object(
          meaning_of(source),
          {{"half_width", described({"number", "null"},
                                    "of the interval around the value, in its unit; null: cannot be said",
                                    {{"minimum", 0}})},
           {"kind",
            described("string", "bound: proven; estimate: believed", {{"enum", {"bound", "estimate"}}})},
           {"one_sided", described("boolean", "the value may be off by all of it, always to the same side",
                                   {{"const", true}})}},
          {"one_sided"});
    }
    properties["uncertainty"] = object("By its source; only what was found.", sources, names);
    if (row.uncertainties.empty()) optional.push_back("uncertainty");
  }
  if (row.bounded)
    properties["bounds"] = described({"array", "null"},
                                     "lower and upper bound for the voxels as they are, proven up to FP64 "
                                     "rounding; null: none was found",
                                     {{"items", {{"type", "number"}}}, {"minItems", 2}, {"maxItems", 2}});
  if (!row.needs.empty()) {
    properties["combined"] = combined_schema();
    optional.push_back("combined");
  }
  return object(in_words_of(diffusivity, row.definition), properties, optional);
}

Json value_is(const Json& schema) { return {{"properties", {{"value", schema}}}}; }

/// What a status says of the values: `then` of a rule.
Json values_with(Status status) {
  const bool stands = status == Status::converged || status == Status::complete;
  Json quantities = Json::object();
  for (const QuantityDefinition& row : all_quantities()) {
    if (row.known == Known::not_converged) {
      if (status != Status::not_converged) quantities[row.name] = false;
    } else if (row.known == Known::with_result || row.known == Known::with_path) {
      Json& rule = quantities[row.name];
      const bool zero = status == Status::not_percolating && row.known == Known::with_result;
      rule = value_is(stands ? Json{{"type", "number"}} : zero ? Json{{"const", 0}} : Json{{"type", "null"}});
      if (row.known == Known::with_path && status == Status::not_percolating)
        rule["required"] = Json::array({"infinite"});
      else if (row.known == Known::with_path)
        rule["properties"]["infinite"] = false;
    } else if (row.bounded && (status == Status::not_converged || status == Status::failed)) {
      quantities[row.name] = value_is({{"type", "null"}});
    }
  }
  Json then{{"properties", {{"quantities", {{"properties", quantities}}}}}};
  if (stands)
    then["properties"]["reason"] = false;
  else
    then["required"] = Json::array({"reason"});
  if (status == Status::converged) then["properties"]["percolates"] = {{"const", true}};
  if (status == Status::not_percolating) then["properties"]["percolates"] = {{"const", false}};
  return then;
}

Json rule(const char* property, const std::string& value, const Json& then) {
  return {{"if", {{"properties", {{property, {{"const", value}}}}}}}, {"then", then}};
}

/// Which quantities a result of a study has.
Json rule_of(const Study& study) {
  Json required = Json::array(), possible = Json::array();
  for (const QuantityDefinition& row : study.quantities)
    if (row.known != Known::not_converged) required.push_back(row.name);
  for (const QuantityDefinition& row : quantities_of_family(study)) possible.push_back(row.name);
  return rule(
      "study", study.name,
      {{"properties", {{"quantities", {{"required", required}, {"propertyNames", {{"enum", possible}}}}}}}});
}

Json solver_schema() {
  return object(
      "How the linear problem was solved.",
      {{"method", text("Krylov method and preconditioner; empty where nothing was solved")},
       {"iterations", amount("of the Krylov method, restarts included", "integer")},
       {"operator_applications", amount("products with the matrix", "integer")},
       {"relative_residual",
        described(
            {"number", "null"},
            "||b - A u|| / ||b|| of the eliminated system, computed in FP64 from the labels; null where "
            "nothing was solved",
            {{"minimum", 0}})},
       {"error", object("Error of effective_ratio on the discrete problem; of the tensor the largest half "
                        "width of an entry over the root "
                        "of the product of its two diagonal entries.",
                        {{"value", described({"number", "null"}, "relative; null where nothing was solved",
                                             {{"minimum", 0}})},
                         {"kind", described("string", "bound: proven; estimate: believed",
                                            {{"enum", {"bound", "estimate"}}})}})},
       {"precision",
        described("string",
                  "mixed: FP32 vectors, FP64 sums; double: all FP64; empty where nothing was solved",
                  {{"enum", {"mixed", "double", ""}}})}});
}

Json stages_schema() {
  const auto cost = [](const char* meaning) {
    return object(meaning, {{"seconds", amount("wall time, in s")},
                            {"bytes_moved", amount("that the kernels had to move, in bytes", "integer")}});
  };
  return object(
      "What the stages took; the rest of `seconds` brings the field to the host and checks the result.",
      {{"transfer", cost("Labels to the memory of the device, as material classes.")},
       {"setup", cost("What percolates, operator, hierarchy of the preconditioner.")},
       {"solve", cost("Iteration and error bound.")}});
}

Json result_schema() {
  Json statuses = Json::array(), quantities, rules = Json::array();
  for (const Status status : all_statuses) {
    statuses.push_back(status_name(status));
    rules.push_back(rule("status", status_name(status), values_with(status)));
  }
  for (const Study& study : studies())
    if (study.extends.empty()) rules.push_back(rule_of(study));
  std::vector<std::string> names;
  for (const QuantityDefinition& row : all_quantities()) {
    quantities[row.name] = quantity_schema(row);
    names.push_back(row.name);
  }
  Json properties;
  properties["study"] = described("string", "that found it", {{"enum", study_names()}});
  properties["label"] =
      described("integer",
                "that it is about; absent where it is about all that conducts, or a phase of several labels");
  properties["phase"] = text("name of the label or phase that it is about; absent where it has none");
  properties["with"] =
      list_of(text("name of a phase"), "the other phases of an interface, or of a line where phases meet");
  properties["axis"] =
      described("string", "direction of transport, or that of the thickness", {{"enum", {"z", "y", "x"}}});
  properties["carrier"] =
      described("string", "whose transport it is, where evaluate was told so by --ionic or --electronic",
                {{"enum", {carrier_ions, carrier_electrons}}});
  properties["status"] = described(
      "string",
      "converged: error below the tolerance; complete: no iteration was needed; not_percolating: an answer, "
      "nothing gets through; not_converged: no result, see best_estimate; failed: a self-check contradicts "
      "the result, which is withheld",
      {{"enum", statuses}});
  properties["reason"] = text("why there is no path or no result");
  properties["percolates"] = described(
      "boolean",
      "a path of face-sharing voxels joins the two outer faces across the axis; of the tensor: one comes "
      "back to itself across joined sides");
  properties["quantities"] = object("What was found, by name.", quantities, names);
  properties["remarks"] = list_of(text("one sentence"), "What limits a quantity, or why it is null.");
  properties["solver"] = solver_schema();
  properties["stages"] = stages_schema();
  properties["seconds"] = amount("wall time, in s, writing left out");
  Json result = object(
      "What a study found for one axis, one label, or both.", properties,
      {"label", "phase", "with", "axis", "carrier", "reason", "percolates", "remarks", "solver", "stages"});
  result["allOf"] = rules;
  return result;
}

Json phase_schema() {
  return object(
      "One label.",
      {{"label",
        described("integer",
                  "value in the file, number of thresholds not above the grey value, or what stands for "
                  "grey_value")},
       {"grey_value",
        described({"number", "null"},
                  "that the label stands for, to rounding, where input.grey says how; null: labels are "
                  "those of the file, or classes between thresholds")},
       {"name", text_or_null("of the phase, as --phases gives it; null: none")},
       {"conductivity", described({"number", "null"},
                                  "diffusivity or conductivity in `unit`; 0: insulator; null: not asked for",
                                  {{"minimum", 0}})},
       {"unit", text_or_null("as given with --unit; 1: relative; null: not asked for")},
       {"voxels", amount("number of voxels", "integer")},
       {"volume_fraction",
        described("number", "over all voxels of the sample", {{"minimum", 0}, {"maximum", 1}})}});
}

Json timings_schema() {
  Json timings =
      object("Wall times in s.", {{"read", amount("reading, in s")},
                                  {"solve", amount("all results, in s")},
                                  {"write", amount("fields and pictures, in s")},
                                  {"total", amount("from the start of the run to this report, in s")}});
  timings["additionalProperties"] = amount("a further stage of the study, in s");
  return timings;
}

Json tool_schema() {
  return object("The program that wrote the report.",
                {{"name", described("string", "of the program", {{"const", "tauvox"}})},
                 {"version", text("of the program")},
                 {"compiler", text("that built it, and its version")},
                 {"cuda", described("boolean", "built with CUDA")},
                 {"formats", list_of(text("a format"), "that this build reads")}});
}

Json memory_schema() {
  return object("Largest amounts at one time.",
                {{"device_peak_bytes", amount("fields, on the CPU or GPU that solved, in bytes", "integer")},
                 {"device_bytes_per_voxel", amount("the same over the number of voxels, in bytes")},
                 {"host_peak_resident_bytes", amount("resident set of the process, in bytes", "integer")}});
}

}  // namespace

Json report_schema(const Json& settings) {
  Json properties;
  properties["schema_version"] =
      described("string", "of this layout; another first number is another layout", {{"const", "2.0"}});
  properties["status"] = described("string", "of the run: that of its worst result",
                                   {{"enum", {"success", "not_converged", "interrupted", "failed"}}});
  properties["exit_code"] = described("integer", "of the program", {{"enum", {0, 6, 9, 10, 11, 75}}});
  properties["unfinished"] =
      object("Only of a run that was asked to end before it was done; the same command goes on.",
             {{"reason", text("signal or limit of time")},
              {"not_done", list_of(text("a part, such as axis x"), "Without a result.")}});
  Json verdict = verdicts();
  verdict.push_back(nullptr);
  properties["verdict"] = described(
      {"string", "null"}, "the worst of the judgements; null: no limits were given", {{"enum", verdict}});
  properties["decision_rule"] =
      described({"string", "null"},
                "guard_band: ILAC-G8:09/2019, 4.2.3; simple: the value alone decides, 4.2.1; null: no limits "
                "were given",
                {{"enum", Json::array({rule_name(true), rule_name(false), nullptr})}});
  properties["judgements"] = list_of(judgement_schema(), "One per limit, in the order of the file.");
  properties["tool"] = tool_schema();
  properties["input"] = schema_of_input();
  properties["phases"] = list_of(phase_schema(),
                                 "Labels of the volume, ascending: all of them, or of more than 1000 "
                                 "(input.labels) the named ones and the most frequent.");
  properties["settings"] = object("Effective settings; null: not given.", settings);
  properties["device"] = text("that was used: cpu with its threads, or cuda:N with its name");
  properties["notices"] = list_of(text("one sentence"), "What was decided or assumed.");
  properties["warnings"] = list_of(text("one sentence"), "What may make the results wrong.");
  properties["timings_s"] = timings_schema();
  properties["memory"] = memory_schema();
  properties["results"] =
      list_of(result_schema(), "One entry per axis or label; axes in the order asked for.");
  properties["curves"] = curves_schema();
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Report of tauvox"}};
  schema.update(
      object("Numbers are finite; what is undefined or infinite is null. Every triple is in the order z, y, "
             "x: first, second, third axis of the stored array.",
             properties, {"unfinished", "curves"}));
  return schema;
}

}  // namespace tauvox
