// A number that a study found: what it means stands in a definition row, once; what was found is a value with
// its uncertainties. The JSON report, its schema, the table, the text and docs/quantities.md are loops over
// these rows: a new quantity is one row, and one line that fills it.
#pragma once

#include <array>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tauvox {

/// Where an uncertainty comes from.
enum class ErrorSource {
  solver,        // the discrete problem is solved to a tolerance
  resolution,    // voxels describe a smooth structure
  sampling,      // the volume is one of many that could have been taken
  segmentation,  // the boundary of a phase may lie elsewhere by a part of a voxel
};
const char* name_of(ErrorSource source);

/// When a quantity has a value.
enum class Known {
  always,         // whatever became of the solve
  with_result,    // only where the result stands; 0 where nothing percolates
  with_path,      // only where the result stands; infinite where nothing percolates
  along_paths,    // the same, but infinite where no path leads along its direction, though the result stands
  maybe,          // where it is defined and was found
  not_converged,  // only beside a solve that was stopped; never a result
};

/// Stands for the unit of the conductivities, and for that unit in SI.
inline constexpr const char *given_unit = "given", *si_unit = "SI";

struct QuantityDefinition {
  std::string name;                          // key in JSON, column of the table
  std::string title;                         // in words; {property} is diffusivity or what else was asked for
  std::string symbol;                        // {D} is the symbol of that property
  std::string unit = "1";                    // or given_unit, si_unit
  std::string definition;                    // a sentence, with the formula
  std::vector<ErrorSource> uncertainties{};  // that its study gives, or those that extend it
  std::vector<ErrorSource> evaluated{};      // and those that an evaluation adds
  /// A verdict cannot do without these; of the others none applies, or it may be left out.
  std::vector<ErrorSource> needs{ErrorSource::resolution, ErrorSource::sampling};
  bool bounded = false;  // a lower and an upper bound can be given
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
  Known known = Known::maybe;
  bool in_text = true;  // shown on the terminal
};
/// Whether a quantity of that row may have an uncertainty from there.
bool may_have(const QuantityDefinition& row, ErrorSource source);
using QuantityDefinitions = std::vector<QuantityDefinition>;

struct Uncertainty {
  ErrorSource source = ErrorSource::solver;
  std::optional<double> half_width;  // of the interval around the value, in its unit; empty: cannot be said
  bool proven = false;               // a bound; otherwise an estimate
  bool one_sided = false;            // the value may be off by all of it, always to the same side
  /// Of 1 / value, where the interval is one of that: then half_width is its wider side, and empty where the
  /// interval has no end.
  std::optional<double> of_inverse{};
};

struct Quantity {
  std::string name;             // of its definition
  std::optional<double> value;  // empty: undefined, or not found
  std::vector<Uncertainty> uncertainties{};
  std::optional<std::array<double, 2>> bounds{};  // lower, upper
  bool infinite = false;                          // no value because it is beyond every number

  const Uncertainty* uncertainty(ErrorSource source) const;
};

/// f(quantity) under another name, f monotone where the quantity is positive: bounds and intervals go through
/// f, and the wider side of an interval counts.
Quantity derived(const std::string& name, const Quantity& from, const std::function<double(double)>& f);
/// over / from: its intervals are those of its inverse.
Quantity inverse(const std::string& name, const Quantity& from, double over);
/// factor from, of either sign: an interval may reach zero.
Quantity scaled(const std::string& name, const Quantity& from, double factor);

/// Rows that several studies fill, each with the same meaning.
QuantityDefinition volume_fraction_row();
QuantityDefinition percolating_volume_fraction_row();
QuantityDefinition largest_cluster_fraction_row();

}  // namespace tauvox
