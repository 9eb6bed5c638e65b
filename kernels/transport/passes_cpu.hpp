// The passes on CPUs: rows of the volume made dense in cache, and vector instructions.
//
// The volume is cut into units of whole planes' rows (a y range times a z range, fixed by the extent alone,
// so that sums have one order for every number of threads). A unit keeps a few planes of dense rows -
// materials and values, zero where nothing conducts - in rings that stay in cache. Each unknown is read once
// from memory and written once. The plain form of each pass (passes.hpp) is the reference.
//
// Compiled as C++ only.
#pragma once

#include "kernels/transport/passes.hpp"

namespace tauvox::rows {

template <class T>
Sums<1> run(const Device& device, const ApplyDot<T>& pass);
template <class T>
Sums<1> run(const Device& device, const JacobiDot<T>& pass);
template <class T>
Sums<1> run(const Device& device, const SmoothRestrict<T>& pass);  // of nothing
template <class T>
Sums<1> run(const Device& device, const ProlongSmoothDot<T>& pass);
template <class T>
Sums<4> run(const Device& device, const Evaluate<T>& pass);

}  // namespace tauvox::rows
