// How fast what decays slowest decays: the least eigenvalue of K x = lambda M x, for time_lag.hpp.
#pragma once

#include <functional>
#include <optional>

#include "kernels/transport/states.hpp"

namespace tauvox {

struct SlowestDecay {
  double rate = 0;              // a quotient of Rayleigh: never below the least eigenvalue
  std::optional<double> error;  // an estimate; none where it did not settle
};

/// Inverse iteration on three vectors at once: modes that decay at nearly the same rate do not hide each
/// other.
/// @param K a problem without load or shift, all plates at 0
/// @param start something that the slowest mode is likely to be a part of
/// @param capacity M, of what each unknown holds
/// @param invert finds K y = M x; returns false where that failed, and nothing is found then
std::optional<SlowestDecay> find_slowest_decay(
    const TransportOperator<double>& K, const Capacity& capacity, const Buffer<double>& start,
    const std::function<bool(const Buffer<double>& x, Buffer<double>& y)>& invert);

}  // namespace tauvox
