#include "host/studies/contrast.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tauvox {
namespace {

/// Of faces: from here on less is left of FP64 than its own checks need. Below it none of them has failed.
constexpr double far_apart = 1e12;

/// "1e-29 (label 1, binder)"
std::string text_of(const Phase& phase, const StudyInput& in) {
  const std::string name = in.phases.name_of(phase.label);
  const std::string label = in.volume.grey
                                ? fmt::format("grey value {:.6g}", in.volume.grey->value_of(phase.label))
                                : fmt::format("label {}", phase.label);
  return fmt::format("{:g} ({}{}{})", phase.conductivity, label, name.empty() ? "" : ", ", name);
}

}  // namespace

void throw_as_contrast(const Error& error, const StudyInput& in) {
  const Phase *least = nullptr, *most = nullptr;
  for (const Phase& phase : in.materials.phases) {
    if (phase.voxels == 0 || !(phase.conductivity > 0)) continue;
    if (!least || phase.conductivity < least->conductivity) least = &phase;
    if (!most || phase.conductivity > most->conductivity) most = &phase;
  }
  const std::array<double, 3> edges = in.volume.spacing();
  const auto [shortest, longest] = std::minmax_element(edges.begin(), edges.end());
  const double ratio = *longest / *shortest;
  const bool is_far = least && most->conductivity / least->conductivity * ratio * ratio >= far_apart;
  if (error.code() != ExitCode::internal || !is_far) throw;
  const std::string of_edges =
      ratio > 1 ? fmt::format(", and edges of voxels by a factor of {:.4g}", ratio) : "";
  throw Error(ExitCode::input_invalid, "voxels conduct too differently to be solved", in.volume.path,
              fmt::format("conductivities go from {} to {}{}: rounding leaves nothing of the least",
                          text_of(*least, in), text_of(*most, in), of_edges),
              "give the least as 0, an insulator, or values that lie nearer to each other");
}

}  // namespace tauvox
