// The study of resolution: effective transport, and the same on coarse copies of the volume, to say how much
// of the result is due to the voxels. The copies are solved when the fine solves are over and their buffers
// gone: they take an eighth of that, a throat 4 bytes a voxel.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "host/studies/add_uncertainty.hpp"
#include "host/studies/coarsen.hpp"
#include "host/studies/resolution.hpp"
#include "host/studies/study.hpp"
#include "host/studies/throat.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/sides.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

constexpr std::int64_t least_length = 16;  // of an axis that is not one voxel: four on the coarsest copy

/// A coarse copy, its name in messages, and what the study found on it.
struct Copy {
  std::string name;
  Volume volume;
  std::vector<Result> results;
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
  if (level == first_conducting_class) return "the conducting phase";
  const double value = m.class_conductivity[static_cast<std::size_t>(level - first_conducting_class)];
  return fmt::format("the part that conducts with {:g} {} or more", value * m.largest, m.unit);
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
  AxisStudy(const StudyInput& in, Axis flow)
      : in_(in), flow_(flow), joined_(Sides::between_plates(flow, in.settings.periodic_sides).joined()) {}

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
  std::string misfit(const Copy& copy, const Result& result) const {
    if (result.status == Status::not_percolating)
      return fmt::format("percolation is lost on the copy of {}", copy.name);
    if (!result.value("effective_ratio"))
      return fmt::format("no result on the copy of {}: {}", copy.name, result.reason.value_or(""));
    return "";
  }

  /// What comes together or apart on this copy though it does not in the volume, or the reverse.
  std::string changed(const Copy& copy) const {
    for (const std::uint8_t level : levels(in_.materials)) {
      if (level == first_conducting_class) continue;  // seen by the study itself
      const bool here = through(in_.volume, level);
      if (here != through(copy.volume, level))
        return fmt::format("{} percolates {} the copy of {}", level_name(in_.materials, level),
                           here ? "in the volume, but not on" : "only on", copy.name);
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
  std::array<bool, 3> joined_;
};

double absolute_error(const Result& r) {
  return r.half_width("effective_ratio", ErrorSource::solver).value_or(0);
}

/// Their places among the copies; the sampled ones come in pairs.
enum CopyPlace : std::size_t { twice, twice_upper, twice_voted, four, four_upper, four_voted };

Resolution compare(const StudyInput& in, const AxisStudy& axis, const Result& fine, std::size_t position,
                   const std::vector<Copy>& copies, int throat) {
  const auto on = [&](std::size_t copy) -> const Result& { return copies[copy].results[position]; };
  const auto ratio = [&](std::size_t copy) { return on(copy).value("effective_ratio"); };
  const auto mean = [&](std::size_t lower, std::size_t upper) -> std::optional<double> {
    if (!ratio(lower) || !ratio(upper)) return std::nullopt;
    return (*ratio(lower) + *ratio(upper)) / 2;
  };
  Resolution none;
  none.fine = fine.value("effective_ratio");
  none.twice = mean(twice, twice_upper);
  none.voted = ratio(twice_voted);
  none.four = mean(four, four_upper);
  none.voted_four = ratio(four_voted);
  std::string why;
  for (std::size_t copy = twice; copy < four_voted && why.empty(); ++copy)  // one can do without the last
    why = axis.misfit(copies[copy], on(copy));
  for (std::size_t copy = twice; copy <= twice_voted && why.empty(); ++copy) why = axis.changed(copies[copy]);
  if (!why.empty()) {
    none.because(why);
    return none;
  }
  ResolutionValues v;
  v.fine = *none.fine;
  v.twice = *none.twice;
  v.spread = std::abs(*ratio(twice) - *ratio(twice_upper));
  v.voted = *none.voted;
  v.solver_error = std::max({absolute_error(fine), absolute_error(on(twice)), absolute_error(on(twice_upper)),
                             absolute_error(on(twice_voted))});
  v.refinement_twice = refinement(in.volume.extent, copies[twice].volume.extent);
  v.refinement_four = refinement(in.volume.extent, copies[four].volume.extent);
  v.largest = in.materials.mean;
  std::string differs = axis.changed(copies[four]);
  if (differs.empty()) differs = axis.changed(copies[four_upper]);
  if (differs.empty()) v.four = none.four;
  if (axis.changed(copies[four_voted]).empty() && axis.misfit(copies[four_voted], on(four_voted)).empty())
    v.voted_four = none.voted_four;
  v.contrast = in.materials.class_conductivity.back() / in.materials.class_conductivity.front();
  v.narrow = throat < most_throat;
  Resolution resolution = judge_resolution(v);
  resolution.four = none.four;
  resolution.voted_four = none.voted_four;
  if (!differs.empty()) resolution.because("order not seen: " + differs);
  return resolution;
}

/// What conducts alike; nothing where values share classes, since each has its own conductivity still.
Kinds kinds_of(const Materials& m) {
  for (std::size_t code = 0; code < m.phases.size(); ++code) {
    const int c = m.class_of_code[code] - first_conducting_class;
    const double own = m.phases[code].conductivity;
    if (c >= 0 && std::abs(m.class_conductivity[static_cast<std::size_t>(c)] * m.largest - own) > 1e-12 * own)
      return {};
  }
  return m.class_of_code;
}

std::vector<Copy> solve_copies(const StudyInput& in, const StudySettings& settings,
                               const Progress& progress) {
  struct Kind {
    const char* name;
    int factor;
    CoarseRule rule;
  };
  std::vector<Copy> copies;
  for (const Kind& kind : {Kind{"twice the voxel size", 2, CoarseRule::sample},
                           Kind{"twice the voxel size, upper voxels", 2, CoarseRule::sample_upper},
                           Kind{"twice the voxel size, by vote", 2, CoarseRule::vote},
                           Kind{"four times the voxel size", 4, CoarseRule::sample},
                           Kind{"four times the voxel size, upper voxels", 4, CoarseRule::sample_upper},
                           Kind{"four times the voxel size, by vote", 4, CoarseRule::vote}}) {
    Copy copy{kind.name, coarsen(in.volume, kind.factor, kind.rule, kinds_of(in.materials)), {}};
    const Materials materials = materials_of(copy.volume, in.materials);
    const Progress named = [&](const std::string& doing, double fraction, const std::string& remark) {
      if (progress) progress(doing + ", " + kind.name, fraction, remark);
    };
    copy.results = in.part(kind.name, [&] {
      return effective_transport({copy.volume, materials, settings, in.device, {}, in.deadline}, {}, named)
          .results;
    });
    copies.push_back(std::move(copy));
  }
  return copies;
}

/// What can be said before any copy is solved: the throat, or why there is no study.
Resolution first_look(const StudyInput& in, const Result& result, std::vector<std::string>& warnings) {
  Resolution resolution;
  resolution.fine = result.value("effective_ratio");
  if (result.status == Status::not_percolating) {
    resolution.because("nothing percolates in the volume itself");
    return resolution;
  }
  const auto [width, level] = AxisStudy(in, *result.axis).narrowest();
  resolution.throat = width;
  if (width < most_throat)
    warnings.push_back(fmt::format(
        "{}: at its narrowest place {} is {} voxel{} wide; below {} the result is far from that of the "
        "smooth structure, and its resolution uncertainty is less reliable; smaller voxels would help",
        subject_of(result), level_name(in.materials, level), width, width == 1 ? "" : "s", most_throat));
  if (const std::string small = too_small(in.volume.extent, *result.axis); !resolution.fine)
    resolution.because("the volume itself has no result");
  else if (!small.empty())
    resolution.because(small);
  return resolution;
}

void add(Result& result, const Resolution& found, const Materials& materials) {
  add_uncertainty(result, {ErrorSource::resolution, found.uncertainty, false}, materials);
  result.quantities.insert(
      result.quantities.end(),
      {{"resolution_uncertainty", found.uncertainty},
       {"extrapolated_ratio", found.extrapolated},
       {"resolution_order", found.order},
       {"effective_ratio_twice", found.twice},
       {"spread_twice", found.spread},
       {"effective_ratio_four", found.four},
       {"voted_ratio_twice", found.voted},
       {"voted_ratio_four", found.voted_four},
       {"throat_voxels", found.throat ? std::optional<double>(*found.throat) : std::nullopt}});
  if (!found.reason.empty()) result.remarks.push_back("resolution: " + found.reason);
}

Report resolution(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  Report report = effective_transport(in, sink, progress);
  const auto start = Clock::now();
  StudySettings settings = in.settings;
  settings.axes.clear();
  std::vector<Resolution> found;
  std::vector<std::size_t> studied;
  for (const Result& result : report.results) {
    found.push_back(first_look(in, result, report.warnings));
    if (!found.back().reason.empty()) continue;
    settings.axes.push_back(*result.axis);
    studied.push_back(found.size() - 1);
  }
  if (!studied.empty()) {
    const std::vector<Copy> copies = solve_copies(in, settings, progress);
    for (std::size_t position = 0; position < studied.size(); ++position) {
      const Result& result = report.results[studied[position]];
      Resolution& of_axis = found[studied[position]];
      const std::optional<int> width = of_axis.throat;
      of_axis = compare(in, AxisStudy(in, *result.axis), result, position, copies,
                        of_axis.throat.value_or(most_throat));
      of_axis.throat = width;
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i) add(report.results[i], found[i], in.materials);
  report.seconds.emplace_back("resolution", seconds_since(start));
  return report;
}

QuantityDefinition copy_row(const char* name, const char* copy, const char* symbol) {
  return {.name = name,
          .title = fmt::format("on the copy of {}", copy),
          .symbol = symbol,
          .definition = fmt::format("effective_ratio of the copy with voxels of {}.", copy),
          .least = 0,
          .in_text = false};
}

QuantityDefinitions resolution_quantities() {
  return {
      {.name = "resolution_uncertainty",
       .title = "resolution uncertainty",
       .symbol = "u",
       .definition =
           "Estimated half width of the interval around effective_ratio that holds the value of "
           "the smooth structure which the voxels describe: u = 1.5 |d| + 0.5 S_2 + 0.25 |V_2 - D_2| + 0.2 "
           "|V_4 - D_4| + solver, d = (D_2 - D_1) / (r - 1); D_2, D_4 means of two sampled and V_2, V_4 "
           "voted copies with voxels 2 and 4 times as large. A volume mirrored along one axis has other "
           "copies: the same u in kind, not to the digit. Where conductors of 10 to 1 or more give an order "
           "p "
           "below 0.5, d = (D_2 - D_1) / (2^p - 1); none where p is below 0 and the throat below 5 voxels.",
       .least = 0,
       .in_text = false},
      {.name = "extrapolated_ratio",
       .title = "extrapolated to zero voxel size",
       .symbol = "{D}_0h/{D}0",
       .definition =
           "effective_ratio extrapolated to a voxel size of zero: D_1 - d, in first order but where "
           "resolution_uncertainty says otherwise.",
       .least = 0},
      {.name = "resolution_order",
       .title = "order of convergence",
       .symbol = "p",
       .definition = "p = ln((D_4 - D_2) / (D_2 - D_1)) / ln 2; near 1 where the voxels resolve the "
                     "structure; undefined where no order is seen."},
      copy_row("effective_ratio_twice", "twice the voxel size, sampled at their centres: the mean of two",
               "D_2"),
      {.name = "spread_twice",
       .title = "difference of the two copies of twice the voxel size",
       .symbol = "S_2",
       .definition =
           "By how much the two copies differ that effective_ratio_twice is the mean of: they take the "
           "lower and the upper voxel of the two in the middle, along all axes.",
       .least = 0,
       .in_text = false},
      copy_row("effective_ratio_four", "four times the voxel size, sampled at their centres: the mean of two",
               "D_4"),
      copy_row("voted_ratio_twice", "twice the voxel size, by the most frequent label", "V_2"),
      copy_row("voted_ratio_four", "four times the voxel size, by the most frequent label", "V_4"),
      {.name = "throat_voxels",
       .title = "narrowest place (5: or more)",
       .symbol = "w",
       .unit = "voxel",
       .definition = "Edge of the widest cube that can be pushed from plate to plate inside the conducting "
                     "phase; 5: five voxels or more.",
       .least = 1,
       .most = most_throat}};
}

}  // namespace

Study resolution_study() {
  return {
      .name = "resolution",
      .meaning = "effective_transport with copies of larger voxels: its uncertainty due to the voxel size",
      .quantities = resolution_quantities(),
      .run = resolution,
      .extends = "effective_transport",
      .gives_field = true};
}

}  // namespace tauvox
