#include "host/app/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "host/app/describe.hpp"
#include "host/app/iterate_file.hpp"
#include "host/app/outputs.hpp"
#include "host/report/build_id.hpp"
#include "host/report/escape.hpp"
#include "host/report/json_text.hpp"
#include "host/report/kept.hpp"
#include "kernels/base/hash.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* layout = "tauvox-checkpoint-2";
constexpr double most_share = 0.03;  // of the time of a run, to write it

std::string previous_of(const std::string& path) { return path + ".previous"; }

std::string state_path_of(const std::string& path) { return path + ".state"; }

std::string iterate_path_of(const std::string& path) { return path + ".iterate"; }

std::string line_of(const std::string& text) { return fmt::format("{} {:016x}\n", layout, hash_of(text)); }

/// What the file holds; empty where it is not there, or damaged.
std::optional<Json> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line, text;
  if (!std::getline(file, line)) return std::nullopt;
  text.assign(std::istreambuf_iterator<char>(file), {});
  if (line + "\n" != line_of(text)) return std::nullopt;
  return Json::parse(text, nullptr, false);  // the checksum holds, so it is JSON
}

/// Of a study that goes on within itself; nothing where it is not there, or damaged.
std::optional<std::string> bytes_of_state(const std::string& path) {
  std::error_code unknown;
  if (!fs::is_regular_file(path, unknown)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string line, bytes;
  std::getline(file, line);
  bytes.assign(std::istreambuf_iterator<char>(file), {});
  if (line + "\n" != line_of(bytes)) return std::nullopt;
  return bytes;
}

Json json_of(const std::vector<std::string>& paths) {
  Json texts = Json::array();
  for (const std::string& path : paths) texts.push_back(reversible(path));
  return texts;
}

std::vector<std::string> paths_in(const Json& texts) {
  std::vector<std::string> paths;
  for (const Json& text : texts) paths.push_back(reversed(text.get<std::string>()));
  return paths;
}

/// What makes a part what it is. The labels count, not where they came from.
Json identity_of(const Volume& volume, const Settings& settings) {
  const auto of_codes = [](const auto& codes) { return hash_of(codes); };
  std::uint64_t labels = std::visit(of_codes, volume.codes);
  for (const Label& label : volume.labels) labels = hash_of(std::to_string(label.value) + " ", labels);
  Json key = Json::parse(result_key(settings));
  key.erase("input");
  return {{"version", build_id()},
          {"shape", volume.extent.zyx()},
          {"labels", fmt::format("{:016x}", labels)},
          {"voxel size", volume.spacing()},
          {"table", settings.grey_table},
          {"series in time", writes_series(settings)
                                 ? fmt::format("{}, --frames {}{}", reversible(io::full_path(settings.field)),
                                               settings.frames, settings.flux ? ", --flux" : "")
                                 : ""},
          {"settings", key}};
}

/// Another device, or another precision, gives another last digit.
bool only_rounds_differently(const std::string& setting) {
  return setting == "device" || setting == "precision";
}

}  // namespace

std::string Checkpoint::path_of(const Settings& s) {
  if (!s.checkpoint.empty()) return s.checkpoint;
  if (!s.output.empty()) return (fs::path(s.output) / "evaluate.ckpt").string();
  const std::string settings = settings_path(s);  // NAME.settings.toml
  if (settings.empty()) return "";
  return fs::path(settings).replace_extension().replace_extension(".ckpt").string();
}

void Checkpoint::check_name(const Settings& s, const std::vector<std::string>& outputs,
                            const std::vector<std::string>& other_files) {
  const std::string path = path_of(s);
  if (path.empty()) return;
  std::vector<std::string> names = IterateFile::paths_of(iterate_path_of(path)), full_outputs;
  names.insert(names.begin(), {path, previous_of(path), state_path_of(path)});
  for (const std::string& output : outputs) full_outputs.push_back(io::full_path(output));
  for (const std::string& own : names) {
    check_replaces_no_input(own, s, other_files);
    const std::string full_own = io::full_path(own);
    std::error_code unknown;
    const bool there = fs::exists(own, unknown);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (full_outputs[i] == full_own || (there && io::same_file(outputs[i], own)))
        throw Error(ExitCode::usage, "checkpoint and output have the same name", own, outputs[i],
                    "give --checkpoint another name");
  }
}

Checkpoint::Checkpoint(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  std::error_code failed;
  const bool there = fs::exists(path_, failed), before = fs::exists(previous_of(path_), failed);
  if (!there && !before) return;
  std::optional<Json> content = content_of(path_);
  if (!content && before) {
    content = content_of(previous_of(path_));
    if (content)
      notices_.push_back(
          fmt::format("{} is {}: the one before it is taken", path_, there ? "damaged" : "missing"));
  }
  const auto refuse = [&](const std::string& why) {
    throw Error(ExitCode::input_refused, "the checkpoint cannot be used", path_, why,
                "remove it to begin anew, or name another with --checkpoint");
  };
  if (!content)
    refuse(
        "it is damaged, or of another version of the program, and so is the one before it, if there is one");
  try {
    identity_ = content->at("identity");
    seconds_before_ = content->at("spent").at("seconds").get<double>();
    peak_before_ = content->at("spent").at("host_peak_bytes").get<std::int64_t>();
    outputs_ = paths_in(content->at("outputs"));
    for (const auto& [part, kept] : content->at("parts").items())
      parts_[part] = {report_from(kept.at("found")), paths_in(kept.at("files"))};
    for (const auto& [part, kept] : parts_) saved_parts_.insert(part);
  } catch (const std::exception& error) {
    refuse(error.what());
  }
  found_ = true;
}

void Checkpoint::hold() {
  if (path_.empty()) return;
  lock_.emplace(path_);
  if (lock_->notice()) notices_.push_back(*lock_->notice());
  std::set<std::string> names;
  for (const std::string& own : IterateFile::paths_of(iterate_path_of(path_)))
    names.insert(fs::path(own).filename().string());
  const std::string folder = fs::path(path_).parent_path().string();
  for (const std::vector<std::string>& left :
       {io::remove_stale_temporaries(path_),
        io::remove_stale_temporaries(folder.empty() ? "." : folder,
                                     [&](const std::string& of) { return names.count(of) > 0; })})
    notices_.insert(notices_.end(), left.begin(), left.end());
}

bool Checkpoint::owns(const std::string& output) const {
  return std::find(outputs_.begin(), outputs_.end(), io::full_path(output)) != outputs_.end();
}

std::vector<std::string> Checkpoint::continue_with(const Volume& volume, const Settings& settings,
                                                   const std::vector<std::string>& outputs) {
  if (path_.empty()) return {};
  const Json wanted = identity_of(volume, settings);
  outputs_.clear();
  for (const std::string& output : outputs) outputs_.push_back(io::full_path(output));
  if (!found_) {
    identity_ = wanted;
    return notices_;
  }
  std::vector<std::string> differ;
  for (const char* name : {"version", "shape", "labels", "voxel size", "table", "series in time"})
    if (identity_.value(name, Json()) != wanted.at(name))
      differ.push_back(std::string(name) == "labels" ? "the labels of the volume"
                       : std::string(name) == "table"
                           ? "the table of conductivities"
                           : fmt::format("{} {}, not {}", name, json_text(wanted.at(name)),
                                         json_text(identity_.value(name, Json()))));
  const Json kept = identity_.value("settings", Json::object());
  for (const auto& [name, value] : wanted.at("settings").items()) {
    const Json before = kept.value(name, Json());
    if (before == value) continue;
    const std::string change = fmt::format("--{} {}, not {}", name, json_text(value), json_text(before));
    if (only_rounds_differently(name))
      notices_.push_back(fmt::format("{} was made with another {}: last digits may differ", path_, name));
    else
      differ.push_back(change);
  }
  if (!differ.empty() && settings.overwrite) {
    parts_.clear();
    saved_parts_.clear();
    seconds_before_ = 0, peak_before_ = 0;
    identity_ = wanted;
    return {fmt::format("{} is of another run, which is begun anew (--overwrite)", path_)};
  }
  if (!differ.empty())
    throw Error(
        ExitCode::input_refused, "the checkpoint is of another run", path_,
        fmt::format("different: {}", fmt::join(differ, "; ")),
        "give the settings of that run, remove the file to begin anew, or name another with --checkpoint");
  identity_ = wanted;
  const std::string state = state_path_of(path_);
  // Of a part with a state: what it cannot go on without.
  const auto lost_by = [&](const auto& part) -> std::string {
    const std::vector<std::string>& files = part.second.files;
    if (std::find(files.begin(), files.end(), io::full_path(state)) == files.end()) return "";
    if (!bytes_of_state(state)) return std::string(state);
    const auto gone = std::find_if(files.begin(), files.end(), [](const auto& f) { return !fs::exists(f); });
    return gone == files.end() ? "" : *gone;
  };
  for (const auto& part : parts_)
    if (const std::string file = lost_by(part); !file.empty())
      notices_.push_back(fmt::format("{} is missing or damaged: {} begins anew", file, part.first));
  std::erase_if(parts_, [&](const auto& part) { return !lost_by(part).empty(); });
  std::vector<std::string> names;
  std::map<std::string, int> of_studies;  // parts of those that are not finished
  for (const auto& [name, part] : parts_)
    if (const std::size_t end = name.find(": "); end == std::string::npos)
      names.push_back(name);
    else
      ++of_studies[name.substr(0, end)];
  for (const auto& [name, count] : of_studies)
    names.push_back(fmt::format("{} part{} of {}", count, count == 1 ? "" : "s", name));
  notices_.push_back(
      fmt::format("{}: {}", path_,
                  names.empty() ? "nothing was finished" : fmt::format("{} kept", fmt::join(names, ", "))));
  return notices_;
}

const Report* Checkpoint::find(const std::string& part) const {
  const auto kept = parts_.find(part);
  return kept == parts_.end() ? nullptr : &kept->second.found;
}

bool Checkpoint::wrote(const std::string& part, const std::vector<std::string>& files) const {
  const auto kept = parts_.find(part);
  return kept != parts_.end() && std::all_of(files.begin(), files.end(), [&](const std::string& file) {
           const std::vector<std::string>& own = kept->second.files;
           return std::find(own.begin(), own.end(), io::full_path(file)) != own.end() && fs::exists(file);
         });
}

bool Checkpoint::has_files_of(const std::string& part) const {
  const auto kept = parts_.find(part);
  return kept != parts_.end() && std::all_of(kept->second.files.begin(), kept->second.files.end(),
                                             [](const std::string& file) { return fs::exists(file); });
}

std::optional<std::string> Checkpoint::keep(const std::string& part, const Report& found,
                                            const std::vector<std::string>& files) {
  parts_[part] = {found, {}};
  for (const std::string& file : files) parts_[part].files.push_back(io::full_path(file));
  unsaved_ = progressed_ = true;
  if (seconds_since(saved_) * most_share < save_seconds_) return std::nullopt;
  std::optional<std::string> failed = save();
  if (iterate_ && !failed) iterate_->remove();
  return failed;
}

SolveKeeper* Checkpoint::keeper(const std::string& of, const std::optional<Deadline>& deadline,
                                const std::function<void(const std::string&)>& note,
                                const std::function<void(const std::string&)>& warn) {
  if (path_.empty()) return nullptr;
  Json same_bits = identity_;
  same_bits["settings"].erase("device");  // its vectors are those of every device
  iterate_ =
      std::make_shared<IterateFile>(iterate_path_of(path_), json_text(same_bits), of, deadline, note, warn);
  return iterate_.get();
}

Checkpoint::~Checkpoint() {
  try {
    if (unsaved_) (void)save();
  } catch (...) {  // without memory there is less of it
  }
}

KeptState Checkpoint::state_of(const std::string& part, const std::function<void(const std::string&)>& warn,
                               const std::function<std::vector<std::string>()>& files) {
  const std::string path = state_path_of(path_);
  KeptState state;
  state.load = [this, part, path] {
    std::vector<double> values;
    if (!find(part) || !wrote(part, {path})) return values;
    const std::optional<std::string> bytes = bytes_of_state(path);
    if (!bytes) return values;
    values.resize(bytes->size() / sizeof(double));
    std::memcpy(values.data(), bytes->data(), values.size() * sizeof(double));
    return values;
  };
  state.save = [this, part, path, warn, files](const std::vector<double>& values) {
    if (!failure_.empty()) return;
    try {
      const std::string bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
      io::write_text(path, line_of(bytes) + bytes, true);
    } catch (const Error& error) {
      failure_ = error.what();
      saved_parts_.erase(part);
      return warn(fmt::format("what is finished is not kept: {}", failure_));
    }
    std::erase_if(parts_, [&](const auto& other) {  // whose state this one has replaced
      return other.first != part && wrote(other.first, {path});
    });
    std::set<std::string> all{io::full_path(path)};  // what an earlier run wrote too
    for (const std::string& file : files()) all.insert(io::full_path(file));
    for (const std::string& file : parts_[part].files) all.insert(file);
    parts_[part] = {{}, {all.begin(), all.end()}};
    progressed_ = true;
    // At once: a state that no checkpoint names counts for nothing.
    if (const auto failed = save()) warn(*failed);
  };
  return state;
}

void Checkpoint::drop_within(const std::string& beginning) {
  std::erase_if(parts_, [&](const auto& part) { return part.first.starts_with(beginning); });
}

std::optional<std::string> Checkpoint::announce_outputs() { return announced_ ? std::nullopt : save(); }

void Checkpoint::disown(const std::string& output) {
  std::erase(outputs_, io::full_path(output));
  (void)save();  // the run fails in any case
}

std::optional<std::string> Checkpoint::save() {
  unsaved_ = false;
  if (path_.empty() || !failure_.empty()) return std::nullopt;
  const auto start = Clock::now();
  Json parts = Json::object();
  for (const auto& [part, kept] : parts_)
    parts[part] = {{"found", kept_json(kept.found)}, {"files", json_of(kept.files)}};
  const Json spent = {{"seconds", seconds_before_ + seconds_since(begun_)},
                      {"host_peak_bytes", std::max(peak_before_, peak_resident_bytes())}};
  const std::string text = json_text(
      Json{{"identity", identity_}, {"outputs", json_of(outputs_)}, {"spent", spent}, {"parts", parts}});
  try {
    std::error_code failed;  // the first has none before it
    fs::rename(path_, previous_of(path_), failed);
    io::write_text(path_, line_of(text) + text, true);
    announced_ = true;
    saved_ = Clock::now();
    save_seconds_ = seconds_since(start);
    saved_parts_.clear();
    for (const auto& [part, kept] : parts_) saved_parts_.insert(part);
  } catch (const Error& error) {
    failure_ = error.what();
    return fmt::format("what is finished is not kept: {}", failure_);
  }
  return std::nullopt;
}

void Checkpoint::begin(const std::string& work) {
  work_ = work;
  work_begun_ = Clock::now();
}

void Checkpoint::remove() {
  unsaved_ = false;
  std::error_code failed;                  // then it stays, and is found to be complete
  fs::remove(previous_of(path_), failed);  // first: alone it would pass for what is left of a damaged one
  fs::remove(path_, failed);
  if (path_.empty()) return;
  fs::remove(state_path_of(path_), failed);
  for (const std::string& own : IterateFile::paths_of(iterate_path_of(path_))) fs::remove(own, failed);
}

}  // namespace tauvox
