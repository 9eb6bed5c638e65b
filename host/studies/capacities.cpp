#include "host/studies/capacities.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "host/settings/named_labels.hpp"
#include "kernels/volume/kinds.hpp"

namespace tauvox {
namespace {

bool all_hold_one(const Materials& materials) {
  return std::all_of(materials.phases.begin(), materials.phases.end(),
                     [](const Phase& phase) { return phase.conductivity == 0 || phase.capacity == 1; });
}

}  // namespace

void set_capacities(Problem& problem, const Codes& codes, const Volume& volume, const Materials& materials) {
  if (all_hold_one(materials)) return;
  constexpr std::size_t most = 256;
  std::vector<double> differing;
  for (const Phase& phase : materials.phases)
    if (phase.conductivity > 0) differing.push_back(phase.capacity);
  std::sort(differing.begin(), differing.end());
  differing.erase(std::unique(differing.begin(), differing.end()), differing.end());
  if (differing.size() > most)
    throw Error(ExitCode::input_invalid, "too many different capacities", volume.path,
                fmt::format("{} values of --capacity", differing.size()),
                fmt::format("at most {} can differ", most));
  std::vector<std::uint8_t> kind_of_code;
  for (const Phase& phase : materials.phases) {
    const auto at = std::lower_bound(differing.begin(), differing.end(), phase.capacity);
    kind_of_code.push_back(phase.conductivity > 0 ? static_cast<std::uint8_t>(at - differing.begin())
                                                  : std::uint8_t{0});
  }
  problem.kinds =
      std::make_shared<const Buffer<std::uint8_t>>(kinds_of(codes, *problem.unknowns, kind_of_code));
  problem.weight_of_kind = differing;
}

std::string text_of_capacities(const StudyInput& in) {
  if (all_hold_one(in.materials)) return "";
  std::vector<std::string> texts;
  for (const Phase& phase : in.materials.phases)
    if (phase.conductivity > 0)
      texts.push_back(fmt::format("{}: {:.6g}", label_text(phase.label, in.phases), phase.capacity));
  constexpr std::size_t most = 20;
  if (texts.size() > most) texts.resize(most), texts.emplace_back("and more");
  return fmt::format(
      "capacity, the amount in a voxel over its concentration, of label {}; from --capacity, else the "
      "porosity "
      "of --phase-porosity, else 1",
      fmt::join(texts, ", "));
}

}  // namespace tauvox
