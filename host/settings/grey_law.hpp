// What a grey value conducts: an expression of it, or a table.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "host/settings/material_settings.hpp"

namespace tauvox {

class GreyLaw {
 public:
  /// @pre settings.is_grey(), and its table has been read
  /// @throws Error(usage) for what is no expression of g, and in a build that cannot read any
  explicit GreyLaw(const MaterialSettings& settings);

  /// As it comes out: it may be negative, or no number.
  /// @throws Error(input_invalid) beyond the ends of a table
  double conductivity(double grey) const { return conductivity_(grey); }
  /// "--law 'k = 1 - g/255'", "--conductivity-table k.csv"
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::function<double(double)> conductivity_;
};

/// Rows of grey value and conductivity, ascending.
using GreyTable = std::vector<std::pair<double, double>>;

/// Two numbers a line, with a comma, a semicolon or blanks between them; # begins a comment, and the first
/// line may be names of columns.
/// @throws Error(usage) that names file and line
GreyTable grey_table_from(const std::string& text, const std::string& path);

}  // namespace tauvox
