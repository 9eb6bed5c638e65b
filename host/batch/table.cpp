// batch.csv, and what `collect` gathers: one line a volume, phase and axis.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "host/batch/collection.hpp"
#include "host/batch/columns.hpp"
#include "host/report/escape.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

std::string number(const std::optional<double>& value) { return value ? fmt::format("{:.17g}", *value) : ""; }

void add_line(std::string& csv, std::vector<std::string> cells, const std::vector<std::string>& more) {
  cells.insert(cells.end(), more.begin(), more.end());
  csv += fmt::format("{}\n", fmt::join(cells, ","));
}

/// A line for each row, or one where there is none.
template <class Facts>
void add_rows(std::string& csv, const std::vector<LotRow>& rows, const QuantityColumns& columns,
              const Facts& facts) {
  const auto add = [&](const LotRow& row) {
    std::vector<std::string> cells = facts();
    for (const std::string* text : {&row.phase, &row.with, &row.axis}) cells.push_back(text_cell(*text));
    add_line(csv, std::move(cells), columns.cells(row));
  };
  for (const LotRow& row : rows) add(row);
  if (rows.empty()) add({});
}

}  // namespace

std::string text_cell(const std::string& text) { return csv_cell(io::printable(text)); }

void QuantityColumns::add(const std::vector<LotRow>& rows) {
  for (const LotRow& row : rows)
    for (const auto& [name, value] : row.values) {
      const auto [place, is_new] = places_.try_emplace(name, columns_.size());
      if (is_new) columns_.push_back({name, value.unit, {}});
      Column& column = columns_[place->second];
      if (column.unit.empty()) column.unit = value.unit;
      column.combined = column.combined || value.half_width;
      std::vector<std::string>& kinds = column.kinds;
      for (const auto& [kind, width] : value.half_widths)
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    }
}

std::vector<std::string> QuantityColumns::names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) {
    names.push_back(column.quantity);
    if (column.has_unit()) names.push_back(column.quantity + "_unit");
    for (const std::string& kind : column.kinds) names.push_back(column.quantity + "_uncertainty_" + kind);
    if (column.combined) names.push_back(column.quantity + "_uncertainty_combined");
  }
  return names;
}

std::vector<std::string> QuantityColumns::cells(const LotRow& row) const {
  std::vector<std::string> cells;
  for (const Column& column : columns_) {
    const LotValue* value = row.value(column.quantity);
    cells.push_back(!value ? "" : value->infinite ? "inf" : number(value->value));
    if (column.has_unit()) cells.push_back(text_cell(column.unit));
    for (const std::string& kind : column.kinds) {
      const bool known = value && value->half_widths.contains(kind);
      cells.push_back(known ? number(value->half_widths.at(kind)) : "");
    }
    if (column.combined) cells.push_back(value ? number(value->half_width) : "");
  }
  return cells;
}

std::string lot_csv(const std::vector<LotVolume>& volumes) {
  QuantityColumns columns;
  for (const LotVolume& volume : volumes) columns.add(volume.rows);
  std::string csv;
  add_line(csv, {"volume", "status", "exit_code", "verdict", "reason", "folder", "phase", "with", "axis"},
           columns.names());
  for (const LotVolume& volume : volumes)
    add_rows(csv, volume.rows, columns, [&] {
      return std::vector<std::string>{text_cell(volume.path),           name_of(volume.status),
                                      std::to_string(volume.exit_code), text_cell(volume.verdict),
                                      text_cell(volume.reason),         text_cell(volume.folder)};
    });
  return csv;
}

std::string collection_csv(const std::vector<CollectedResults>& all) {
  QuantityColumns columns;
  for (const CollectedResults& results : all) columns.add(results.rows);
  std::string csv;
  add_line(csv,
           {"id", "sha256", "volume", "folder", "status", "exit_code", "device", "job", "date", "version",
            "settings_hash", "phase", "with", "axis"},
           columns.names());
  for (const CollectedResults& r : all)
    add_rows(csv, r.rows, columns, [&] {
      std::vector<std::string> cells;
      for (const std::string* text : {&r.id, &r.sha256, &r.volume, &r.folder, &r.status})
        cells.push_back(text_cell(*text));
      cells.push_back(std::to_string(r.exit_code));
      for (const std::string* text : {&r.device, &r.job, &r.date, &r.version, &r.settings_hash})
        cells.push_back(text_cell(*text));
      return cells;
    });
  return csv;
}

}  // namespace tauvox
