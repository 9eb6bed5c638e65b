// The tables: one row per result, a header with the names of the quantities; or one row per number.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/report/escape.hpp"
#include "host/report/judge.hpp"
#include "host/report/run_report.hpp"
#include "host/studies/combined.hpp"
#include "host/studies/units.hpp"

namespace tauvox {
namespace {

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

/// Rows of the same columns, and the names of those above.
std::string table_of(const Cells& head, const std::vector<Cells>& rows) {
  std::string csv;
  const auto line = [&](const Cells& cells, auto member) {
    for (const auto& cell : cells) {
      if (&cell != cells.data()) csv += ',';
      csv += csv_quoted(cell.*member);
    }
    csv += '\n';
  };
  line(head, &Cells::value_type::first);
  for (const Cells& cells : rows) line(cells, &Cells::value_type::second);
  return csv;
}

Cells cells_of(const RunReport& report, const Result& result, const Quantity& quantity) {
  const QuantityDefinition& row = definition_of(report.quantities, quantity.name);
  const Property property = property_of(report.materials.unit);
  const std::optional<Combined> all = combined(quantity, row);
  const Judgement* judgement = judgement_of(report.judgements, result, quantity.name);
  const Judgement limits = judgement ? *judgement : Judgement{};
  Cells cells{{"input", report.volume->path},
              {"study", result.study},
              {"quantity", quantity.name},
              {"phase", result.phase},
              {"with", fmt::format("{}", fmt::join(result.with, "+"))},
              {"axis", result.axis ? axis_name(*result.axis) : ""},
              {"value", quantity.infinite ? "inf" : number(quantity.value)},
              {"unit", unit_of(row, property)}};
  for (const ErrorSource source :
       {ErrorSource::solver, ErrorSource::resolution, ErrorSource::sampling, ErrorSource::segmentation})
    cells.emplace_back(fmt::format("uncertainty_{}", name_of(source)),
                       number(result.half_width(quantity.name, source)));
  cells.emplace_back("uncertainty_combined", all ? number(all->half_width) : "");
  cells.emplace_back("dominated_by", all && all->dominant ? name_of(*all->dominant) : "");
  cells.emplace_back("status", status_name(result.status));
  cells.emplace_back("limit_least", number(limits.least));
  cells.emplace_back("limit_most", number(limits.most));
  cells.emplace_back("probability", number(limits.probability));
  cells.emplace_back("verdict", limits.verdict);
  cells.emplace_back("definition", in_words_of(property_of(result, property), row.definition));
  cells.emplace_back("carrier", result.carrier);
  return cells;
}

}  // namespace

std::string to_csv(const RunReport& report) {
  std::vector<Cells> rows;
  for (const Result& result : report.results) rows.push_back(cells_of(report, result));
  return table_of(rows.empty() ? cells_of(report, Result{}) : rows.front(), rows);
}

std::string to_long_csv(const RunReport& report) {
  std::vector<Cells> rows;
  for (const Result& result : report.results)
    for (const Quantity& quantity : result.quantities) rows.push_back(cells_of(report, result, quantity));
  return table_of(rows.empty() ? Cells{} : rows.front(), rows);
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
