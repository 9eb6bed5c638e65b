#include "host/app/study_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "host/app/describe.hpp"
#include "host/app/stated_contents.hpp"
#include "host/app/toml_file.hpp"
#include "host/app/toml_text.hpp"
#include "host/settings/named_labels.hpp"
#include "host/settings/parse.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;
using Takes = std::function<bool(const SettingFacts&)>;
constexpr const char* written = "written";  // the table of what an earlier run wrote

std::string hyphens(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// What a kind takes besides text.
std::string types_of(const SettingFacts& facts) {
  switch (facts.kind) {
    case Kind::flag:
      return "true or false";
    case Kind::integer:
      return "a whole number";
    case Kind::number:
    case Kind::duration:
      return "a number";
    case Kind::numbers:
    case Kind::lengths:  // a number lacks its unit, which its own message says better
      return "a number, or a list of them";
    case Kind::thresholds:
      return "a number, a list of them, or \"otsu\" or \"otsu3\"";
    case Kind::filters:
      return "text in quotes, or a list of texts";
    case Kind::outside:
      return "a whole number, or \"nan\"";
    case Kind::labels:
      return "a whole number, the name of a phase in quotes, or a list of them";
    case Kind::phases:
      return "a table of labels: whole numbers, or lists of them";
    case Kind::axes:
    case Kind::shape:
      return "a whole number, or a list of them";
    case Kind::pairs:
      return "a table of numbers";
    case Kind::places:
    case Kind::cuts:
      return "a table of whole numbers";
    case Kind::ranges:
      return "a list of texts in quotes";
    default:
      return "text in quotes";
  }
}

bool fits(const SettingFacts& facts, const toml::node& node) {
  const std::string types = types_of(facts);
  if (node.is_string()) return true;
  if (node.is_boolean()) return facts.kind == Kind::flag;
  if (node.is_integer()) return types.find("number") != std::string::npos;
  if (node.is_floating_point()) return types.find("a number") == 0 || facts.kind == Kind::pairs;
  if (node.is_array()) return is_list(facts);
  return node.is_table() && (facts.kind == Kind::pairs || facts.kind == Kind::phases ||
                             facts.kind == Kind::places || facts.kind == Kind::cuts);
}

/// toml++ sorts what it read by name.
std::vector<std::pair<const toml::key*, const toml::node*>> in_order_of_file(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> items;
  for (const auto& [key, node] : table) items.emplace_back(&key, &node);
  std::sort(items.begin(), items.end(),
            [](const auto& a, const auto& b) { return a.first->source().begin < b.first->source().begin; });
  return items;
}

/// Reads the values of one study file.
class Reader {
 public:
  /// @param settings those that the command takes   @param others the rest
  Reader(const std::string& path, Settings& settings, Settings& others, const Takes& takes)
      : path_(path), settings_(settings), others_(others), takes_(takes) {}

  void read(const toml::table& table, bool outputs_only) {
    refuse_unknown(table, outputs_only);
    refuse_twice(table);
    for (const auto& [key, node] : table) {
      const auto* row = row_of(std::string(key.str()));
      if (row && key != written && key != contents_key) set(*row, node);
    }
    refuse_unknown_phases();
  }

 private:
  static const Setting<Settings>* row_of(const std::string& key) {
    for (const Setting<Settings>& row : describe())
      if (row.name == hyphens(key)) return &row;
    return nullptr;
  }

  void refuse_unknown(const toml::table& table, bool outputs_only) const {
    std::vector<std::string> names, unknown;  // names: only what this command takes
    const auto may_stand = [&](const SettingFacts& row) {
      return !outputs_only || row.kind == Kind::path_out;
    };
    for (const Setting<Settings>& row : describe())
      if (may_stand(row) && takes_(row)) names.push_back(row.name);
    for (const auto& [key, node] : table) {
      const std::string name = hyphens(std::string(key.str()));
      if (const auto* row = row_of(name); row && may_stand(*row)) continue;
      if (!outputs_only && (key == written || key == contents_key) && node.is_table()) continue;
      const std::string near = parse::nearest(name, names);
      unknown.push_back(fmt::format("'{}' in line {}{}", std::string_view(key.str()), key.source().begin.line,
                                    near.empty() ? "" : " (did you mean '" + near + "'?)"));
    }
    if (!unknown.empty())
      throw Error(ExitCode::usage, "unknown settings", path_,
                  fmt::format("{}{}", fmt::join(unknown, ", "), other_version()),
                  fmt::format("valid are: {}", fmt::join(names, ", ")));
  }

  /// Where another one has written the file, as it says in its first line.
  std::string other_version() const {
    std::ifstream file(path_);
    std::string line;
    std::getline(file, line);
    const std::string_view before = "of tauvox ";
    const std::size_t at = line.find(before), end = line.find(". ", at);
    if (!line.starts_with('#') || at == std::string::npos || end == std::string::npos) return "";
    const std::string version = line.substr(at + before.size(), end - at - before.size());
    if (version == TAUVOX_VERSION) return "";
    return fmt::format("; the file is of tauvox {}, this is {}", io::printable(version), TAUVOX_VERSION);
  }

  /// TOML does not know that voxel-size and voxel_size are one name.
  void refuse_twice(const toml::table& table) const {
    std::map<std::string, const toml::key*> first;
    for (const auto& [key, node] : table) {
      const auto [other, fresh] = first.emplace(hyphens(std::string(key.str())), &key);
      if (fresh) continue;
      const auto [a, b] = std::minmax(other->second->source().begin.line, key.source().begin.line);
      throw Error(ExitCode::usage, "setting given twice", path_,
                  fmt::format("'{}' stands in line {} and in line {}", other->first, a, b),
                  "a name may be written with - or with _, but once");
    }
  }

  void set(const Setting<Settings>& row, const toml::node& node) {
    const std::string place = place_in(path_, node.source());
    if (const auto* table = node.as_table(); table && fits(row, node)) check_items(row, *table);
    if (row.kind == Kind::labels) remember_names(row, node);
    std::string text = text_from(row, node);
    if (row.kind == Kind::path_in || row.kind == Kind::path_out) text = from_folder(text);
    row.set(takes_(row) ? settings_ : others_, text, fmt::format("{} ({})", row.name, place));
  }

  /// Each by itself, so that a mistake is reported where it stands.
  void check_items(const Setting<Settings>& row, const toml::table& table) {
    for (const auto& [key, value] : table) {
      const std::string name(key.str()), place = place_in(path_, key.source());
      value_from(row, fmt::format("{}={}", name, text_from(row, value)),
                 fmt::format("{} ({})", row.name, place));
      if (row.kind == Kind::pairs) names_.push_back({name, fmt::format("{} ({})", row.name, place)});
    }
  }

  void remember_names(const Setting<Settings>& row, const toml::node& node) {
    if (const auto* array = node.as_array())
      for (const toml::node& item : *array) remember_names(row, item);
    else if (const auto* text = node.as_string(); text && text->get().find(',') == std::string::npos)
      names_.push_back({text->get(), fmt::format("{} ({})", row.name, place_in(path_, node.source()))});
  }

  /// Where the file names phases itself; else the command line may.
  void refuse_unknown_phases() const {
    if (settings_.phases.named.empty()) return;
    for (const auto& [name, place] : names_)
      for (const LabelOrName& given : parse::labels(name, place)) labels_of(given, settings_.phases, place);
  }

  // A TOML value as the text that the command line would take.
  std::string text_from(const SettingFacts& row, const toml::node& node) const {
    if (!fits(row, node))
      throw Error(ExitCode::usage, "bad value for " + row.name, place_in(path_, node.source()),
                  std::string("it is ") + type_name(node), "give " + types_of(row));
    if (const auto* v = node.as_string()) return v->get();
    if (const auto* v = node.as_integer()) return std::to_string(v->get());
    if (const auto* v = node.as_floating_point()) return fmt::format("{}", v->get());
    if (const auto* v = node.as_boolean()) return v->get() ? "true" : "false";
    std::vector<std::string> items;
    if (const auto* array = node.as_array()) {
      for (const toml::node& item : *array) items.push_back(text_from(row, item));
      if (row.kind == Kind::phases) return fmt::format("{}", fmt::join(items, "+"));
    } else if (const auto* table = node.as_table())
      for (const auto& [key, value] : in_order_of_file(*table))
        items.push_back(fmt::format("{}={}", std::string_view(key->str()), text_from(row, *value)));
    return fmt::format("{}", fmt::join(items, ","));
  }

  std::string from_folder(const std::string& path) const {
    if (path.empty() || path == "-" || path.find("://") != std::string::npos) return path;
    return (fs::path(path_).parent_path() / path).string();
  }

  const std::string& path_;
  Settings &settings_, &others_;
  const Takes& takes_;
  std::vector<std::pair<std::string, std::string>> names_;  // of phases or labels that were given, and where
};

/// Without links in the folder, so that ".." leads where it seems to.
fs::path resolved(const fs::path& path) {
  const fs::path whole = fs::absolute(path);
  std::error_code failed;
  const fs::path folder = fs::weakly_canonical(whole.parent_path(), failed);
  return (failed ? whole.parent_path() : folder) / whole.filename();
}

/// `path`, seen from the folder of `file`. One that shares no folder with it is absolute, and one that was
/// absolute stays so, but for what lies in that folder or below it: a folder that is moved or copied is to
/// read what came with it, and must not replace the results where it came from.
std::string seen_from(const std::string& file, const std::string& path) {
  if (path == "-") return path;
  const fs::path target = resolved(path), base = resolved(file).parent_path();
  const fs::path relative = target.lexically_relative(base);
  auto up = std::count(relative.begin(), relative.end(), fs::path(".."));
  if (fs::path(path).is_absolute() && (relative.empty() || up > 0)) return path;
  const bool shares_none = up >= std::distance(base.begin(), base.end()) - 1 && up > 0;
  return relative.empty() || shares_none ? target.string() : relative.string();
}

std::string toml_line(const Setting<Settings>& row, Value value, const std::string& file) {
  if (row.kind == Kind::path_in || row.kind == Kind::path_out)
    value = seen_from(file, value.get<std::string>());
  return fmt::format("{} = {}\n", row.name, toml_text(row, value));
}

/// Of what differs from where nothing is said.
std::string names_of_given(const Settings& settings) {
  const Settings standard;
  std::string names;
  for (const Setting<Settings>& row : describe())
    if (row.value(settings) != row.value(standard)) names += (names.empty() ? "" : ", ") + row.name;
  return names;
}

bool is_taken_by(const SettingFacts& facts, bool of_evaluate) {
  return of_evaluate ? facts.for_evaluate : facts.for_solve;
}

}  // namespace

StudyFileNotices read_study_file(const std::string& path, Settings& settings, bool overwrite,
                                 const Takes& takes) {
  const toml::table table = read_toml(path, "study file");
  settings.study_file = path;
  Settings former, others;
  Reader(path, settings, others, takes).read(table, false);
  if (const toml::table* contents = table[contents_key].as_table())
    for (const auto& [name, file] :
         {std::pair{"input", settings.input}, {"mask", settings.mask}, {"limits", settings.limits}})
      if (const auto hash = (*contents)[name].value<std::string>(); hash && !file.empty())
        settings.contents[file] = *hash;
  StudyFileNotices notices;
  if (const toml::table* outputs = table[written].as_table()) {
    const bool again = overwrite || settings.overwrite;
    Reader(path, again ? settings : former, again ? others : former, takes).read(*outputs, true);
    if (!again)
      notices.kept =
          fmt::format("what the run of {} wrote is kept as it is; --overwrite writes it again", path);
    settings.kept = {former.field, former.png, former.output};
  }
  if (const std::string names = names_of_given(others); !names.empty())
    notices.left_out =
        fmt::format("{}: not taken here are {}; they are settings of another command", path, names);
  return notices;
}

std::string to_study_file(const Settings& settings, const std::string& path) {
  const bool of_evaluate = !settings.output.empty();
  Settings repeated = settings;  // also what made the numbers what they are
  if (repeated.field.empty()) repeated.field = settings.kept.field;
  if (repeated.png.empty()) repeated.png = settings.kept.png;
  std::string out = fmt::format(
      "# Effective settings of a run of tauvox {}. `tauvox {} THIS_FILE` computes the same again and "
      "prints "
      "it;\n# with --overwrite it also replaces the files under [{}]. Paths are relative to this file.\n",
      TAUVOX_VERSION, of_evaluate ? "evaluate" : "solve", written);
  std::string outputs;
  for (const Setting<Settings>& row : describe()) {
    const Value value = row.value(repeated);
    if (value.is_null() || !row.repeats_run || !is_taken_by(row, of_evaluate)) continue;
    const bool file = row.kind == Kind::path_out && value != "-";
    (file ? outputs : out) += toml_line(row, value, path);
  }
  return out + (outputs.empty() ? "" : fmt::format("\n[{}]\n", written) + outputs);
}

bool repeats_study_file(const Settings& settings) {
  if (!settings.study_file) return false;
  Settings alone;
  const bool of_evaluate = !settings.output.empty();
  (void)read_study_file(*settings.study_file, alone, true,
                        [&](const SettingFacts& facts) { return is_taken_by(facts, of_evaluate); });
  return to_study_file(alone, *settings.study_file) == to_study_file(settings, *settings.study_file);
}

}  // namespace tauvox
