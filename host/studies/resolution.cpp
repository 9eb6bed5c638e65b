#include "host/studies/resolution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tauvox {
namespace {

constexpr double least_order = 0.5, most_order = 2;  // outside, the four-times copy is not like the others
constexpr double safety = 1.5;                       // of the staircase
// Of where voxels happen to fall: what two ways to make a copy differ by. Without the pair of copies of four
// times the voxel size, the other pair counts twice.
constexpr double chance_twice = 0.25, chance_four = 0.2;
// Of the two sampled copies either could have been the one: the volume mirrored has the other.
constexpr double chance_spread = 0.5;

/// log((D_4 - D_2) / (D_2 - D_1)) / log 2, if there is one.
void find_order(const ResolutionValues& v, Resolution& r) {
  if (!v.four) return;
  const double near = v.twice - v.fine, far = *v.four - v.twice;
  if (std::abs(near) <= 2 * v.solver_error) {
    r.because("order not seen: the copy of twice the voxel size differs by no more than the solver's error");
  } else if (!(far / near > 0)) {
    r.because("order not seen: the copy of four times the voxel size differs in the other direction");
  } else {
    r.order = std::log(far / near) / std::log(v.refinement_four / v.refinement_twice);
    if (!(*r.order >= least_order && *r.order <= most_order))
      r.because(fmt::format("order {:.2f} is far from 1: the larger of two estimates was taken", *r.order));
  }
}

double chance(const ResolutionValues& v) {
  const double twice = std::abs(v.voted - v.twice);
  return chance_spread * std::abs(v.spread) + chance_twice * twice +
         (v.four && v.voted_four ? chance_four * std::abs(*v.voted_four - *v.four) : chance_twice * twice);
}

}  // namespace

Resolution judge_resolution(const ResolutionValues& v) {
  Resolution r;
  r.fine = v.fine;
  r.twice = v.twice;
  r.spread = std::abs(v.spread);
  r.voted = v.voted;
  r.four = v.four;
  r.voted_four = v.voted_four;
  if (!(std::isfinite(v.fine) && std::isfinite(v.twice) && std::isfinite(v.voted) &&
        std::isfinite(v.spread) && std::isfinite(v.four.value_or(0)) &&
        std::isfinite(v.voted_four.value_or(0)) && std::isfinite(v.solver_error) && v.refinement_twice > 1 &&
        v.refinement_four > v.refinement_twice)) {
    r.fine = r.twice = r.spread = r.voted = r.four = r.voted_four = std::nullopt;
    r.because("the values of the copies are not finite");
    return r;
  }
  find_order(v, r);
  const double staircase = (v.twice - v.fine) / (v.refinement_twice - 1);
  const double by_four = v.four ? (*v.four - v.fine) / (v.refinement_four - 1) : 0;
  const bool seen = r.order && *r.order >= least_order && *r.order <= most_order;
  const double first = seen ? std::abs(staircase) : std::max(std::abs(staircase), std::abs(by_four));
  r.uncertainty = safety * first + chance(v) + 2 * v.solver_error;
  // First order whatever was fitted: over many lattices that came nearer to the exact value.
  const double limit = v.fine - staircase;
  if (limit > 0 && limit <= v.largest)
    r.extrapolated = limit;
  else
    r.because("the extrapolated value is outside its physical bounds");
  return r;
}

}  // namespace tauvox
