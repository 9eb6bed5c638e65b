#include "host/app/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "host/app/console.hpp"
#include "host/app/interruption.hpp"
#include "host/report/append.hpp"
#include "host/report/wide_intervals.hpp"
#include "host/studies/coarsen.hpp"
#include "host/studies/contrast.hpp"
#include "host/studies/copied_octants.hpp"
#include "host/studies/copy_resolution.hpp"
#include "host/studies/electrolytes.hpp"
#include "host/studies/liquid.hpp"
#include "host/studies/rve.hpp"
#include "host/studies/sampling.hpp"
#include "host/studies/segmentation.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/turned_axes.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {
namespace {

/// Takes equal voxels in memory order, and finds something else in a mirrored volume.
constexpr const char* heeds_order = "particles";
/// Takes as long as all others, and what its diameters are in doubt by is known whatever a copy says.
constexpr const char* takes_long = "sizes";

void add_quantities(const QuantityDefinitions& rows, RunReport& report) {
  for (const QuantityDefinition& row : rows)
    if (std::none_of(report.quantities.begin(), report.quantities.end(),
                     [&](const QuantityDefinition& other) { return other.name == row.name; }))
      report.quantities.push_back(row);
}

/// Copies with voxels twice as large, where they still say something of the volume: of one alone a number may
/// differ little by chance, and that of a mirrored volume much.
std::vector<Volume> copies_of(const Volume& volume) {
  constexpr std::int64_t least_length = 32;
  for (const Axis axis : all_axes)
    if (volume.extent.along(axis) < least_length) return {};
  std::vector<Volume> copies;
  for (const CoarseRule rule : {CoarseRule::sample, CoarseRule::sample_upper})
    copies.push_back(coarsen(volume, 2, rule));
  return copies;
}

/// Of what is done beside, which is asked to end all the same.
const Progress silent = [](const std::string&, double, const std::string&) { end_if_asked(); };

/// By how much the volume fraction of some phases is in doubt by where their boundary was put.
template <class F>
double shift_of(const StudyInput& in, const F& is_inside) {
  StudyInput parted = in;
  parted.phases = {{{"inside", {}}, {"outside", {}}}};
  for (const Phase& phase : in.materials.phases)
    parted.phases.named[is_inside(phase) ? 0 : 1].labels.push_back(phase.label);
  for (const Result& result : study_named("fractions").run(parted, {}, silent).results)
    if (result.phase == "inside")
      return result.half_width("volume_fraction", ErrorSource::segmentation).value_or(0);
  return 0;
}

/// The same of what conducts.
double shift_of_fraction(const StudyInput& in) {
  return shift_of(in, [](const Phase& phase) { return phase.conductivity > 0; });
}

/// What precedes the parts of a transport that the checkpoint holds.
std::string within(const std::string& what) { return what + " transport: "; }

bool has_boundary(const StudyInput& in) {
  return in.materials.volume_fraction != 0 && in.materials.volume_fraction != 1;
}

/// As the study of fractions has it: one number has one uncertainty.
void add_shift_of_fraction(const StudyInput& in, Report& found) {
  const double shift = has_boundary(in) ? shift_of_fraction(in) : 0;
  for (Result& result : found.results)
    for (Quantity& quantity : result.quantities)
      if (quantity.name == "volume_fraction")
        quantity.uncertainties.push_back({ErrorSource::segmentation, shift});
}

/// Where a boundary moves, the liquid becomes more or less by what the porosities on its sides differ by.
void add_shift_of_liquid(const StudyInput& in, Report& found) {
  double shift = 0, before = 0;
  for (const double porosity : porosities_of(in.materials)) {
    shift +=
        (porosity - before) * shift_of(in, [&](const Phase& phase) { return phase.porosity >= porosity; });
    before = porosity;
  }
  for (Result& result : found.results)
    for (Quantity& quantity : result.quantities)
      if (quantity.name == "liquid_volume_fraction")
        quantity.uncertainties.push_back({ErrorSource::segmentation, shift});
}

constexpr double free_liquid = 1;  // --ionic names what has a relative conductivity of 1

}  // namespace

Evaluation::Evaluation(const Settings& settings, const Volume& volume, RunReport& report,
                       ProgressPrinter& printer, Checkpoint& checkpoint,
                       const std::optional<Deadline>& deadline)
    : settings_(settings),
      fields_(settings),
      volume_(volume),
      copies_(copies_of(volume)),
      layers_(volume),
      report_(report),
      printer_(printer),
      checkpoint_(checkpoint),
      deadline_(deadline) {
  if (copies_.empty()) note("the volume is too small for a copy with larger voxels: fewer uncertainties");
  if (settings.no_sampling) return;
  if (volume.outside) {
    note("no uncertainty of sampling: the sample is no box, and its octants would differ in shape");
    return;
  }
  std::string why = too_small_for_octants(volume.extent);
  if (why.empty()) {
    why = copies_among_octants(volume);
    are_copies_ = !why.empty();
  }
  if (why.empty())
    octants_ = octants(volume.extent);
  else
    note(fmt::format("no uncertainty of sampling: {}", why));
}

void Evaluation::note(const std::string& said) {
  report_.notices.push_back(said);
  if (!settings_.quiet) print_notice(said);
}

Progress Evaluation::progress() const {
  return [this](const std::string& doing, double fraction, const std::string& remark) {
    printer_(doing, fraction, remark);
    end_if_asked();
  };
}

void Evaluation::run(const Study& study, const StudyInput& in, Parts parts) {
  add_quantities(study.quantities, report_);
  if (take_finished(study.name, study)) return;
  checkpoint_.begin(study.name);
  const auto start = Clock::now();
  StudyInput with_octants = in;
  with_octants.octants = !octants_.empty();
  std::vector<float> diameters;
  FieldSink sink;
  if (!fields_.paths_of(study.name).empty())
    sink = [&](const Result&, const std::vector<float>& of_phase) {
      if (diameters.empty()) diameters.assign(of_phase.size(), std::nanf(""));
      for (std::size_t i = 0; i < of_phase.size(); ++i)
        if (!std::isnan(of_phase[i])) diameters[i] = of_phase[i];
    };
  Report found = study.run(with_octants, sink, progress());
  if (sink) write_thickness(diameters);
  add_resolution(study, in, found);
  if (parts == Parts::octants)
    add_sampling(results_on(octants_, study, in, progress()), found, nullptr);
  else if (with_octants.octants)
    widen_by_layers(found.results, layers_, settings_.phases);
  if (are_copies_) leave_sampling_open(found.results, report_.quantities, nullptr);
  report_.seconds.emplace_back(study.name, seconds_since(start));
  finish(study.name, study, found);
}

void Evaluation::add_resolution(const Study& study, const StudyInput& in, Report& found) const {
  if (copies_.empty()) return;
  std::vector<std::vector<Result>> of_copies;
  for (const Volume& copy : copies_) {
    const bool second = !of_copies.empty();
    if (second && study.name == takes_long) break;
    std::optional<Volume> mirrored;
    if (second && study.name == heeds_order) mirrored = turned(copy, "-z,-y,-x");
    StudyInput coarse{mirrored ? *mirrored : copy, in.materials, in.settings, in.device};
    coarse.phases = in.phases;
    of_copies.push_back(study.run(coarse, {}, silent).results);
  }
  add_copy_resolution(found.results, study.quantities, of_copies, copies_.front(), in.phases);
}

void Evaluation::run_transport(const StudyInput& asked, const std::string& carries,
                               const std::string& what) try {
  const Study &study = study_named("effective_transport"), &with_copies = with_resolution(study);
  add_quantities(quantities_of_family(study), report_);
  if (take_finished(what, study)) return;
  checkpoint_.begin(what + " transport");
  const StudyInput in = kept_within(asked, what);
  const auto start = Clock::now();
  Report found = with_copies.run(in, transport_sink(in, what), progress());
  for (Result& result : found.results) add_liquid(result, in.materials, free_liquid);
  std::vector<std::vector<Result>> of_octants = sample_transport(study, in, found);
  if (settings_.segmentation_study)
    add_shifted(study, in, found);
  else
    add_shift_of_fraction(in, found);
  add_shift_of_liquid(in, found);
  if (settings_.rve) add_representative_volume(found, in, "rve_" + what, progress(), std::move(of_octants));
  report_.seconds.emplace_back(what, seconds_since(start));
  for (Result& result : found.results) {
    result.phase = carries;
    result.carrier = what == "ionic" ? carrier_ions : carrier_electrons;
    add_electrolyte(result, in.settings);  // with all uncertainties that were found
    result.remarks.insert(result.remarks.begin(), what + " transport");
  }
  for (std::string& warning : found.warnings) warning = fmt::format("{} transport: {}", what, warning);
  checkpoint_.drop_within(within(what));
  finish(what, study, found);
} catch (const Error& error) {
  throw_as_contrast(error, asked);
}

StudyInput Evaluation::kept_within(const StudyInput& in, const std::string& what) {
  StudyInput kept = in;
  kept.keeper = checkpoint_.keeper(
      within(what), deadline_, [this](const std::string& said) { note(said); },
      [this](const std::string& failed) { report_.warnings.push_back(failed); });
  kept.remember = [this, what](const std::string& part, const StudyInput::Find& find) {
    const std::string name = within(what) + part;
    std::vector<std::string> files;
    for (const Axis axis : all_axes)
      if (part == fmt::format("axis {}", axis_name(axis))) files = fields_.paths_along(what, axis);
    if (const Report* known = checkpoint_.find(name); known && checkpoint_.wrote(name, files))
      return known->results;
    checkpoint_.begin(name);
    Report found;
    found.results = find();
    if (const auto failed = checkpoint_.keep(name, found, files)) report_.warnings.push_back(*failed);
    return found.results;
  };
  return kept;
}

FieldSink Evaluation::transport_sink(const StudyInput& in, const std::string& what) {
  if (!fields_.computed()) return {};
  return [this, &in, what](const Result& result, const std::vector<float>& concentration) {
    if (!fields_.wanted()) return;
    announce_outputs();
    fields_.write_transport(what, in.volume, in.materials, result, concentration);
  };
}

void Evaluation::write_thickness(const std::vector<float>& diameters) {
  if (diameters.empty()) return;  // no phase ends in the volume
  announce_outputs();
  fields_.write_thickness(volume_, diameters);
}

void Evaluation::announce_outputs() {
  if (const auto failed = checkpoint_.announce_outputs()) report_.warnings.push_back(*failed);
}

void Evaluation::add_sampling(const std::vector<std::vector<Result>>& of_octants, Report& found,
                              const Materials* materials) const {
  if (of_octants.empty()) return;
  append(found.warnings, tauvox::add_sampling(found.results, report_.quantities, of_octants, materials,
                                              &layers_, settings_.phases));
}

std::vector<std::vector<Result>> Evaluation::sample_transport(const Study& study, const StudyInput& in,
                                                              Report& found) const {
  // Labels may differ where what conducts is copied.
  const std::string copies =
      octants_.empty() ? "" : copies_among_octants(in.volume, in.materials.class_of_code);
  if (are_copies_ || !copies.empty()) leave_sampling_open(found.results, report_.quantities, &in.materials);
  if (!copies.empty())
    for (Result& result : found.results) result.remarks.push_back(fmt::format("sampling: {}", copies));
  if (octants_.empty() || !copies.empty()) return {};
  std::vector<std::vector<Result>> of_octants = results_on(octants_, study, in, progress());
  add_liquid_on(octants_, in, free_liquid, of_octants);
  add_sampling(of_octants, found, &in.materials);
  return of_octants;
}

void Evaluation::add_shifted(const Study& study, const StudyInput& in, Report& found) {
  std::vector<std::uint8_t> inside, outside;
  for (const Phase& phase : in.materials.phases) {
    inside.push_back(phase.conductivity > 0);
    outside.push_back(phase.conductivity == 0);
  }
  // Only the boundary of what conducts is moved, and those of better and worse conductors are boundaries too.
  std::set<double> conductivities;
  for (const Phase& phase : in.materials.phases)
    if (phase.conductivity > 0 && phase.voxels > 0) conductivities.insert(phase.conductivity);
  const bool is_bounded = has_boundary(in);
  if (conductivities.size() > 1 || !is_bounded)
    for (Result& result : found.results)
      result.remarks.push_back(
          is_bounded ? "segmentation: boundaries between phases that conduct differently are not counted"
                     : "segmentation: not known, as nothing bounds what conducts");
  if (!is_bounded) return;
  const double shift = shift_of_fraction(in);
  std::vector<Shifted> shifted;
  for (const auto* set : {&inside, &outside}) {
    const Volume volume = grown(in.volume, *set);
    const Materials materials = materials_of(volume, in.materials);
    const Progress named = [&](const std::string& doing, double fraction, const std::string& remark) {
      progress()(doing + (set == &inside ? ", boundary moved out" : ", boundary moved in"), fraction, remark);
    };
    StudyInput moved{volume, materials, in.settings, in.device, {}, {}, in.phases};
    moved.keeper = in.keeper;
    moved.remember = in.remember;
    moved.within = set == &inside ? "boundary moved out, " : "boundary moved in, ";
    shifted.push_back({materials.volume_fraction, study.run(moved, {}, named).results});
    for (Result& result : shifted.back().results) add_liquid(result, materials, free_liquid);
  }
  add_segmentation(found.results, report_.quantities, in.materials.volume_fraction, shift, shifted);
}

bool Evaluation::take_finished(const std::string& name, const Study& study) {
  const Report* kept = checkpoint_.find(name);
  const std::vector<std::string> files = fields_.paths_of(name);
  if (!kept || !checkpoint_.wrote(name, files)) return false;
  add(study, *kept);
  append(report_.fields, files);
  return true;
}

void Evaluation::finish(const std::string& name, const Study& study, Report& found) {
  for (Result& result : found.results) remark_on_wide_intervals(result, report_.quantities);
  add(study, found);
  const std::vector<std::string> files = fields_.paths_of(name);
  append(report_.fields, files);
  if (const auto failed = checkpoint_.keep(name, found, files)) report_.warnings.push_back(*failed);
}

void Evaluation::add(const Study& study, const Report& found) {
  printer_.clear();
  const bool shown = !settings_.quiet && study.name != "percolation";  // the files have it, along all axes
  if (shown && !found.results.empty()) print_text(fmt::format("{}: {}\n", study.name, study.meaning));
  std::string others;  // along the thickness; the other axes stand in the files
  for (const Result& result : found.results)
    if (shown && (!result.axis || *result.axis == settings_.thickness))
      print_text(text_of_result(report_, result));
    else if (result.axis && others.find(axis_name(*result.axis)) == std::string::npos)
      others += std::string(others.empty() ? "" : " and ") + axis_name(*result.axis);
  if (shown && !others.empty())
    print_text(fmt::format(
        "  along {}: in results.json, results.csv and report.html, which -o FOLDER writes\n", others));
  append(report_.results, found.results);
  append(report_.curves, found.curves);
  append(report_.notices, found.notices);
  append(report_.warnings, found.warnings);
}

}  // namespace tauvox
