// Octants of a layered volume are no eight samples: those of one half are alike. Slabs across each axis show
// it, of volume fractions; all that octants say of those phases is then counted as that much less sure.
// Measurements that chose it: benchmarks/measurements/sampling.md.
//
//   f = (t_m s_m / sqrt(m)) / (t_8 s_8 / sqrt(8))    s_8  the standard deviation of the octants' fractions
//                                                    s_m  that of m slabs, m = 4 and 8; t_m Student's, 95 %
//
// the largest of both m and all axes, where slabs say clearly more than octants. Of a lattice slabs may say
// anything, and octants next to nothing: no number is widened by more than what the fraction's interval, as a
// share of it, lets expect.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "host/settings/phases.hpp"
#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

class Layers {
 public:
  /// @param volume each axis is long enough for octants (sampling.hpp); it is looked at later
  explicit Layers(const Volume& volume) : volume_(volume) {}
  explicit Layers(Volume&&) = delete;

  struct Widening {
    double factor = 1;
    double of_fraction = 0;  // half width of the volume fraction by slabs, over it
    Axis across = Axis::z;
  };
  /// Of an interval about the voxels of these labels together. One pass over the voxels for each set.
  Widening of(const std::vector<std::int64_t>& labels) const;

 private:
  const Volume& volume_;
  mutable std::map<std::vector<std::int64_t>, Widening> known_;
};

/// Of each set of labels that a result is about; the first is of all of them.
/// @param materials where it is of transport: what conducts, together and each conductivity by itself
std::vector<Layers::Widening> widenings_of(const Result& result, const Layers& layers, const Phases& phases,
                                           const Materials* materials);
/// The half width of a value, as it is with layers.
/// @param response of the value to the volume fraction, in logarithms, at most: 4 of transport, 1 of lengths
/// and areas
double widened(double half_width, double value, std::span<const Layers::Widening> all, double response);
/// Says as a remark that intervals of a result are wider; nothing where they are not.
void remark_on_layers(Result& result, std::span<const Layers::Widening> all);

/// Of every interval of sampling that a study has found by octants of its own.
void widen_by_layers(std::vector<Result>& results, const Layers& layers, const Phases& phases);

}  // namespace tauvox
