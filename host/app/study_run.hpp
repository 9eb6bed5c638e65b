// A study in a run: results are announced, fields written and both kept as soon as they are known.
#pragma once

#include "host/app/checkpoint.hpp"
#include "host/app/console.hpp"
#include "host/app/interruption.hpp"
#include "host/app/progress.hpp"
#include "host/report/run_report.hpp"
#include "host/settings/settings.hpp"
#include "host/studies/study.hpp"

namespace tauvox {

bool data_to_stdout(const Settings& settings);
/// On standard error, unless all is to be quiet.
void note_all(const Settings& settings, const std::vector<std::string>& notices);
/// One notice, however many pictures lack their axes; empty: none.
void note_pictures(const Settings& settings, const std::string& notice, RunReport& report);
/// NAME_structure.png
void write_structure_picture(const Settings& settings, RunReport& report);

/// NAME_impedance.png or NAME_transient.png, where there is one.
void write_curve_pictures(const Settings& settings, RunReport& report);

/// Prints each result when it is known. Where the study adds to results at its end, that is a notice,
/// and the whole at the end.
class Announcer {
 public:
  Announcer(const Settings& s, const Study& study, const RunReport& report, ProgressPrinter& printer)
      : silent_(s.quiet && (!s.json.empty() || data_to_stdout(s))),
        quiet_(s.quiet),
        preliminary_(!study.extends.empty()),
        print_(data_to_stdout(s) ? print_note : print_text),
        report_(report),
        printer_(printer) {}

  void say(const std::string& text) {
    if (silent_ || text.empty()) return;
    printer_.clear();
    print_(text);
  }
  void result(const Result& result) {
    if (!preliminary_) {
      say(text_of_result(report_, result));
      ++shown_;
    } else if (!quiet_) {
      printer_.clear();
      std::string line = text_of_headline(report_, result);
      line.erase(line.find_last_not_of('\n') + 1);
      for (std::size_t end; (end = line.find('\n')) != std::string::npos;)
        line.replace(end, line.find_first_not_of(" \n", end) - end, "; ");
      print_notice(line);
    }
  }
  void rest() {
    for (std::size_t i = shown_; i < report_.results.size(); ++i)
      say(text_of_result(report_, report_.results[i]));
    say(text_of_warnings(report_));
  }

 private:
  bool silent_, quiet_, preliminary_;
  void (*print_)(const std::string&);
  const RunReport& report_;
  ProgressPrinter& printer_;
  std::size_t shown_ = 0;
};

/// Adds what the study finds to the report. What was finished before is taken as it is; where the run is
/// asked to end, the report says what is not done.
void run_study(const Study& study, const StudyInput& in, const Settings& settings, RunReport& report,
               Announcer& announcer, ProgressPrinter& printer, Checkpoint& checkpoint,
               const std::optional<Deadline>& deadline);

}  // namespace tauvox
