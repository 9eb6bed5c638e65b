#include "host/studies/resolution_study.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/studies/coarsen.hpp"
#include "host/studies/throat.hpp"
#include "kernels/volume/classes.hpp"

namespace tauvox {
namespace {

/// A coarse copy, its name in messages, and what the study found on it.
struct Copy {
  std::string name;
  Volume volume;
  std::vector<AxisResult> results;
};

/// Classes from which on a set is looked at: everything that conducts, and what conducts 10 times better than
/// all below it. Where such a set comes together or apart the value jumps, and no order holds.
std::vector<std::uint8_t> levels(const Materials& m) {
  std::vector<std::uint8_t> from{first_conducting_class};
  for (std::size_t c = 1; c < m.class_conductivity.size(); ++c)
    if (m.class_conductivity[c] >= 10 * m.class_conductivity[c - 1])
      from.push_back(static_cast<std::uint8_t>(first_conducting_class + c));
  return from;
}

std::string level_name(const Materials& m, std::uint8_t level) {
  if (level == first_conducting_class) return "what conducts";
  const double value = m.class_conductivity[static_cast<std::size_t>(level - first_conducting_class)];
  return fmt::format("what conducts with {:g} {} or more", value * m.largest, m.unit);
}

std::string too_small(const Extent& e, Axis flow) {
  for (const Axis axis : all_axes)
    if (e.along(axis) < least_length && (e.along(axis) > 1 || axis == flow))
      return fmt::format("volume too small: axis {} has {} voxels, {} are needed", axis_name(axis),
                         e.along(axis), least_length);
  return "";
}

/// What is asked of one axis.
class AxisStudy {
 public:
  AxisStudy(const StudyInput& in, Axis flow) : in_(in), flow_(flow) {
    joined_.fill(in.settings.periodic_sides);
    joined_[static_cast<std::size_t>(flow)] = false;
  }

  /// Narrowest way through a set that has one, and whose it is.
  std::pair<int, std::uint8_t> narrowest() const {
    std::pair<int, std::uint8_t> least{most_throat, first_conducting_class};
    for (const std::uint8_t level : levels(in_.materials)) {
      const int width =
          throat(in_.device, in_.volume.extent, set(in_.volume, level), flow_, joined_, most_throat);
      if (width > 0 && width < least.first) least = {width, level};
    }
    return least;
  }

  /// Why this copy says nothing of the result; empty when it does.
  std::string misfit(const Copy& copy, const AxisResult& result) const {
    if (result.status == Status::not_percolating)
      return fmt::format("percolation is lost on the copy of {}", copy.name);
    if (!result.ratio) return fmt::format("no result on the copy of {}: {}", copy.name, result.reason);
    return "";
  }

  /// What comes together or apart on this copy though it does not in the volume, or the reverse.
  std::string changed(const Copy& copy) const {
    for (const std::uint8_t level : levels(in_.materials)) {
      if (level == first_conducting_class) continue;  // seen by the study itself
      const bool here = through(in_.volume, level);
      if (here != through(copy.volume, level))
        return fmt::format("{} joins the plates {} on the copy of {}", level_name(in_.materials, level),
                           here ? "no more" : "only", copy.name);
    }
    return "";
  }

 private:
  VoxelSet set(const Volume& volume, std::uint8_t level) const {
    return voxels_of(volume, in_.materials.class_of_code, level);
  }
  bool through(const Volume& volume, std::uint8_t level) const {
    return spans(in_.device, volume.extent, set(volume, level), flow_, joined_);
  }

  const StudyInput& in_;
  Axis flow_;
  std::array<bool, 3> joined_{};
};

double absolute_error(const AxisResult& r) { return *r.ratio * r.solver.error.value_or(0); }

Resolution compare(const StudyInput& in, const AxisStudy& axis, const AxisResult& fine, std::size_t position,
                   const std::vector<Copy>& copies) {
  const auto on = [&](std::size_t copy) -> const AxisResult& { return copies[copy].results[position]; };
  Resolution none;
  none.fine = fine.ratio;
  none.twice = on(0).ratio;
  none.voted = on(1).ratio;
  none.four = on(2).ratio;
  none.voted_four = on(3).ratio;
  std::string why;
  for (std::size_t copy = 0; copy < 3 && why.empty(); ++copy)  // one can do without the last
    why = axis.misfit(copies[copy], on(copy));
  for (std::size_t copy = 0; copy < 2 && why.empty(); ++copy) why = axis.changed(copies[copy]);
  if (!why.empty()) {
    none.because(why);
    return none;
  }
  ResolutionValues v;
  v.fine = *fine.ratio;
  v.twice = *on(0).ratio;
  v.voted = *on(1).ratio;
  v.solver_error = std::max({absolute_error(fine), absolute_error(on(0)), absolute_error(on(1))});
  v.refinement_twice = refinement(in.volume.extent, copies[0].volume.extent);
  v.refinement_four = refinement(in.volume.extent, copies[2].volume.extent);
  v.largest = fine.mean;
  const std::string differs = axis.changed(copies[2]);
  if (differs.empty()) v.four = on(2).ratio;
  if (axis.changed(copies[3]).empty() && axis.misfit(copies[3], on(3)).empty()) v.voted_four = on(3).ratio;
  Resolution resolution = judge_resolution(v);
  resolution.four = on(2).ratio;
  resolution.voted_four = on(3).ratio;
  if (!differs.empty()) resolution.because("order not seen: " + differs);
  return resolution;
}

std::vector<Copy> solve_copies(const Study& study, const StudyInput& in, const Settings& settings,
                               const Progress& progress) {
  struct Kind {
    const char* name;
    int factor;
    CoarseRule rule;
  };
  std::vector<Copy> copies;
  for (const Kind& kind : {Kind{"twice the voxel size", 2, CoarseRule::sample},
                           Kind{"twice the voxel size, by vote", 2, CoarseRule::vote},
                           Kind{"four times the voxel size", 4, CoarseRule::sample},
                           Kind{"four times the voxel size, by vote", 4, CoarseRule::vote}}) {
    Copy copy{kind.name, coarsen(in.volume, kind.factor, kind.rule), {}};
    const Materials materials = materials_of(copy.volume, in.materials);
    const Progress named = [&](const std::string& doing, double fraction, const std::string& remark) {
      if (progress) progress(doing + ", " + kind.name, fraction, remark);
    };
    copy.results = study.run({copy.volume, materials, settings, in.device}, {}, named);
    copies.push_back(std::move(copy));
  }
  return copies;
}

}  // namespace

std::vector<std::string> study_resolution(const Study& study, const StudyInput& in,
                                          std::vector<AxisResult>& results, const Progress& progress) {
  std::vector<std::string> warnings;
  Settings settings = in.settings;
  settings.axes.clear();
  std::vector<AxisResult*> studied;
  for (AxisResult& result : results) {
    Resolution& resolution = result.resolution.emplace();
    resolution.fine = result.ratio;
    const AxisStudy axis(in, result.axis);
    if (result.status == Status::not_percolating) {
      resolution.because("nothing percolates in the volume itself");
      continue;
    }
    const auto [width, level] = axis.narrowest();
    resolution.throat = width;
    if (width < most_throat)
      warnings.push_back(fmt::format(
          "axis {}: the throat of {} is {} voxel{} wide, below {}: D_eff is far from that of the smooth "
          "structure, and estimates of how far are less certain; smaller voxels would help",
          axis_name(result.axis), level_name(in.materials, level), width, width == 1 ? "" : "s",
          most_throat));
    const std::string small = too_small(in.volume.extent, result.axis);
    if (!result.ratio)
      resolution.because("the volume itself has no result");
    else if (!small.empty())
      resolution.because(small);
    else {
      settings.axes.push_back(result.axis);
      studied.push_back(&result);
    }
  }
  if (studied.empty()) return warnings;
  const std::vector<Copy> copies = solve_copies(study, in, settings, progress);
  for (std::size_t position = 0; position < studied.size(); ++position) {
    AxisResult& result = *studied[position];
    const std::optional<int> width = result.resolution->throat;
    result.resolution = compare(in, AxisStudy(in, result.axis), result, position, copies);
    result.resolution->throat = width;
  }
  return warnings;
}

}  // namespace tauvox
