// batch.csv: one line a volume, phase and axis.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "host/batch/lot.hpp"
#include "host/report/escape.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

std::string cell(const std::string& given) { return csv_cell(io::printable(given)); }

std::string number(const std::optional<double>& value) { return value ? fmt::format("{:.17g}", *value) : ""; }

/// A quantity and the kinds of its uncertainties that occur anywhere.
struct Column {
  std::string quantity;
  std::vector<std::string> kinds;
};

std::vector<Column> columns_of(const std::vector<LotVolume>& volumes) {
  std::vector<Column> columns;
  for (const LotVolume& volume : volumes)
    for (const LotRow& row : volume.rows)
      for (const auto& [name, value] : row.values) {
        auto column = std::find_if(columns.begin(), columns.end(),
                                   [&quantity = name](const Column& c) { return c.quantity == quantity; });
        if (column == columns.end()) column = columns.insert(columns.end(), Column{name, {}});
        for (const auto& [kind, width] : value.half_widths)
          if (std::find(column->kinds.begin(), column->kinds.end(), kind) == column->kinds.end())
            column->kinds.push_back(kind);
      }
  return columns;
}

void add_values(std::vector<std::string>& cells, const std::vector<Column>& columns, const LotRow& row) {
  for (const Column& column : columns) {
    const LotValue* value = row.value(column.quantity);
    cells.push_back(!value ? "" : value->infinite ? "inf" : number(value->value));
    for (const std::string& kind : column.kinds) {
      const bool known = value && value->half_widths.contains(kind);
      cells.push_back(known ? number(value->half_widths.at(kind)) : "");
    }
  }
}

}  // namespace

std::string lot_csv(const std::vector<LotVolume>& volumes) {
  const std::vector<Column> columns = columns_of(volumes);
  std::vector<std::string> header{"volume", "status", "exit_code", "reason",
                                  "folder", "phase",  "with",      "axis"};
  for (const Column& column : columns) {
    header.push_back(column.quantity);
    for (const std::string& kind : column.kinds) header.push_back(column.quantity + "_uncertainty_" + kind);
  }
  std::string csv = fmt::format("{}\n", fmt::join(header, ","));
  const auto add = [&](const LotVolume& volume, const LotRow& row) {
    std::vector<std::string> cells{
        cell(volume.path),   name_of(volume.status), std::to_string(volume.exit_code),
        cell(volume.reason), cell(volume.folder),    cell(row.phase),
        cell(row.with),      cell(row.axis)};
    add_values(cells, columns, row);
    csv += fmt::format("{}\n", fmt::join(cells, ","));
  };
  for (const LotVolume& volume : volumes) {
    for (const LotRow& row : volume.rows) add(volume, row);
    if (volume.rows.empty()) add(volume, {});
  }
  return csv;
}

}  // namespace tauvox
