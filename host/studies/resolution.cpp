#include "host/studies/resolution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tauvox {
namespace {

constexpr double least_order = 0.5, most_order = 2;  // outside, the four-times copy is not like the others
constexpr double slow_contrast = 10;  // from here on a small order is that of edges and corners, no chance
constexpr double least_limit_order = 0.15;  // of a limit; below it is more than nine times as far as a copy
constexpr double safety = 1.5;              // of the staircase
// Of where voxels happen to fall: what two ways to make a copy differ by. Without the pair of copies of four
// times the voxel size, the other pair counts twice.
constexpr double chance_twice = 0.25, chance_four = 0.2;
// Of the two sampled copies either could have been the one: the volume mirrored has the other.
constexpr double chance_spread = 0.5;

/// The least order that edges of unlike conductors can have: of four quarters around one, in the energy
/// (Keller 1964, doi 10.1063/1.1704146, has the effective conductivity of such boards).
double least_of_edges(double contrast) { return 8 / std::numbers::pi * std::atan(1 / std::sqrt(contrast)); }

/// Of edges and corners where unlike conductors meet. What is seen of it goes up and down by chance, also
/// below what can be.
bool is_slow(const ResolutionValues& v, const Resolution& r) {
  return v.contrast >= slow_contrast && *r.order < least_order;
}
double order_of_edges(const ResolutionValues& v, const Resolution& r) {
  return std::max(*r.order, least_of_edges(v.contrast));
}
/// Copies differ less than the volume from its first one, and what is narrow takes other forms still; or no
/// limit is seen that they tend to.
bool is_unresolved(const ResolutionValues& v, const Resolution& r) {
  return is_slow(v, r) && ((v.narrow && *r.order <= 0) || order_of_edges(v, r) < least_limit_order);
}

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
    if (*r.order >= least_order && *r.order <= most_order) return;
    const char* taken = "the larger of two estimates was taken";
    if (is_slow(v, r)) taken = "the limit that the copies tend to was taken";
    if (is_unresolved(v, r))
      taken = v.narrow && *r.order <= 0
                  ? "what conducts well is too thin for these voxels, so nothing is said"
                  : "the copies show no limit that they tend to, so nothing is said";
    r.because(fmt::format("order {:.2f} is far from 1: {}", *r.order, taken));
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
  if (r.order && is_unresolved(v, r)) return r;
  double first = seen ? std::abs(staircase) : std::max(std::abs(staircase), std::abs(by_four));
  // First order whatever was fitted: over many lattices that came nearer to the exact value.
  double limit = v.fine - staircase;
  if (r.order && is_slow(v, r)) {
    limit = v.fine - (v.twice - v.fine) / (std::pow(v.refinement_twice, order_of_edges(v, r)) - 1);
    first =
        std::min(std::abs(v.fine - limit), std::max(v.fine, v.largest - v.fine));  // it stays in its bounds
  }
  r.uncertainty = safety * first + chance(v) + 2 * v.solver_error;
  if (limit > 0 && limit <= v.largest)
    r.extrapolated = limit;
  else
    r.because("the extrapolated value is outside its physical bounds");
  return r;
}

}  // namespace tauvox
