#include "host/app/study_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "host/app/field_output.hpp"
#include "host/app/interruption.hpp"
#include "host/app/outputs.hpp"
#include "host/app/series_output.hpp"
#include "host/app/tables.hpp"
#include "host/pages/field_picture.hpp"
#include "host/pages/impedance_picture.hpp"
#include "host/pages/transient_picture.hpp"
#include "host/report/append.hpp"
#include "host/settings/named_labels.hpp"
#include "host/studies/contrast.hpp"
#include "host/studies/electrolytes.hpp"
#include "host/studies/frame_sink.hpp"
#include "host/studies/liquid.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/voxel_flux.hpp"
#include "io/write.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {
namespace {

/// What a study has at the ends of its axis.
pages::Ends ends_of(const Settings& s) {
  const Study& study = study_named(s.study);
  const bool every_way = s.study == "percolation" || s.study == "chords";
  if (study.takes_all_axes || every_way) return {};
  if (study.gives_field || s.boundary == "membrane") return {"plate at 1", "plate at 0"};
  if (study.name == "transient") return {"plate at 1", "sealed"};
  return {"separator", "collector", s.separator == "low"};
}

pages::SolvePictures pictures_of(const Settings& s, const RunReport& report) {
  return {*report.volume, report.materials, report.phases,    s.slice_at,
          ends_of(s),     s.is_grey(),      picture_ending(s)};
}

/// Nothing where there is no picture: the notice says why.
void write_picture(const std::string& path, const std::string& bytes, const Settings& s) {
  if (!bytes.empty()) io::write_text(path, bytes, s.overwrite);
}

void write_field_of(const Settings& s, RunReport& report, const Result& r, const std::vector<float>& u) {
  const Volume& volume = *report.volume;
  const Axis axis = r.axis.value_or(s.axes.front());
  if (!s.field.empty())
    write_transport_field(field_path(s, axis), s, volume, report.materials, r, u, s.flux, s.overwrite);
  if (s.png.empty()) return;
  std::string notice;
  const pages::SolvePictures pictures = pictures_of(s, report);
  write_picture(field_picture_path(s, "concentration", axis), pictures.concentration(axis, u, notice), s);
  if (s.flux) {
    const VoxelFlux flux(volume, report.materials, u, axis, s.periodic_sides);
    write_picture(field_picture_path(s, "flux", axis), pictures.flux(axis, flux, u, notice), s);
  }
  note_pictures(s, notice, report);
}

class StudyRun {
 public:
  StudyRun(const Study& study, const StudyInput& in, const Settings& s, RunReport& report,
           Announcer& announcer, ProgressPrinter& printer, Checkpoint& checkpoint,
           const std::optional<Deadline>& deadline)
      : study_(study),
        in_(in),
        s_(s),
        report_(report),
        announcer_(announcer),
        printer_(printer),
        checkpoint_(checkpoint),
        deadline_(deadline),
        extends_(study.extends == "effective_transport"),
        in_time_along_axes_(study.gives_frames && s.axes.size() > 1),
        by_axes_(extends_ || in_time_along_axes_ || study.name == "effective_transport"),
        with_field_(s.wants_concentration() && study.gives_field) {}

  /// What was finished before is taken as it is. Of a study that adds to the results of transport when all
  /// its axes are solved, an axis is finished when it has run for that axis alone; and a study in time has
  /// one axis a run.
  void run() {
    const std::vector<Axis> left = by_axes_ ? take_finished() : s_.axes;
    if (!one_by_one()) return run_along(left);
    for (const Axis axis : left)
      if (!report_.unfinished) run_along({axis});
  }

 private:
  bool one_by_one() const { return extends_ || in_time_along_axes_; }
  void run_along(const std::vector<Axis>& axes) {
    if (axes.empty()) return;
    checkpoint_.begin(by_axes_ ? part_of(axes.front()) : study_.name);
    series_.emplace(settings_along(s_, axes.front()), report_);
    StudySettings rest = s_;
    rest.axes = axes;
    finished_.clear();
    const double written_before = writing_;
    const auto start = Clock::now();
    const KeptState state = checkpoint_.state_of(
        state_part(axes.front()), [this](const std::string& failed) { warn(failed); },
        [this] { return series_->files(); });
    const FrameSink frames = frame_sink();
    Report found;
    try {
      StudyInput asked{
          in_.volume,   in_.materials, rest, in_.device, [this](Result result) { finish(std::move(result)); },
          in_.deadline, in_.phases};
      if (!checkpoint_.path().empty()) asked.state = &state;
      asked.keeper = checkpoint_.keeper(
          "", deadline_, [this](const std::string& said) { note(said); },
          [this](const std::string& failed) { warn(failed); });
      if (writes_series(s_)) asked.frames = &frames;
      found = study_.run(asked, sink(),
                         [this](const std::string& doing, double fraction, const std::string& remark) {
                           printer_(doing, fraction, remark);
                           end_if_asked();
                         });
    } catch (const Interrupted& asked) {
      found.results = std::move(finished_);
      report_.unfinished = {asked.what(), {}};
    } catch (const Error& error) {
      throw_as_contrast(error, in_);
    }
    double solving = seconds_since(start) - (writing_ - written_before);
    for (const auto& [stage, seconds] : found.seconds) solving -= seconds;
    append_results(found);
    if (in_time_along_axes_)
      for (Curve& curve : found.curves) curve.name = curve_name(s_, curve.name, axes.front());
    add_series_texts(found);
    if (one_by_one() && !found.results.empty() && stands(found.results.front())) keep(found);
    add_rest(found);
    add_seconds("solve", solving);
    for (const auto& [stage, seconds] : found.seconds) add_seconds(stage, seconds);
    add_seconds("write", writing_ - written_before);
  }
  void add_seconds(const std::string& stage, double seconds) {
    for (auto& [known, sum] : report_.seconds)
      if (known == stage) {
        sum += seconds;
        return;
      }
    report_.seconds.emplace_back(stage, seconds);
  }
  void add_series_texts(Report& found) const {
    if (const std::string text = series_->text(); !text.empty())
      found.notices.push_back(text);
    else if (writes_series(s_) && !report_.unfinished)
      found.notices.push_back(
          fmt::format("{}: no field is written, for nothing takes part", series_->name()));
    if (writes_series(s_) && !report_.unfinished)
      if (const std::string text = series_->text_of_left(); !text.empty()) found.notices.push_back(text);
  }
  /// Beside its results.
  void add_rest(const Report& found) {
    const auto add_new = [](std::vector<std::string>& to, const std::vector<std::string>& texts) {
      std::vector<std::string> added;  // what each axis says alike is said once
      for (const std::string& text : texts)
        if (std::find(to.begin(), to.end(), text) == to.end()) added.push_back(text);
      append(to, added);
      return added;
    };
    note_all(s_, add_new(report_.notices, found.notices));
    add_new(report_.warnings, found.warnings);
    append(report_.curves, found.curves);
  }

  static std::string part_of(Axis axis) { return fmt::format("axis {}", axis_name(axis)); }
  /// Of what is not finished.
  std::string state_part(Axis axis) const {
    return in_time_along_axes_ ? fmt::format("{} along {}", study_.name, axis_name(axis)) : study_.name;
  }

  /// @return the axes that are left
  std::vector<Axis> take_finished() {
    std::vector<Axis> left;
    for (const Axis axis : s_.axes) {
      const Report* kept = checkpoint_.find(part_of(axis));
      if (!kept || !checkpoint_.wrote(part_of(axis), files_of(axis)) ||
          (writes_series(s_) && !checkpoint_.has_files_of(part_of(axis)))) {
        left.push_back(axis);
        continue;
      }
      Result result = kept->results.front();
      add_what_follows(result);
      report_.results.push_back(result);
      add_rest(*kept);
      announcer_.result(result);
    }
    return left;
  }
  /// That an axis has beside its numbers.
  std::vector<std::string> files_of(Axis axis) const {
    std::vector<std::string> files;
    if (with_field_ && !s_.field.empty()) files.push_back(field_path(s_, axis));
    if (with_field_ && !s_.png.empty()) files.push_back(field_picture_path(s_, "concentration", axis));
    if (with_field_ && !s_.png.empty() && s_.flux) files.push_back(field_picture_path(s_, "flux", axis));
    return files;
  }
  FieldSink sink() {
    if (!with_field_) return {};
    return [this](const Result& result, const std::vector<float>& concentration) {
      const auto start = Clock::now();
      printer_.clear();
      if (const auto failed = checkpoint_.announce_outputs()) warn(*failed);
      write_field_of(s_, report_, result, concentration);
      writing_ += seconds_since(start);
      keep(result);
    };
  }
  FrameSink frame_sink() {
    return {s_.frames, [this](const auto& times, const auto& facts, const std::vector<float>& concentration) {
              const auto start = Clock::now();
              if (const auto failed = checkpoint_.announce_outputs()) warn(*failed);
              series_->write(times, facts, concentration);
              writing_ += seconds_since(start);
            }};
  }
  /// From D_eff, by what else is known.
  void add_what_follows(Result& result) const {
    add_electrolyte(result, s_);
    add_liquid(result, in_.materials, conductivity_of_free_liquid(s_));
  }
  void finish(Result result) {
    add_what_follows(result);
    announcer_.result(result);
    finished_.push_back(result);
    if (!with_field_) keep(result);  // else its field comes first
  }
  static bool stands(const Result& result) {
    return result.status == Status::converged || result.status == Status::not_percolating;
  }
  /// A result that stands, of an axis; the run goes on where that cannot be written.
  void keep(const Result& result) {
    if (!by_axes_ || one_by_one() || !stands(result)) return;
    Report part;
    part.results = {result};
    keep(part);
  }
  void keep(const Report& part) {
    const Axis axis = *part.results.front().axis;
    std::vector<std::string> files = files_of(axis);
    if (in_time_along_axes_) {
      files = series_->files();
      checkpoint_.drop(state_part(axis));
    }
    if (const auto failed = checkpoint_.keep(part_of(axis), part, files)) warn(*failed);
  }
  void note(const std::string& said) {
    printer_.clear();
    report_.notices.push_back(said);
    note_all(s_, {said});
  }
  void warn(const std::string& failed) {
    report_.warnings.push_back(failed);
    announcer_.say("warning: " + one_line(failed) + "\n");
  }
  /// In the order asked for, with what was finished before. Of a study that adds to its results at its end
  /// nothing stands where that was not reached.
  void append_results(Report& found) {
    for (Result& result : found.results) add_what_follows(result);
    const bool late = deadline_ && Clock::now() > deadline_->at;
    if (!by_axes_) {
      const bool stopped = std::any_of(found.results.begin(), found.results.end(),
                                       [](const Result& r) { return r.status == Status::not_converged; });
      const bool asked = report_.unfinished.has_value();
      if (late && stopped && !asked) report_.unfinished = {deadline_->text(), {}};
      if (report_.unfinished) report_.unfinished->not_done = {study_.name};
      if (!asked) report_.results = std::move(found.results);
      return;
    }
    if (extends_ && (late || report_.unfinished)) {  // what is added to the result is missing
      found = {};
      if (!report_.unfinished) report_.unfinished = {deadline_->text(), {}};
    }
    append(report_.results, found.results);
    const auto place = [this](const Result& r) {
      return std::find(s_.axes.begin(), s_.axes.end(), *r.axis) - s_.axes.begin();
    };
    std::sort(report_.results.begin(), report_.results.end(),
              [&](const Result& a, const Result& b) { return place(a) < place(b); });
    std::vector<std::string> not_done;
    for (const Axis axis : s_.axes) {
      const auto of_axis = std::find_if(report_.results.begin(), report_.results.end(),
                                        [&](const Result& r) { return r.axis == axis; });
      if (of_axis == report_.results.end() || (late && of_axis->status == Status::not_converged))
        not_done.push_back(part_of(axis));
    }
    if (late && !report_.unfinished && !not_done.empty()) report_.unfinished = {deadline_->text(), {}};
    if (report_.unfinished) report_.unfinished->not_done = not_done;
  }

  const Study& study_;
  const StudyInput& in_;
  const Settings& s_;
  RunReport& report_;
  Announcer& announcer_;
  ProgressPrinter& printer_;
  Checkpoint& checkpoint_;
  const std::optional<Deadline>& deadline_;
  bool extends_, in_time_along_axes_, by_axes_, with_field_;
  std::optional<SeriesOutput> series_;
  double writing_ = 0;
  std::vector<Result> finished_;
};

}  // namespace

bool data_to_stdout(const Settings& s) { return s.json == "-" || s.csv == "-"; }

void note_all(const Settings& s, const std::vector<std::string>& notices) {
  if (s.quiet) return;
  for (const std::string& notice : notices) print_notice(notice);
}

void note_pictures(const Settings& s, const std::string& notice, RunReport& report) {
  if (notice.empty() ||
      std::find(report.notices.begin(), report.notices.end(), notice) != report.notices.end())
    return;
  report.notices.push_back(notice);
  note_all(s, {notice});
}

void write_structure_picture(const Settings& s, RunReport& report) {
  std::string notice;
  const Study& study = study_named(s.study);
  const bool has_plates = study.gives_field || study.name == "transient";
  const Axis along = has_plates ? s.axes.front() : s.thickness;
  write_picture(structure_picture_path(s), pictures_of(s, report).structure(along, notice), s);
  note_pictures(s, notice, report);
}

void write_curve_pictures(const Settings& s, RunReport& report) {
  const std::map<std::string, std::string (*)(const Curve&, const std::string&, std::string&)> pictures{
      {"impedance", pages::impedance_picture}, {"transient", pages::transient_picture}};
  for (const Curve& curve : report.curves) {
    const auto picture = pictures.find(curve.name.substr(0, curve.name.find('_')));  // transient_z
    if (picture == pictures.end()) continue;
    std::string notice;
    write_picture(curve_picture_path(s, curve.name), picture->second(curve, picture_ending(s), notice), s);
    note_pictures(s, notice, report);
  }
}

void run_study(const Study& study, const StudyInput& in, const Settings& settings, RunReport& report,
               Announcer& announcer, ProgressPrinter& printer, Checkpoint& checkpoint,
               const std::optional<Deadline>& deadline) {
  StudyRun(study, in, settings, report, announcer, printer, checkpoint, deadline).run();
}

}  // namespace tauvox
