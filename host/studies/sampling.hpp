// How far a number may be from that of a much larger volume, judged by the eight octants. Measurements that
// chose it: benchmarks/measurements/sampling.md.
//
//   h = t s / sqrt(8) + |b|      s   the standard deviation of the octants
//                                t   2.3646, of 7 degrees of freedom
//                                b   their mean less the value of the whole
//
// The interval, 95 %, is value - h .. value + h, around the value of the whole: octants alone are biased, and
// the whole may be off by as much from a larger volume. Where the volume is layered it is wider (layers.hpp).
#pragma once

#include "host/studies/layers.hpp"
#include "host/studies/report.hpp"
#include "host/studies/study.hpp"

namespace tauvox {

struct Sampling {
  std::optional<double> half_width;
  double bias = 0;     // mean of the octants over the whole, less 1
  std::string reason;  // why there is no interval, or why it is in doubt
};

/// Why octants of this volume say nothing; empty where they do.
std::string too_small_for_octants(const Extent& extent);

/// Says of every quantity that may have an interval of sampling, and has none, that it is not known.
/// @param materials as of add_sampling
void leave_sampling_open(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const Materials* materials);

/// @param octants values of eight; empty where one has none
Sampling judge_sampling(double whole, const std::vector<std::optional<double>>& octants);

/// What was found of a quantity of a result, and as a remark why it is none, or in doubt.
void take_sampling(Quantity& quantity, const Sampling& found, Result& result);

/// The interval of every quantity that may have one of sampling and has none of its own.
/// @param rows definitions of all quantities
/// @param octants results of the same study on the octants
/// @param materials where the results are of transport: the interval is found for D_eff, and all that follows
/// from it has its own from that, with the volume fractions of the whole
/// @param layers of the volume, whose phases they name; null: not looked at
/// @return warnings
std::vector<std::string> add_sampling(std::vector<Result>& results, const QuantityDefinitions& rows,
                                      const std::vector<std::vector<Result>>& octants,
                                      const Materials* materials, const Layers* layers = nullptr,
                                      const Phases& phases = {});

}  // namespace tauvox
