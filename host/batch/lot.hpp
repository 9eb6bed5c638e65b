// A lot: volumes evaluated with the same settings, each in a folder of its own. What is finished is known
// from the files alone, so that a batch that was stopped goes on, and several can work on one lot.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tauvox {

struct LotValue {
  std::optional<double> value;
  bool infinite = false;
  std::string unit;
  std::map<std::string, double> half_widths;  // by the kind of uncertainty
  std::optional<double> half_width;           // of all that are needed together (host/studies/combined.hpp)
  bool is_sampled() const { return half_widths.contains("sampling"); }
};

/// Whether it is the same along every axis, though a study that has directions gives it with one: voxels of a
/// phase are counted.
bool has_no_direction(const std::string& quantity);

/// What was found of one phase, interface or axis.
struct LotRow {
  std::string phase, with, axis;                         // "active (electrons)" of their transport
  std::vector<std::pair<std::string, LotValue>> values;  // by the name of the quantity
  std::string carrier = {};                              // ions or electrons, where it has their transport
  const LotValue* value(const std::string& quantity) const;
  /// "pore with active, axis z"
  std::string subject() const;
};

enum class LotStatus { finished, failed, running };
const char* name_of(LotStatus status);

struct LotVolume {
  std::string path, folder;  // the folder, seen from the lot; empty where none was made
  LotStatus status = LotStatus::failed;
  int exit_code = 0;
  std::string reason;  // why it failed, or what is to be known of a result
  std::vector<LotRow> rows;
  std::string verdict = {};           // where limits were given
  std::set<std::string> phases = {};  // names of them, also where no row is of one
  const LotRow* row_like(const LotRow& other) const;
};

/// What a volume holds, and how its files looked when that was found.
struct VolumeContent {
  std::string digest;
  std::string seen;  // empty where they were changed a moment ago: they may change again without a trace
  bool operator==(const VolumeContent&) const = default;
};

/// What a folder says of how its evaluation ended.
struct LotState {
  std::string key;  // of content and settings
  LotStatus status = LotStatus::failed;
  int exit_code = 0;
  std::string reason;
  std::string volume = {};  // its path
  VolumeContent content = {};
  std::string host = {}, job = {}, ended = {};      // by whom, and when
  std::map<std::string, std::uint64_t> files = {};  // all that lay beside it then, and their bytes
};
inline constexpr const char* state_file = "state.json";
/// What the evaluation said on standard error, where it said something.
inline constexpr const char* errors_file = "errors.txt";

/// What the same numbers come from: the content of the files, the settings that change a result, the version.
/// @param settings result_key of them, without the path of the input
std::string key_of(const VolumeContent& content, const std::string& settings);
/// Of the folder of a volume: its name, cleaned, and a digest of the key.
std::string folder_name(const std::string& path, const std::string& key);

/// Empty where the folder is not there, or holds no state that can be read.
std::optional<LotState> state_of(const std::string& folder);
void write_state(const std::string& folder, const LotState& state);

/// Which volumes have other names of phases than most, where there are any: their rows have no counterpart.
std::optional<std::string> text_of_other_phases(const std::vector<LotVolume>& volumes);

/// One line a volume, phase, carrier and axis; a failed volume is a line with its reason.
std::string lot_csv(const std::vector<LotVolume>& volumes);
/// A page that needs no other file: what failed, comparison of the volumes, control charts, all quantities.
std::string lot_page(const std::vector<LotVolume>& volumes, const std::string& title);

}  // namespace tauvox
