// What a study that goes on within itself keeps of how far it came.
#pragma once

#include <functional>
#include <vector>

namespace tauvox {

struct KeptState {
  /// What an earlier run of the same study has kept; empty where there is nothing.
  std::function<std::vector<double>()> load;
  /// In place of what was kept before.
  std::function<void(const std::vector<double>&)> save;
};

}  // namespace tauvox
