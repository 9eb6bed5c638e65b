// What a solver found: how good it is, and what it took.
#pragma once

#include <cstdint>
#include <string>

#include "host/solve/bound.hpp"
#include "host/solve/krylov.hpp"

namespace tauvox {

struct Solution {
  EnergyBounds bounds;   // of the discrete problem; bounds.at is of the potential found
  bool reached = false;  // the error that was asked for
  StopReason why = StopReason::iteration_limit;
  std::int64_t iterations = 0, operator_applications = 0;
  double relative_residual = 0;  // |b - A u| / |b|, FP64
  std::string method, precision;

  /// E, best known: the middle of its bounds.
  double energy() const { return bounds.middle(); }
  /// Half of their distance, relative to it.
  double error() const { return bounds.relative_error(); }
};

}  // namespace tauvox
