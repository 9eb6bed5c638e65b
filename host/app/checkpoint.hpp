// What a run has finished, kept in a file beside its outputs until the run is over: the same command goes on
// from there.
//
// A line with a checksum, and JSON. Each change is a new file that takes the place of the old one, which
// stays as NAME.previous: a damaged file costs one part.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/app/interruption.hpp"
#include "host/settings/settings.hpp"
#include "host/studies/kept_state.hpp"
#include "host/studies/report.hpp"
#include "io/write.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

class IterateFile;  // iterate_file.hpp
class SolveKeeper;  // solve/solver.hpp

class Checkpoint {
 public:
  /// Keeps nothing.
  Checkpoint() = default;
  /// @param path of the file, which may be there: what an earlier run has kept
  /// @throws Error(input_refused) where neither it nor the one before can be read
  explicit Checkpoint(std::string path);
  ~Checkpoint();
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  /// Where the checkpoint of a run lies: --checkpoint, or beside its first output; empty where it has none.
  static std::string path_of(const Settings& settings);

  /// Before it is opened: it replaces no input, and no output has its name, also by a link.
  /// @param outputs of the run   @throws Error(usage)
  static void check_name(const Settings& settings, const std::vector<std::string>& outputs,
                         const std::vector<std::string>& other_files);

  /// Nobody else may write it from here on. @throws Error(output) where another run has it
  void hold();
  /// Whether an output that is there is of the run that is continued.
  bool owns(const std::string& output) const;
  /// Compares with what is kept, before anything is written.
  /// @param outputs that the run is going to write
  /// @return notices
  /// @throws Error(input_refused) naming what differs, where that changes a result; with --overwrite the run
  ///         begins anew instead
  std::vector<std::string> continue_with(const Volume& volume, const Settings& settings,
                                         const std::vector<std::string>& outputs);
  bool continues() const { return found_; }

  /// What is known of a part, such as "axis z"; null where it is not finished.
  const Report* find(const std::string& part) const;
  /// Whether the run that finished the part wrote these files, and they are there.
  bool wrote(const std::string& part, const std::vector<std::string>& files) const;
  /// Whether all files that hold more of it are there.
  bool has_files_of(const std::string& part) const;
  /// Keeps a part that is finished, and which files hold more of it: on disk at once, or with the next ones
  /// where writing would take more than 3 % of the time since it was done last. A run that ends in any way
  /// but by KILL, or by a second signal, leaves all of them.
  /// @return why that failed, once; the run goes on without
  std::optional<std::string> keep(const std::string& part, const Report& found,
                                  const std::vector<std::string>& files = {});
  /// Of a study that goes on within itself: kept in a file of its own, NAME.state.
  /// @param warn  called with why that failed; the run goes on without
  /// Only one part at a time has it.
  /// @param files that hold more of it so far: where one is missing later the part begins anew
  KeptState state_of(const std::string& part, const std::function<void(const std::string&)>& warn,
                     const std::function<std::vector<std::string>()>& files);
  /// How far the solve at work came, in NAME.iterate: until the next part is kept. Null where nothing is
  /// kept.
  /// @pre continue_with has been called   @param of, deadline, note, warn  iterate_file.hpp
  SolveKeeper* keeper(const std::string& of, const std::optional<Deadline>& deadline,
                      const std::function<void(const std::string&)>& note,
                      const std::function<void(const std::string&)>& warn);
  /// Of what is finished, how far it had come is no longer wanted.
  void drop(const std::string& part) { parts_.erase(part); }
  /// The same of all parts whose names begin so.
  void drop_within(const std::string& beginning);
  /// To be called before an output is written: that those of this run are its own, should it be killed.
  /// @return why that failed, once
  std::optional<std::string> announce_outputs();
  /// Another one's file has the name: it is none of this run's.
  void disown(const std::string& output);
  /// The run is over.
  void remove();
  const std::string& path() const { return path_; }
  /// What the run is at from now on, such as "axis z".
  void begin(const std::string& work);
  /// Of a run that is ended: writes what the file does not hold yet.
  /// @return why that failed, once
  std::optional<std::string> keep_all() { return unsaved_ ? save() : std::nullopt; }
  /// For a run that was ended: "WHAT kept in NAME.ckpt; run the same command again to go on", that nothing is
  /// kept, and which option would have kept it, that it could not be written, or that no run with this limit
  /// of time goes on.
  /// @param over the limit of time, where that ended the run
  std::string how_to_go_on(const std::string& what, const std::string& options,
                           const std::optional<Deadline>& over);

  /// Of the parts that an earlier run finished: wall time until the last was kept, and its peak; else 0.
  double seconds_before() const { return seconds_before_; }
  std::int64_t peak_before() const { return peak_before_; }

 private:
  std::optional<std::string> save();
  std::string text_of_loss() const;

  std::string path_;
  std::optional<io::OutputLock> lock_;
  bool found_ = false;   // an earlier run's
  std::string failure_;  // to write
  bool announced_ = false;
  bool unsaved_ = false;  // parts that the file does not hold
  std::set<std::string> saved_parts_;
  Clock::time_point saved_ = Clock::now();
  double save_seconds_ = 0;  // what it took last
  Clock::time_point begun_ = Clock::now();
  double seconds_before_ = 0;
  std::int64_t peak_before_ = 0;
  nlohmann::ordered_json identity_;
  struct Part {
    Report found;
    std::vector<std::string> files;
  };
  bool progressed_ = false;  // something new was kept
  std::string work_;
  Clock::time_point work_begun_ = Clock::now();
  std::map<std::string, Part> parts_;
  std::shared_ptr<IterateFile> iterate_;
  std::vector<std::string> outputs_;
  std::vector<std::string> notices_;
};

}  // namespace tauvox
