// Studies of one volume, one after the other, with what their numbers are uncertain by.
#pragma once

#include "host/app/checkpoint.hpp"
#include "host/app/field_output.hpp"
#include "host/app/progress.hpp"
#include "host/report/run_report.hpp"
#include "host/settings/settings.hpp"
#include "host/studies/layers.hpp"
#include "host/studies/parts.hpp"

namespace tauvox {

/// Which parts of the volume a study is run on as well.
enum class Parts { none, octants };

/// Runs one study after the other and adds what it found.
class Evaluation {
 public:
  /// @param report gets results and notices; what is shown is printed along the thickness
  /// @param checkpoint what it holds is not computed again
  /// @param deadline of the run
  Evaluation(const Settings& settings, const Volume& volume, RunReport& report, ProgressPrinter& printer,
             Checkpoint& checkpoint, const std::optional<Deadline>& deadline);

  void run(const Study& study, const StudyInput& in, Parts parts);
  /// Effective transport.
  /// @param carries names of phases that the results are about
  /// @param what "ionic" or "electronic"
  void run_transport(const StudyInput& in, const std::string& carries, const std::string& what);

 private:
  void note(const std::string& said);
  /// @param of_octants empty where they would say nothing
  void add_sampling(const std::vector<std::vector<Result>>& of_octants, Report& found,
                    const Materials* materials) const;
  /// Results of transport on the octants; none where they say nothing, then a remark says so.
  std::vector<std::vector<Result>> sample_transport(const Study& study, const StudyInput& in,
                                                    Report& found) const;
  /// Of what a study found, by what it finds on the copies.
  void add_resolution(const Study& study, const StudyInput& in, Report& found) const;
  /// Writes fields as they come, of transport one an axis, of sizes one of all phases.
  FieldSink transport_sink(const StudyInput& in, const std::string& what);
  /// The same input, of which finished axes, copies and parts of the volume are kept, and how far a solve
  /// came.
  StudyInput kept_within(const StudyInput& in, const std::string& what);
  void write_thickness(const std::vector<float>& diameters);
  void announce_outputs();
  void add_shifted(const Study& study, const StudyInput& in, Report& found);
  /// What is finished under that name, shown and added to the report.
  bool take_finished(const std::string& name, const Study& study);
  void finish(const std::string& name, const Study& study, Report& found);
  void add(const Study& study, const Report& found);
  Progress progress() const;

  const Settings& settings_;
  EvaluationFields fields_;
  const Volume& volume_;
  std::vector<Volume> copies_;  // with larger voxels
  Layers layers_;
  std::vector<Box> octants_;  // none where they would say nothing
  bool are_copies_ = false;   // octants of each other
  RunReport& report_;
  ProgressPrinter& printer_;
  Checkpoint& checkpoint_;
  std::optional<Deadline> deadline_;
};

}  // namespace tauvox
