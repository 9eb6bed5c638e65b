// Columns of a table over many volumes: each quantity that occurs, and the kinds of its uncertainties.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "host/batch/lot.hpp"

namespace tauvox {

class QuantityColumns {
 public:
  void add(const std::vector<LotRow>& rows);
  std::vector<std::string> names() const;
  /// As many as there are names, each behind a comma.
  void append_cells(const LotRow& row, std::string& csv) const;

 private:
  struct Column {
    std::string quantity, unit;
    std::vector<std::string> kinds;
    bool has_unit() const { return !unit.empty() && unit != "1"; }
    bool combined = false;  // some volume has the interval of all kinds together
  };
  std::vector<Column> columns_;  // in the order of the results
  std::unordered_map<std::string, std::size_t> places_;
};

/// What strangers wrote, for a spreadsheet.
std::string text_cell(const std::string& text);

}  // namespace tauvox
