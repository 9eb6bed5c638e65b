// Which of several GPUs is this process's own, where a batch system or MPI started one process for each.
#pragma once

#include <optional>
#include <string>

#include "kernels/base/find_device.hpp"

namespace tauvox {

/// The number of this process among those of its job on this machine, and who says so.
struct LocalRank {
  std::string source;  // "SLURM_LOCALID", ...
  int rank = 0;
};
std::optional<LocalRank> local_rank();

/// The GPU for a process that may take any: the first, or that of its local rank, modulo how many are
/// visible.   @pre one is
/// @param notice which one, where there are several and a rank chooses
int device_of_rank(const CudaProbe& probe, std::string& notice);

}  // namespace tauvox
