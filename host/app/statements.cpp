#include "host/app/statements.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "host/settings/named_labels.hpp"
#include "host/settings/parse.hpp"

namespace tauvox {
namespace {

/// What makes other labels of the values in the file, or takes them for grey ones; "" for nothing.
std::string what_renames(const Settings& s) {
  if (!s.read.thresholds.empty()) return "--threshold makes other labels of its values";
  if (s.is_grey()) return "its values are taken as grey values";
  return "";
}

/// @throws Error(usage) for a text that is none
Phases phases_of(const io::Statements& stated) { return parse::phases(stated.phases, stated.phases_source); }

std::map<std::string, std::set<std::int64_t>> meaning_of(const Phases& phases) {
  std::map<std::string, std::set<std::int64_t>> meaning;
  for (const NamedPhase& phase : phases.named)
    meaning[phase.name] = {phase.labels.begin(), phase.labels.end()};
  return meaning;
}

std::string spaced_text(const Phases& phases) {
  std::vector<std::string> items;
  for (const NamedPhase& phase : phases.named) items.push_back(phases_text({{phase}}));
  return fmt::format("{}", fmt::join(items, ", "));
}

/// Whether an option of the run speaks of it.
bool is_asked_for(const std::string& phase, const Settings& s) {
  for (const auto* list : {&s.phase, &s.reactive, &s.ionic})
    for (const LabelOrName& given : *list)
      if (given == LabelOrName(phase)) return true;
  for (const auto* list : {&s.conductivity, &s.capacity, &s.phase_porosity, &s.electronic, &s.clean})
    for (const auto& [given, value] : *list)
      if (given == LabelOrName(phase)) return true;
  return false;
}

/// What does not occur would be a mistake of whoever typed it; of a file it may be due to a crop.
/// @param reserved  of no news where it does not occur
/// @return what the file says of that one, "Invalid Phase=0", where it is left out
std::string leave_out_absent(const std::string& path, const Volume& volume, const std::string& reserved,
                             Phases& phases, const std::function<bool(const std::string&)>& is_kept,
                             std::vector<std::string>& warnings) {
  std::vector<std::string> absent;
  std::string expected;
  for (NamedPhase& phase : phases.named) {
    if (is_kept(phase.name)) continue;
    std::erase_if(phase.labels, [&](std::int64_t of) {
      const bool occurs = std::ranges::any_of(volume.labels, [of](const Label& l) { return l.value == of; });
      const std::string text = fmt::format("{}={}", phase.name, of);
      if (!occurs && std::to_string(of) == reserved)
        expected = text;
      else if (!occurs)
        absent.push_back(text);
      return !occurs;
    });
  }
  std::erase_if(phases.named, [](const NamedPhase& phase) { return phase.labels.empty(); });
  if (!absent.empty())
    warnings.push_back(fmt::format("of the phases that {} states, {} {} no voxel in what was read: left out",
                                   path, fmt::join(absent, ", "), absent.size() == 1 ? "has" : "have"));
  return expected;
}

}  // namespace

void take_statements(const io::VolumeDescription& file, Settings& s) {
  s.history = file.stated.history;
  if (s.phases.named.empty() && !file.stated.phases.empty() && what_renames(s).empty()) {
    try {
      s.phases = phases_of(file.stated);
      s.phases_are_stated = true;
    } catch (const Error&) {  // said when the volume is read
    }
  }
  if (!s.is_grey()) given_capacities(s);
}

void settle_statements(const io::VolumeDescription& file, Settings& s, Volume& volume) {
  const io::Statements& stated = file.stated;
  const std::string& path = volume.path;
  if (!stated.outside_label.empty() && !s.read.outside && s.mask.empty() && s.read.thresholds.empty())
    volume.notices.push_back(fmt::format(
        "{0} states that voxels of label {1} are outside of the sample: --outside {1} leaves them out", path,
        stated.outside_label));
  const bool are_given = !s.phases.named.empty() && !s.phases_are_stated;
  if (!are_given)
    for (const std::string& names : stated.unclear)
      volume.warnings.push_back(fmt::format(
          "{} names labels in a way that is not understood, and no name is used: {}; give --phases "
          "NAME=LABEL,...",
          path, names));
  if (!are_given && what_renames(s).empty())
    for (const std::string& names : stated.unused)
      volume.notices.push_back(fmt::format(
          "{} names labels as no phase can be named, or several alike: {}: these names are not used; give "
          "--phases NAME=LABEL,...",
          path, names));
  if (stated.phases.empty()) return;
  Phases of_file;
  try {
    of_file = phases_of(stated);
  } catch (const Error& error) {
    if (!are_given)
      volume.warnings.push_back(
          fmt::format("{} states phases that cannot be used ({}): give --phases", path, error.what()));
    return;
  }
  const std::string said = fmt::format("{} ({})", spaced_text(of_file), stated.phases_source);
  if (const std::string why = what_renames(s); !why.empty() && !are_given) {
    volume.notices.push_back(fmt::format("phases that {} states are not used, as {}: {}", path, why, said));
  } else if (!are_given) {
    std::string without_voxels;
    if (!s.allow_absent)
      without_voxels = leave_out_absent(
          path, volume, stated.reserved_label, s.phases,
          [&](const std::string& name) { return is_asked_for(name, s); }, volume.warnings);
    if (!without_voxels.empty()) without_voxels = fmt::format("; {} has no voxel", without_voxels);
    volume.notices.push_back(fmt::format("phases {} are those that {} states ({}{})", spaced_text(of_file),
                                         path, stated.phases_source, without_voxels));
  } else if (meaning_of(of_file) != meaning_of(s.phases)) {
    volume.notices.push_back(fmt::format("--phases overrules what {} states: phases {}", path, said));
  }
}

}  // namespace tauvox
