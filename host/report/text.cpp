// The report for the terminal, piece by piece as it becomes known.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "host/report/digits.hpp"
#include "host/report/run_report.hpp"
#include "host/studies/units.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

/// Digits that the error supports, and one more.
std::string rounded_to(double value, double relative_error) {
  const int digits =
      std::clamp(static_cast<int>(std::ceil(-std::log10(std::max(relative_error, 1e-12)))) + 1, 4, 13);
  return fmt::format("{:.{}g}", value, digits);
}

/// @param factor to the unit that is shown
std::string value_text(const Quantity& q, double factor) {
  if (q.infinite) return "infinite";
  const bool unknown =
      !q.uncertainties.empty() && std::all_of(q.uncertainties.begin(), q.uncertainties.end(),
                                              [](const Uncertainty& u) { return !u.half_width; });
  if (unknown) return fmt::format("{:.2g}", *q.value * factor);  // its digits would mean nothing
  const Uncertainty* solver = q.uncertainty(ErrorSource::solver);
  if (!solver || !solver->half_width || *q.value == 0) return fmt::format("{:.5g}", *q.value * factor);
  if (std::abs(*q.value) < *solver->half_width / 10) return "0";
  return rounded_to(*q.value * factor, *solver->half_width / std::abs(*q.value));
}

/// One line; empty for what is not for the terminal or has no value.
std::string line_of(const Result& result, const Quantity& q, const QuantityDefinition& row,
                    const Property& property) {
  if (!row.in_text || repeats_ratio(result, q, row, property) || (!q.value && !q.infinite)) return "";
  const ShownUnit unit = shown_unit(unit_of(row, property));
  const Property words = property_of(result, property);
  const std::string value = value_text(q, unit.factor);
  const double rounding =
      q.infinite ? 0 : std::abs(std::strtod(value.c_str(), nullptr) - *q.value * unit.factor);
  std::string line = fmt::format("  {:<36}{:<16} = {}", in_words_of(words, row.title),
                                 in_words_of(words, row.symbol), value);
  if (unit.name != "1") line += " " + unit.plain;
  for (const Uncertainty& u : q.uncertainties)
    if (u.half_width)
      line +=
          fmt::format(" +- {} ({}, {})",
                      *u.half_width == 0 ? "0"
                                         : rounded_up(*u.half_width * unit.factor + (u.proven ? rounding : 0),
                                                      u.source == ErrorSource::solver ? 1 : 2),
                      name_of(u.source), u.proven ? "bound" : "estimate");
  return line + "\n";
}

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// "grey values 0 to 255, 250 of them: diffusivity from 0 to 1, 0.9 of the volume conducts"; or labels
std::string text_of_many(const Materials& materials, const Volume& volume, const Property& property) {
  const std::int64_t first = materials.phases.front().label, last = materials.phases.back().label;
  const std::string range = volume.grey
                                ? fmt::format("grey values {:.6g} to {:.6g}", volume.grey->value_of(first),
                                              volume.grey->value_of(last))
                                : fmt::format("labels {} to {}", first, last);
  const auto [least, most] =
      std::minmax_element(materials.phases.begin(), materials.phases.end(),
                          [](const Phase& a, const Phase& b) { return a.conductivity < b.conductivity; });
  return fmt::format("  {}, {} of them: {} from {:g} to {:g}{}, {:.5f} of the volume conducts\n", range,
                     materials.phases.size(), property.name, least->conductivity, most->conductivity,
                     property.unit == "1" ? "" : " " + property.unit, materials.volume_fraction);
}

std::string text_of_status(const Result& result) {
  std::string out = fmt::format("{}: {}", subject_of(result), words(status_name(result.status)));
  if (result.solver && result.solver->iterations > 0)
    out += fmt::format(", {} iterations, {:.2f} s", result.solver->iterations, result.seconds);
  return out + "\n" + (result.reason ? fmt::format("  {}\n", *result.reason) : "");
}

}  // namespace

bool repeats_ratio(const Result& result, const Quantity& q, const QuantityDefinition& row,
                   const Property& property) {
  if (row.unit != given_unit || property.unit != "1") return false;
  for (const std::string of : {"effective_", "principal_"})
    if (q.name.starts_with(of + "value")) {
      std::string ratio = q.name;
      ratio.replace(of.size(), 5, "ratio");
      return q.value && result.value(ratio) == q.value;
    }
  return false;
}

Property property_of(const Result& result, const Property& given) {
  if (result.carrier != carrier_electrons || given.unit != "1") return given;
  Property property = given;
  property.name = "electrical conductivity";
  property.symbol = "sigma";
  return property;
}

std::string unit_of(const QuantityDefinition& row, const Property& property) {
  if (row.unit == given_unit) return property.unit;
  return row.unit == si_unit ? property.si : row.unit;
}

std::string text_of_voxel_size(const Volume& volume) {
  if (!volume.voxel_size && volume.voxel_ratio) {
    const auto& [z, y, x] = *volume.voxel_ratio;
    return fmt::format("  voxel size unknown, edges z,y,x as {:g} : {:g} : {:g} ({})\n", z, y, x,
                       volume.voxel_size_source);
  }
  if (!volume.voxel_size)
    return "  voxel size unknown, voxels taken as cubes (give --voxel-size if they are not)\n";
  const auto& [z, y, x] = *volume.voxel_size;
  return fmt::format("  voxel size z,y,x {:g}, {:g}, {:g} um ({})\n", z * 1e6, y * 1e6, x * 1e6,
                     volume.voxel_size_source);
}

std::string text_of_outside(const Volume& volume) {
  if (!volume.outside) return "";
  return fmt::format("  outside of the sample: {} voxels of the box, not counted ({})\n",
                     volume.outside->voxels, volume.outside->source);
}

std::string padded_name(const Phases& phases, const std::string& name) {
  std::size_t widest = 4;
  for (const NamedPhase& phase : phases.named) widest = std::max(widest, phase.name.size());
  return phases.named.empty() ? "" : fmt::format("{:<{}}  ", name, widest);
}

std::string text_of_volume(const RunReport& report) {
  const Volume& v = *report.volume;
  const Property property = property_of(report.materials.unit);
  std::string out = fmt::format("{}  {}  on {}\n", v.path, to_string(v.extent), report.device);
  out += text_of_voxel_size(v);
  constexpr std::size_t most_lines = 64;
  const std::vector<Phase>& phases = report.materials.phases;
  if (phases.size() > most_lines)
    return out + text_of_many(report.materials, v, property) + text_of_outside(v);
  for (const Phase& p : phases)
    out += fmt::format("  {}  {}volume fraction {:.5f}  {} {:g}{}\n",
                       v.grey ? fmt::format("grey value {:>8.6g}", v.grey->value_of(p.label))
                              : fmt::format("label {:>5}", p.label),
                       padded_name(report.phases, report.phases.name_of(p.label)), p.volume_fraction,
                       property.name, p.conductivity, property.unit == "1" ? "" : " " + property.unit);
  return out + text_of_outside(v);
}

std::string text_of_headline(const RunReport& report, const Result& result) {
  const Property property = property_of(report.materials.unit);
  std::string out = text_of_status(result);
  for (const Quantity& q : result.quantities)
    if (const std::string line = line_of(result, q, definition_of(report.quantities, q.name), property);
        !line.empty())
      return out + line;
  return out;
}

std::string text_of_result(const RunReport& report, const Result& result) {
  const Property property = property_of(report.materials.unit);
  std::string out = text_of_status(result);
  const bool has_estimate =
      std::any_of(result.quantities.begin(), result.quantities.end(), [&](const auto& q) {
        return q.value && definition_of(report.quantities, q.name).known == Known::not_converged;
      });
  if (result.status == Status::not_converged)
    out += has_estimate ? "  no result; the best estimate so far is in the JSON report, marked as such\n"
                        : "  no result\n";
  for (const Quantity& q : result.quantities)
    out += line_of(result, q, definition_of(report.quantities, q.name), property);
  for (const std::string& remark : result.remarks) out += fmt::format("  {}\n", remark);
  return out;
}

std::string text_of_warnings(const RunReport& report) {
  std::string out;
  for (const std::string& warning : report.warnings) out += "warning: " + io::printable(warning) + "\n";
  return out;
}

}  // namespace tauvox
