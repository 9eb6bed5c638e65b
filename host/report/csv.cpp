// The table: one row per result, a header with the names of the quantities.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/report/run_report.hpp"
#include "host/studies/units.hpp"

namespace tauvox {
namespace {

/// As RFC 4180 wants it: quotes where a comma, a quote or a line break is in the text.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string number(const std::optional<double>& value) { return value ? fmt::format("{:.17g}", *value) : ""; }

/// Name and text of every cell of a result; the header is the names.
using Cells = std::vector<std::pair<std::string, std::string>>;

void add_quantity(Cells& cells, const QuantityDefinition& row, const Result& result) {
  const Quantity* q = result.quantity(row.name);
  cells.emplace_back(row.name, !q ? "" : q->infinite ? "inf" : number(q->value));
  if (row.bounded)
    for (const std::size_t side : {0u, 1u})
      cells.emplace_back(row.name + (side == 0 ? "_lower" : "_upper"),
                         q && q->bounds ? number((*q->bounds)[side]) : "");
  for (const ErrorSource source : row.uncertainties)
    cells.emplace_back(row.name + "_uncertainty_" + name_of(source),
                       number(result.half_width(row.name, source)));
}

/// "pore", "active+binder"; empty where no label that conducts has a name.
std::string conducting_phases(const RunReport& report) {
  std::string names;
  for (const Phase& phase : report.materials.phases) {
    const std::string name = phase.conductivity > 0 ? report.phases.name_of(phase.label) : "";
    if (!name.empty()) names += (names.empty() ? "" : "+") + name;
  }
  return names;
}

Cells cells_of(const RunReport& report, const Result& result) {
  const Property property = property_of(report.materials.unit);
  const SolverResult solver = result.solver.value_or(SolverResult{});
  Cells cells{{"input", report.volume->path},
              {"study", result.study},
              {"label", result.label ? std::to_string(*result.label) : ""},
              {"axis", result.axis ? axis_name(*result.axis) : ""},
              {"status", status_name(result.status)},
              {"unit", report.materials.unit},
              {"si_unit", property.si}};
  for (const QuantityDefinition& row : report.quantities) add_quantity(cells, row, result);
  cells.emplace_back("error", number(solver.error));
  cells.emplace_back("error_kind", result.solver ? solver.error_kind : "");
  cells.emplace_back("iterations", result.solver ? std::to_string(solver.iterations) : "");
  cells.emplace_back("seconds", fmt::format("{:.6g}", result.seconds));
  cells.emplace_back("phase",
                     result.label || !result.phase.empty() ? result.phase : conducting_phases(report));
  cells.emplace_back("with", fmt::format("{}", fmt::join(result.with, "+")));
  return cells;
}

}  // namespace

std::string to_csv(const RunReport& report) {
  std::string csv;
  const auto line = [&](const Cells& cells, auto member) {
    for (const auto& cell : cells) {
      if (&cell != cells.data()) csv += ',';
      csv += quoted(cell.*member);
    }
    csv += '\n';
  };
  line(cells_of(report, report.results.empty() ? Result{} : report.results.front()),
       &Cells::value_type::first);
  for (const Result& result : report.results) line(cells_of(report, result), &Cells::value_type::second);
  return csv;
}

std::string to_csv(const Curve& curve) {
  std::string csv = fmt::format("{}\n", fmt::join(curve.columns, ","));
  for (std::size_t i = 0; i < curve.values.front().size(); ++i)
    for (const std::vector<double>& column : curve.values)
      csv += fmt::format("{}{:.10g}{}", &column == curve.values.data() ? "" : ",", column[i],
                         &column == &curve.values.back() ? "\n" : "");
  return csv;
}

}  // namespace tauvox
