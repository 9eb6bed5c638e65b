// Which files a solve writes under which names, and whether it may.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/settings/settings.hpp"
#include "io/write.hpp"

namespace tauvox {

/// "out.vti" -> "out_z.vti" where several axes are asked for.
std::string field_path(const Settings& settings, Axis axis);
/// Whether --field is a series in time: NAME.pvd, and its frames.
bool writes_series(const Settings& s);
/// Of one axis of them: with its own name of --field.
Settings settings_along(const Settings& s, Axis axis);
/// "out.pvd" -> "out_0000.vti"; of one axis
std::string frame_path(const Settings& s, std::int64_t number);
/// Of a curve, beside the table.
std::string curve_path(const Settings& s, const std::string& name);
std::string curve_picture_path(const Settings& s, const std::string& name);
/// Of --png: .png, .svg or .pdf; .png where it has none of them.
std::string picture_ending(const Settings& s);
std::string structure_picture_path(const Settings& settings);
/// @param what "concentration" or "flux"
std::string field_picture_path(const Settings& settings, const std::string& what, Axis axis);
/// Of the effective settings, beside the first output asked for: "out.json" -> "out.settings.toml"; empty
/// when no file is written.
std::string settings_path(const Settings& settings);

/// @param option what has the name, with a blank behind it; may be empty   @throws Error(usage)
void check_is_utf8(const std::string& name, const std::string& option);
/// The settings file and the report are UTF-8, and repeat every name: what cannot be written there is refused
/// before a solve whose results would be lost.   @throws Error(usage)
void check_names(const Settings& settings);

/// Those of the whole run, which are written at its end: JSON, table, settings, picture of the structure.
std::vector<std::string> report_paths(const Settings& settings);

/// Of all that a run reads: the slices of a folder too, what lies beside a header, and what files name.
/// @throws Error(usage)
void check_replaces_no_input(const std::string& output, const Settings& settings,
                             const std::vector<std::string>& other_files);

/// What a run is going to write: nobody else writes it while this lives.
struct ReservedOutputs {
  std::vector<io::OutputLock> locks;
  std::vector<std::string> notices;  // what was found beside them and cleaned up
};
/// All of them.
std::vector<std::string> output_paths(const Settings& settings);

/// Before any work: every output can be written, none is the input, no two are the same, all names can be
/// written into the settings file, no other run writes them. Nothing is locked for a dry run.
/// @throws Error(output), Error(usage)
/// @param is_own whether an output that is there is one of the run that is continued, which may be replaced
ReservedOutputs reserve_outputs(const Settings& settings, const std::vector<std::string>& other_files,
                                const std::function<bool(const std::string&)>& is_own);

/// A field of transport, and the least and the most it takes on disk.
/// @param conducting fraction of the voxels
io::PlannedOutput planned_field(const std::string& path, const Extent& extent, double conducting,
                                bool with_flux);
/// Before the solve, when the labels are known: is there room for the outputs?
/// @param conducting fraction of the voxels
/// @return notices where there may not be
/// @throws Error(output) where there is not
/// @param is_own whether an output that is there is of the run that is continued
std::vector<std::string> check_room(const Settings& settings, const Extent& extent, double conducting,
                                    const std::function<bool(const std::string&)>& is_own);
/// Those that are still to be written.
std::vector<io::PlannedOutput> without_own(std::vector<io::PlannedOutput> outputs,
                                           const std::function<bool(const std::string&)>& is_own);
/// What they take at most.
std::uint64_t most_bytes_of_outputs(const Settings& settings, const Extent& extent);

}  // namespace tauvox
