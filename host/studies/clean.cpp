#include "host/studies/clean.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "host/settings/named_labels.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/volume/clusters.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

/// Codes of the labels of a set.
std::vector<std::uint8_t> codes_of(const Volume& volume, const std::vector<std::int64_t>& labels) {
  std::vector<std::uint8_t> in_set(volume.codes_there_are());
  for (std::size_t code = 0; code < volume.labels.size(); ++code)
    in_set[code] = std::find(labels.begin(), labels.end(), volume.labels[code].value) != labels.end();
  return in_set;
}

/// What the runs of small clusters touch, and the code that each of them gets.
template <class Code>
class Surroundings {
 public:
  /// @param outside code of what is no part of the sample
  Surroundings(const LabelArray<Code>& codes, const RunsView& runs, const std::vector<std::uint8_t>& in_set,
               std::size_t outside)
      : codes_(codes), runs_(runs), in_set_(in_set), outside_(outside) {}

  void add(std::int64_t cluster, const Run& run, std::int64_t y, std::int64_t z) {
    const Extent& e = runs_.extent;
    auto& faces = faces_[cluster];
    const auto touch = [&](std::int64_t x, std::int64_t j, std::int64_t k) {
      if (x < 0 || x >= e.nx || j < 0 || j >= e.ny || k < 0 || k >= e.nz) return;
      const Code code = codes_[static_cast<std::size_t>(x + e.nx * runs_.row(j, k))];
      if (code != outside_ && !in_set_[code]) ++faces[code];
    };
    touch(std::int64_t{run.begin} - 1, y, z);
    touch(run.end, y, z);
    for (std::int64_t x = run.begin; x < run.end; ++x) {
      touch(x, y - 1, z);
      touch(x, y + 1, z);
      touch(x, y, z - 1);
      touch(x, y, z + 1);
    }
  }

  /// Of the label that most faces touch; none where nothing does.
  std::optional<Code> code_for(std::int64_t cluster) const {
    const std::map<Code, std::int64_t>& faces = faces_.at(cluster);
    const auto most = std::max_element(faces.begin(), faces.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == faces.end() ? std::nullopt : std::optional(most->first);
  }

 private:
  const LabelArray<Code>& codes_;
  RunsView runs_;
  const std::vector<std::uint8_t>& in_set_;
  std::size_t outside_;
  std::map<std::int64_t, std::map<Code, std::int64_t>> faces_;
};

struct Rule {
  std::string name;  // "pore", "label 0"
  std::vector<std::int64_t> labels;
  std::int64_t least = 0;
};

Rule rule_of(const LabelOrName& given, double least, const Phases& phases) {
  const auto* label = std::get_if<std::int64_t>(&given);
  Rule rule{label ? "label " + label_text(*label, phases) : std::get<std::string>(given),
            labels_of(given, phases, "--clean"), static_cast<std::int64_t>(std::clamp(least, 0.0, 9e15))};
  std::sort(rule.labels.begin(), rule.labels.end());
  if (least < 1 || least != static_cast<double>(rule.least))
    throw Error(ExitCode::usage, "bad value for --clean", fmt::format("{}={}", rule.name, least), "",
                "give the fewest voxels that a cluster may have, such as pore=27");
  return rule;
}

void refuse_label_twice(const std::vector<Rule>& rules) {
  std::map<std::int64_t, std::string> named;
  for (const Rule& rule : rules)
    for (const std::int64_t label : rule.labels)
      if (const auto [first, fresh] = named.emplace(label, rule.name); !fresh)
        throw Error(ExitCode::usage, "label given twice", "--clean",
                    fmt::format("label {} is in '{}' and in '{}'", label, first->second, rule.name),
                    "name each label once");
}

struct Cleaned {
  std::int64_t clusters = 0, voxels = 0;
};

Cleaned clean_set(Volume& volume, const std::vector<std::uint8_t>& in_set, std::int64_t least) {
  const Device cpu = cpu_device();
  const Runs runs(unknowns_of(Codes(cpu, volume), in_set));
  const Clusters clusters = find_clusters(runs);
  const RunsView view = runs.view();
  const std::int64_t* number = clusters.number.data();  // on the CPU: the host may look
  const auto for_each_small = [&](const auto& f) {
    for (std::int64_t z = 0; z < view.extent.nz; ++z)
      for (std::int64_t y = 0; y < view.extent.ny; ++y)
        for (std::int64_t i = view.row_start[view.row(y, z)]; i < view.row_start[view.row(y, z) + 1]; ++i)
          if (clusters.voxels[static_cast<std::size_t>(number[i])] < least) f(number[i], view.runs[i], y, z);
  };
  Cleaned cleaned;
  std::visit(
      [&]<class Code>(LabelArray<Code>& codes) {
        Surroundings<Code> around(codes, view, in_set, volume.labels.size());
        for_each_small([&](std::int64_t cluster, const Run& run, std::int64_t y, std::int64_t z) {
          around.add(cluster, run, y, z);
        });
        std::set<std::int64_t> seen;
        for_each_small([&](std::int64_t cluster, const Run& run, std::int64_t y, std::int64_t z) {
          const std::optional<Code> code = around.code_for(cluster);
          if (!code) return;
          seen.insert(cluster);
          cleaned.voxels += run.end - run.begin;
          const std::int64_t row = view.extent.nx * view.row(y, z);
          for (std::int64_t x = row + run.begin; x < row + run.end; ++x) {
            Code& here = codes[static_cast<std::size_t>(x)];
            --volume.labels[here].voxels;
            ++volume.labels[*code].voxels;
            here = *code;
          }
        });
        cleaned.clusters = static_cast<std::int64_t>(seen.size());
      },
      volume.codes);
  return cleaned;
}

/// Only labels that occur stay.
void leave_out_absent(Volume& volume) {
  std::vector<std::size_t> code_now(volume.codes_there_are());
  std::vector<Label> labels;
  for (std::size_t code = 0; code < volume.labels.size(); ++code) {
    code_now[code] = labels.size();
    if (volume.labels[code].voxels > 0) labels.push_back(volume.labels[code]);
  }
  if (labels.size() == volume.labels.size()) return;
  if (volume.outside) code_now.back() = labels.size();
  volume.labels = labels;
  std::visit(
      [&]<class Code>(LabelArray<Code>& codes) {
        for (Code& code : codes) code = static_cast<Code>(code_now[code]);
      },
      volume.codes);
}

}  // namespace

Volume cleaned(Volume volume, const Settings& settings) {
  std::vector<Rule> rules;
  for (const auto& [given, least] : settings.clean) rules.push_back(rule_of(given, least, settings.phases));
  std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.labels < b.labels; });
  refuse_label_twice(rules);
  for (const Rule& rule : rules) {
    const std::vector<std::uint8_t> in_set = codes_of(volume, rule.labels);
    if (std::count(in_set.begin(), in_set.end(), 1) == 0) {
      if (settings.allow_absent) continue;
      std::vector<std::int64_t> there;
      for (const Label& label : volume.labels) there.push_back(label.value);
      throw Error(ExitCode::input_invalid, "no voxel has that label", "--clean " + rule.name,
                  fmt::format("the labels are {}", fmt::join(there, ", ")), "name one of them");
    }
    const Cleaned done = clean_set(volume, in_set, rule.least);
    volume.notices.push_back(fmt::format(
        "clean: {} {} of {} of fewer than {} voxels, {} {} in all, now {} the label of what surrounds {}",
        done.clusters, done.clusters == 1 ? "cluster" : "clusters", rule.name, rule.least, done.voxels,
        done.voxels == 1 ? "voxel" : "voxels", done.clusters == 1 ? "has" : "have",
        done.clusters == 1 ? "it" : "them"));
  }
  if (!rules.empty()) leave_out_absent(volume);
  return volume;
}

}  // namespace tauvox
