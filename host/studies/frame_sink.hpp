// Where a study in time gives its fields: frames, each as soon as the step that ends there is done.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tauvox {

struct FrameSink {
  std::int64_t most = 0;  // of them, beside that of the start
  /// Which frame it is, its place in the series says: a run that goes on may give the last one again.
  /// @param times         of the series so far, this frame's last: s where those are known, else L^2/D0
  /// @param facts         name with unit -> value, of this frame
  /// @param concentration [z][y][x], NaN where nothing takes part
  std::function<void(const std::vector<double>& times,
                     const std::vector<std::pair<std::string, double>>& facts,
                     const std::vector<float>& concentration)>
      take;
};

}  // namespace tauvox
