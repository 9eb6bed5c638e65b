// batch.csv, and what `collect` gathers: one line a volume, phase and axis.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "host/batch/collection.hpp"
#include "host/batch/columns.hpp"
#include "host/batch/in_threads.hpp"
#include "host/report/escape.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

void append_number(const std::optional<double>& value, std::string& csv) {
  constexpr int digits = 17;  // FP64 comes back
  std::array<char, 32> text{};
  if (!value) return;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), *value, std::chars_format::general, digits);
  csv.append(text.data(), end.ptr);
}

/// A line for each row, or one where there is none.
/// @param facts what stands before the phase
void add_rows(std::string& csv, const std::vector<LotRow>& rows, const QuantityColumns& columns,
              const std::vector<std::string>& facts) {
  const std::string before = fmt::format("{}", fmt::join(facts, ","));
  const auto add = [&](const LotRow& row) {
    csv += before;
    for (const std::string* text : {&row.phase, &row.with, &row.axis})
      csv.append(",").append(text_cell(*text));
    columns.append_cells(row, csv);
    csv.append(",").append(text_cell(row.carrier));
    csv += '\n';
  };
  for (const LotRow& row : rows) add(row);
  if (rows.empty()) add({});
}

void add_head(std::string& csv, std::vector<std::string> names, const QuantityColumns& columns) {
  const std::vector<std::string> quantities = columns.names();
  names.insert(names.end(), quantities.begin(), quantities.end());
  names.emplace_back("carrier");
  csv += fmt::format("{}\n", fmt::join(names, ","));
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

void QuantityColumns::append_cells(const LotRow& row, std::string& csv) const {
  std::vector<const LotValue*> values(columns_.size());  // most quantities are of few subjects
  for (const auto& [name, value] : row.values) values[places_.at(name)] = &value;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const LotValue* value = values[i];
    csv += ',';
    if (value && value->infinite)
      csv += "inf";
    else if (value)
      append_number(value->value, csv);
    if (columns_[i].has_unit()) csv.append(",").append(text_cell(columns_[i].unit));
    for (const std::string& kind : columns_[i].kinds) {
      csv += ',';
      if (!value) continue;
      if (const auto width = value->half_widths.find(kind); width != value->half_widths.end())
        append_number(width->second, csv);
    }
    if (!columns_[i].combined) continue;
    csv += ',';
    if (value) append_number(value->half_width, csv);
  }
}

std::string lot_csv(const std::vector<LotVolume>& volumes) {
  QuantityColumns columns;
  for (const LotVolume& volume : volumes) columns.add(volume.rows);
  std::string csv;
  add_head(csv, {"volume", "status", "exit_code", "verdict", "reason", "folder", "phase", "with", "axis"},
           columns);
  for (const LotVolume& volume : volumes)
    add_rows(csv, volume.rows, columns,
             {text_cell(volume.path), name_of(volume.status), std::to_string(volume.exit_code),
              text_cell(volume.verdict), text_cell(volume.reason), text_cell(volume.folder)});
  return csv;
}

std::string collection_csv(const std::vector<CollectedResults>& all) {
  QuantityColumns columns;
  for (const CollectedResults& results : all) columns.add(results.rows);
  std::string csv;
  add_head(csv,
           {"id", "sha256", "volume", "folder", "status", "exit_code", "verdict", "device", "job", "date",
            "version", "settings_hash", "judgements", "phase", "with", "axis"},
           columns);
  std::vector<std::string> lines(all.size());
  in_threads(all.size(), [&](std::size_t i) {
    const CollectedResults& r = all[i];
    add_rows(
        lines[i], r.rows, columns,
        {text_cell(r.id), text_cell(r.sha256), text_cell(r.volume), text_cell(r.folder), text_cell(r.status),
         std::to_string(r.exit_code), text_cell(r.verdict), text_cell(r.device), text_cell(r.job),
         text_cell(r.date), text_cell(r.version), text_cell(r.settings_hash), text_cell(r.judgements)});
  });
  for (std::string& those : lines) csv += std::exchange(those, {});
  return csv;
}

}  // namespace tauvox
