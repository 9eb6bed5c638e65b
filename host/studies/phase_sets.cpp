#include "host/studies/phase_sets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "kernels/geometry/phase_bits.hpp"

namespace tauvox {
namespace {

PhaseSet set_of(const std::string& name, const Volume& volume, const std::vector<std::int64_t>& labels) {
  PhaseSet set{name, {}, std::vector<std::uint8_t>(volume.codes_there_are())};
  for (std::size_t code = 0; code < volume.labels.size(); ++code) {
    if (std::find(labels.begin(), labels.end(), volume.labels[code].value) == labels.end()) continue;
    set.codes[code] = 1;
    set.voxels += volume.labels[code].voxels;
  }
  if (labels.size() == 1) set.label = labels.front();
  return set;
}

/// Labels of the volume for which this name stands.
std::vector<std::int64_t> labels_under(const std::string& name, const Volume& volume, const Phases& phases) {
  std::vector<std::int64_t> labels;
  for (const Label& label : volume.labels)
    if (phases.name_of(label.value) == name) labels.push_back(label.value);
  return labels;
}

}  // namespace

Partition::Partition(const Volume& volume, const Phases& named)
    : phase_of_code(volume.codes_there_are(), no_phase) {
  std::vector<std::int64_t> nameless;
  for (const Label& label : volume.labels)
    if (named.name_of(label.value).empty()) nameless.push_back(label.value);
  if (!nameless.empty())
    throw Error(ExitCode::usage, "labels without a name", volume.path,
                fmt::format("{} {}", nameless.size() == 1 ? "label" : "labels", fmt::join(nameless, ", ")),
                "name the phase of every label: --phases pore=0,active=1,binder=2");
  for (std::size_t code = 0; code < volume.labels.size(); ++code) {
    if (volume.labels[code].voxels == 0) continue;  // a coarse copy may have lost them
    const std::string name = named.name_of(volume.labels[code].value);
    const auto known =
        std::find_if(phases.begin(), phases.end(), [&](const PhaseSet& p) { return p.name == name; });
    phase_of_code[code] = static_cast<std::uint8_t>(known - phases.begin());
    if (known == phases.end()) phases.push_back(set_of(name, volume, labels_under(name, volume, named)));
  }
}

std::vector<PhaseSet> all_phase_sets(const Volume& volume, const Phases& named) {
  std::vector<PhaseSet> sets = Partition(volume, named).phases, made;
  for (const NamedPhase& phase : named.named) {
    const auto is_there = [&](const PhaseSet& other) { return other.name == phase.name; };
    if (std::any_of(sets.begin(), sets.end(), is_there)) continue;
    if (const PhaseSet set = set_of(phase.name, volume, phase.labels); set.voxels > 0) made.push_back(set);
  }
  // Whatever order they are given in.
  std::sort(made.begin(), made.end(), [](const PhaseSet& a, const PhaseSet& b) { return a.name < b.name; });
  sets.insert(sets.end(), made.begin(), made.end());
  return sets;
}

std::array<double, 3> voxel_edges(const Volume& volume) {
  if (!volume.voxel_size) refuse_without_voxel_size(volume.path);
  return *volume.voxel_size;
}

void refuse_without_voxel_size(const std::string& path) {
  throw Error(ExitCode::usage, "no voxel size", path, "lengths and areas have no unit without it",
              "give --voxel-size 0.4um, or z,y,x as 0.4,0.4,0.5um");
}

Result result_about(const char* study, const PhaseSet& set) {
  Result result;
  result.study = study;
  result.label = set.label;
  result.phase = set.name;
  result.status = Status::complete;
  return result;
}

}  // namespace tauvox
