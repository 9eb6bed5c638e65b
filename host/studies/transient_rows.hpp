// The steps of a transient as rows of numbers: their table, and which of them end in a frame.
#pragma once

#include <array>
#include <vector>

#include "host/studies/report.hpp"
#include "host/studies/transient_quantities.hpp"

namespace tauvox {

/// One row of the table.
inline constexpr std::size_t columns_of_row = 10;
using TransientRow = std::array<double, columns_of_row>;

Curve curve_of(const std::vector<TransientRow>& rows, const TransientUnits& units);

/// Frames at the ends of steps, so that each is what the scheme found and no number depends on them: the
/// first step that ends at or behind each of `most` times, which are even in the root of time, as fronts go.
class FrameTimes {
 public:
  FrameTimes(std::int64_t most, double end, const TransientUnits& units)
      : most_(static_cast<double>(most)), end_(end), unit_(units.seconds.value_or(1)) {}
  /// @param time L^2/D0, at the end of the next step
  /// @return whether it is one of a frame
  bool take(double time);
  /// That of the start too; in s where those are known, else in L^2/D0.
  const std::vector<double>& so_far() const { return times_; }

 private:
  double most_, end_, unit_, passed_ = 0;
  std::vector<double> times_{0};
};

}  // namespace tauvox
