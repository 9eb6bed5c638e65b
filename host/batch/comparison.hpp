// What the volumes of a lot have in common: each quantity of each subject over the volumes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/batch/lot.hpp"

namespace tauvox {

/// A quantity of one subject, volume by volume; nothing where a volume does not have it.
struct LotSeries {
  LotRow subject;                       // without values
  std::string quantity, unit;           // its name in results; as results have it
  std::string title = {};               // in words
  std::optional<double> least, most;    // that the quantity can be
  std::vector<const LotValue*> values;  // of the finished volumes, in their order

  int count() const;
  /// Of those that have a value; only where there is one.
  std::optional<double> mean() const;
  /// Standard, from two values on.
  std::optional<double> deviation() const;
  /// How far from the mean a value is out of control: 2.66 mean ranges from one volume to the next, three
  /// standard deviations of what neighbours differ by. Those of all values would hold every one of ten.
  std::optional<double> control_reach() const;
};

/// Of the volumes that are finished.
std::vector<const LotVolume*> finished(const std::vector<LotVolume>& volumes);
/// All that occur, in the order of the results.
std::vector<LotSeries> series_of(const std::vector<const LotVolume*>& volumes);
/// Those that a comparison shows first.
bool is_headline(const std::string& quantity);

/// Whether two values differ by more than the interval of 95 % of their difference.
enum class Difference { significant, not_significant, not_judged };
/// Not judged where either lacks its interval, or the uncertainty of sampling: two pieces of one electrode
/// differ too.
Difference difference_of(const LotValue& a, const LotValue& b);

}  // namespace tauvox
