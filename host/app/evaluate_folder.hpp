// The folder of an evaluation: which files it holds under which names.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "host/report/run_report.hpp"
#include "host/settings/settings.hpp"
#include "io/write.hpp"

namespace tauvox {

/// Folders that were made for a run; those that are still empty go with it.
class MadeFolders {
 public:
  MadeFolders() = default;
  MadeFolders(MadeFolders&&) = default;
  MadeFolders& operator=(MadeFolders&&) = delete;
  ~MadeFolders();
  /// @throws Error(output)
  void make(const std::string& folder);

 private:
  std::vector<std::string> made_;  // the innermost first
};

/// What carries "ionic" and "electronic" transport, in the volume.
using CarrierMaterials = std::map<std::string, const Materials*>;

/// What is written whatever is found: nobody else writes it while this lives.
struct ReservedFolder {
  std::vector<std::string> files;
  MadeFolders made;  // behind the locks in it
  std::vector<io::OutputLock> locks;
  std::vector<std::string> notices;
};
/// All that a run may write into it; nothing where no folder is asked for.
std::vector<std::string> files_of_folder(const Settings& settings);

/// Before anything is computed: is there room for what the run will write? What is of a run that is continued
/// is there already.
/// @return notices where there may not be   @throws Error(output) where there is not
std::vector<std::string> check_room_of_folder(const Settings& settings, const Extent& extent,
                                              const CarrierMaterials& carriers,
                                              const std::function<bool(const std::string&)>& is_own);
/// What it takes at most.
std::uint64_t most_bytes_of_folder(const Settings& settings, const Extent& extent,
                                   const CarrierMaterials& carriers);

/// Before any work: the folder is there, and its files can be written. Nothing where no folder is asked for.
/// What killed runs left of any of its files goes.
/// @param is_own whether a file that is there is one of the run that is continued, which may be replaced
/// @throws Error(output), Error(usage)
ReservedFolder reserve_folder(const Settings& settings, const std::vector<std::string>& other_files,
                              const std::function<bool(const std::string&)>& is_own);

/// Report, page, figures, tables and settings; notices of what is left out join the report. Files of the run
/// before that this one does not write are removed, so that none of them passes for one of this run.
/// @param overwrite what was reserved may be there
/// @throws Error(output)
void write_folder(const Settings& settings, RunReport& report, bool overwrite);

}  // namespace tauvox
