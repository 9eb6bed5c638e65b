#include "host/settings/local_rank.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace tauvox {

std::optional<LocalRank> local_rank() {
  // Slurm's last: mpirun in a job script inherits that of the script, which is 0 for all it starts.
  for (const char* name : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "MV2_COMM_WORLD_LOCAL_RANK",
                           "PMI_LOCAL_RANK", "PALS_LOCAL_RANKID", "FLUX_TASK_LOCAL_ID", "SLURM_LOCALID"}) {
    const char* text = std::getenv(name);
    if (text == nullptr) continue;
    const char* end = text + std::strlen(text);
    int rank = -1;
    const auto [read_to, error] = std::from_chars(text, end, rank);
    if (error == std::errc() && read_to == end && rank >= 0) return LocalRank{name, rank};
  }
  return std::nullopt;
}

int device_of_rank(const CudaProbe& probe, std::string& notice) {
  const std::size_t count = probe.devices.size();
  const std::optional<LocalRank> own = count > 1 ? local_rank() : std::nullopt;
  if (!own) return probe.devices.front().index;
  const int index = probe.devices[static_cast<std::size_t>(own->rank) % count].index;
  notice = fmt::format("GPU cuda:{} of {} is taken, by {}={}", index, count, own->source, own->rank);
  return index;
}

}  // namespace tauvox
