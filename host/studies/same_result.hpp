// The same result of another run: of a copy, or of a part.
#pragma once

#include <algorithm>

#include "host/studies/report.hpp"

namespace tauvox {

/// Of the same study, about the same phases, axis and carrier; null where there is none.
inline const Result* same_result(const Result& result, const std::vector<Result>& others) {
  const auto found = std::find_if(others.begin(), others.end(), [&](const Result& other) {
    return other.study == result.study && other.phase == result.phase && other.with == result.with &&
           other.axis == result.axis && other.label == result.label && other.carrier == result.carrier;
  });
  return found == others.end() ? nullptr : &*found;
}

}  // namespace tauvox
