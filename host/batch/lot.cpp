#include "host/batch/lot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "host/report/build_id.hpp"
#include "host/report/json_text.hpp"
#include "host/report/results_file.hpp"
#include "io/input_file.hpp"
#include "io/write.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/hash.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string cleaned(std::string name) {
  constexpr std::size_t most = 60;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') c = '_';
  return name.substr(0, most);
}

bool same_subject(const LotRow& a, const LotRow& b) {
  return a.phase == b.phase && a.with == b.with && a.axis == b.axis;
}

}  // namespace

bool has_no_direction(const std::string& quantity) {
  for (const char* counted : {"volume_fraction", "liquid_volume_fraction", "largest_cluster_fraction"})
    if (quantity == counted) return true;
  return false;
}

const char* name_of(LotStatus status) {
  if (status == LotStatus::running) return "running elsewhere";
  return status == LotStatus::finished ? "finished" : "failed";
}

const LotValue* LotRow::value(const std::string& quantity) const {
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == quantity; });
  return found == values.end() ? nullptr : &found->second;
}

std::string LotRow::subject() const {
  std::string text = phase;
  if (!with.empty()) text.append(" with ").append(with);
  if (!axis.empty()) text.append(text.empty() ? "axis " : ", axis ").append(axis);
  return text;
}

const LotRow* LotVolume::row_like(const LotRow& other) const {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const LotRow& row) { return same_subject(row, other); });
  return found == rows.end() ? nullptr : &*found;
}

std::optional<std::string> text_of_other_phases(const std::vector<LotVolume>& volumes) {
  std::map<std::set<std::string>, std::vector<std::string>> paths_by_names;
  for (const LotVolume& volume : volumes)
    if (volume.status == LotStatus::finished) paths_by_names[volume.phases].push_back(volume.path);
  if (paths_by_names.size() < 2) return std::nullopt;
  std::vector<std::string> groups;
  for (const auto& [names, paths] : paths_by_names)
    groups.push_back(fmt::format("{} ({}{})", fmt::join(names, ", "), paths.front(),
                                 paths.size() == 1 ? "" : fmt::format(" and {} more", paths.size() - 1)));
  return fmt::format("volumes have different names of phases, and rows of others are not compared: {}",
                     fmt::join(groups, "; "));
}

std::string key_of(const VolumeContent& content, const std::string& settings) {
  return fmt::format("tauvox {} | {} | {}", build_id(), content.digest, settings);
}

std::string folder_name(const std::string& path, const std::string& key) {
  return fmt::format("{}-{:016x}", cleaned(fs::path(path).stem().string()), hash_of(key));
}

std::optional<LotState> state_of(const std::string& folder) {
  const std::string path = (fs::path(folder) / state_file).string();
  if (!fs::exists(path)) return std::nullopt;
  try {
    const Json j = Json::parse(io::read_text(path));
    LotState state;
    state.key = j.at("key").get<std::string>();
    state.exit_code = j.at("exit_code").get<int>();
    if (text_or_empty(j, "status") == name_of(LotStatus::finished)) state.status = LotStatus::finished;
    state.reason = text_or_empty(j, "reason");
    state.volume = text_or_empty(j, "volume");
    state.content = {text_or_empty(j, "content"), text_or_empty(j, "seen")};
    state.host = text_or_empty(j, "host");
    state.job = text_or_empty(j, "job");
    state.ended = text_or_empty(j, "ended");
    state.files = j.value("files", state.files);
    return state;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void write_state(const std::string& folder, const LotState& state) {
  const Json j{{"volume", state.volume},
               {"status", name_of(state.status)},
               {"exit_code", state.exit_code},
               {"reason", state.reason},
               {"host", state.host},
               {"job", state.job},
               {"ended", state.ended},
               {"key", state.key},
               {"content", state.content.digest},
               {"seen", state.content.seen},
               {"files", state.files}};
  io::write_text((fs::path(folder) / state_file).string(), json_text(j, 2) + "\n", true);
}

}  // namespace tauvox
