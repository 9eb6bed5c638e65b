#include "host/app/study_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "host/app/interruption.hpp"
#include "host/app/outputs.hpp"
#include "host/settings/named_labels.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void write_field_of(const Settings& s, const Volume& volume, const Result& r, const std::vector<float>& u) {
  const Axis axis = r.axis.value_or(s.axes.front());
  if (!s.field.empty()) {
    io::FieldFile file;
    file.volume = &volume;
    file.concentration = u;
    file.axis = r.axis;
    file.phases = phases_text(s.phases);
    for (const char* name : {"effective_ratio", "tortuosity_factor"})
      if (const std::optional<double> value = r.value(name)) file.results.emplace_back(name, *value);
    file.results.emplace_back("converged", r.status == Status::converged ? 1 : 0);
    io::write_field(field_path(s, axis), file, s.overwrite);
  }
  if (!s.png.empty())
    io::write_concentration_png(concentration_picture_path(s, axis), volume, u, picture_normal(axis),
                                s.overwrite);
}

class StudyRun {
 public:
  StudyRun(const Study& study, const StudyInput& in, const Settings& s, RunReport& report,
           Announcer& announcer, ProgressPrinter& printer, Checkpoint& checkpoint)
      : study_(study),
        in_(in),
        s_(s),
        report_(report),
        announcer_(announcer),
        printer_(printer),
        checkpoint_(checkpoint),
        by_axes_(study.name == "effective_transport" && study.extends.empty()),
        with_field_(s.wants_concentration() && study.gives_field) {}

  /// What was finished before is taken as it is.
  void run() {
    StudySettings rest = s_;
    if (by_axes_) rest.axes = take_finished();
    if (rest.axes.empty()) return;
    const auto start = Clock::now();
    Report found;
    try {
      found =
          study_.run({in_.volume, in_.materials, rest, in_.device,
                      [this](const Result& result) { finish(result); }, in_.deadline, in_.phases},
                     sink(), [this](const std::string& doing, double fraction, const std::string& remark) {
                       printer_(doing, fraction, remark);
                       end_if_asked();
                     });
    } catch (const Interrupted& asked) {
      found.results = std::move(finished_);
      report_.unfinished = {asked.what(), {}};
    }
    double solving = seconds_since(start) - writing_;
    for (const auto& [stage, seconds] : found.seconds) solving -= seconds;
    append_results(found);
    note_all(s_, found.notices);
    append(report_.notices, found.notices);
    append(report_.warnings, found.warnings);
    report_.seconds.emplace_back("solve", solving);
    report_.seconds.insert(report_.seconds.end(), found.seconds.begin(), found.seconds.end());
    report_.seconds.emplace_back("write", writing_);
  }

 private:
  static std::string part_of(Axis axis) { return fmt::format("axis {}", axis_name(axis)); }

  /// @return the axes that are left
  std::vector<Axis> take_finished() {
    std::vector<Axis> left;
    for (const Axis axis : s_.axes) {
      const Report* kept = checkpoint_.find(part_of(axis));
      const bool whole = kept && (s_.field.empty() || std::filesystem::exists(field_path(s_, axis)));
      if (!whole) {
        left.push_back(axis);
        continue;
      }
      report_.results.push_back(kept->results.front());
      announcer_.result(kept->results.front());
    }
    return left;
  }
  FieldSink sink() {
    if (!with_field_) return {};
    return [this](const Result& result, const std::vector<float>& concentration) {
      const auto start = Clock::now();
      printer_.clear();
      write_field_of(s_, in_.volume, result, concentration);
      writing_ += seconds_since(start);
      keep(result);
    };
  }
  void finish(const Result& result) {
    announcer_.result(result);
    finished_.push_back(result);
    if (!with_field_) keep(result);  // else its field comes first
  }
  /// A result that stands, of an axis; the run goes on where that cannot be written.
  void keep(const Result& result) {
    if (!by_axes_ || (result.status != Status::converged && result.status != Status::not_percolating)) return;
    Report part;
    part.results = {result};
    if (const auto failed = checkpoint_.keep(part_of(*result.axis), part)) {
      report_.warnings.push_back(*failed);
      announcer_.say("warning: " + *failed + "\n");
    }
  }
  /// In the order asked for, with what was finished before. Of a study that adds to its results at its end
  /// nothing stands where that was not reached.
  void append_results(Report& found) {
    if (!by_axes_) {
      if (report_.unfinished)
        report_.unfinished->not_done = {study_.name};
      else
        report_.results = std::move(found.results);
      return;
    }
    append(report_.results, found.results);
    const auto place = [this](const Result& r) {
      return std::find(s_.axes.begin(), s_.axes.end(), *r.axis) - s_.axes.begin();
    };
    std::sort(report_.results.begin(), report_.results.end(),
              [&](const Result& a, const Result& b) { return place(a) < place(b); });
    const bool late = in_.deadline && Clock::now() > *in_.deadline;
    std::vector<std::string> not_done;
    for (const Axis axis : s_.axes) {
      const auto of_axis = std::find_if(report_.results.begin(), report_.results.end(),
                                        [&](const Result& r) { return r.axis == axis; });
      if (of_axis == report_.results.end() || (late && of_axis->status == Status::not_converged))
        not_done.push_back(part_of(axis));
    }
    if (late && !report_.unfinished && !not_done.empty()) report_.unfinished = {"the limit of time", {}};
    if (report_.unfinished) report_.unfinished->not_done = not_done;
  }

  const Study& study_;
  const StudyInput& in_;
  const Settings& s_;
  RunReport& report_;
  Announcer& announcer_;
  ProgressPrinter& printer_;
  Checkpoint& checkpoint_;
  bool by_axes_, with_field_;
  double writing_ = 0;
  std::vector<Result> finished_;
};

}  // namespace

bool data_to_stdout(const Settings& s) { return s.json == "-" || s.csv == "-"; }

void note_all(const Settings& s, const std::vector<std::string>& notices) {
  if (s.quiet) return;
  for (const std::string& notice : notices) print_note("notice: " + notice + "\n");
}

/// A plane that shows the direction of transport.
Axis picture_normal(Axis flow) { return flow == Axis::y ? Axis::z : Axis::y; }

void run_study(const Study& study, const StudyInput& in, const Settings& settings, RunReport& report,
               Announcer& announcer, ProgressPrinter& printer, Checkpoint& checkpoint) {
  StudyRun(study, in, settings, report, announcer, printer, checkpoint).run();
}

}  // namespace tauvox
