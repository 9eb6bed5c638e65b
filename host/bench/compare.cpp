#include "host/bench/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/app/console.hpp"
#include "io/replaces_input.hpp"
#include "io/write.hpp"

namespace tauvox::bench {
namespace {

using Key = std::pair<std::string, std::array<std::int64_t, 3>>;

const ComparedRow* find_row(const BenchFile& file, const Key& key) {
  for (const ComparedRow& row : file.rows)
    if (row.name == key.first && row.size == key.second) return &row;
  return nullptr;
}

}  // namespace

std::string Comparison::letter(std::size_t file) {
  return file < 26 ? std::string(1, static_cast<char>('A' + file)) : fmt::format("A{}", file);
}

Comparison::Comparison(std::vector<BenchFile> compared) : files(std::move(compared)) {
  check_same_answers(files);
  std::vector<Key> keys;
  for (const BenchFile& file : files)
    for (const ComparedRow& row : file.rows)
      if (const Key key{row.name, row.size}; std::find(keys.begin(), keys.end(), key) == keys.end())
        keys.push_back(key);
  std::vector<std::string> names;  // cases stay in the order of the files, sizes go up
  for (const Key& key : keys)
    if (std::find(names.begin(), names.end(), key.first) == names.end()) names.push_back(key.first);
  const auto order = [&](const Key& key) {
    return std::pair(std::find(names.begin(), names.end(), key.first), key.second);
  };
  std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) { return order(a) < order(b); });
  const auto in_file = [&](std::size_t f) { return files.size() == 1 ? "" : " in " + letter(f); };
  for (const Key& key : keys) {
    Line line;
    for (std::size_t f = 0; f < files.size(); ++f) {
      const ComparedRow* row = find_row(files[f], key);
      if (row && row->valid)
        line.rows.push_back(row);
      else
        missing.push_back(
            fmt::format("{} {}: not{}{}", key.first, size_text(key.second), row ? " valid" : "", in_file(f)) +
            (row ? ": " + row->reason : ""));
    }
    if (line.rows.size() == files.size()) lines.push_back(line);
  }
  for (std::size_t f = 0; f < files.size(); ++f)
    for (const BenchFile::Skipped& s : files[f].skipped)
      missing.push_back(fmt::format("{} {}: skipped{}: {}", s.name, s.size, in_file(f), s.reason));
  if (files.size() == 1) return;  // shows what there is
  if (lines.empty())
    throw Error(ExitCode::input_invalid, "the files have no valid row in common", files.back().path, "",
                "run the same cases and sizes on both machines");
  for (std::size_t f = 0; f < files.size(); ++f) {
    double sum = 0;
    for (const Line& line : lines)
      sum += std::log(line.rows[f]->voxels_per_second / line.rows[0]->voxels_per_second);
    mean_speed.push_back(std::exp(sum / static_cast<double>(lines.size())));
  }
}

ExitCode run_compare(const std::vector<std::string>& paths, const std::string& name, const std::string& csv,
                     bool overwrite) {
  const std::string base = name.empty() ? "bench-compare" : name;
  std::vector<std::string> outputs{base + ".md", base + ".svg"};
  if (!csv.empty()) outputs.push_back(csv);
  for (const std::string& output : outputs) {
    io::check_replaces_no_input(output, paths);
    io::check_output(output, overwrite);
  }
  std::vector<BenchFile> files;
  for (const std::string& path : paths) files.push_back(read_bench_file(path));
  const Comparison comparison(std::move(files));
  print_text(to_text(comparison));
  io::write_text(base + ".md", to_markdown(comparison), overwrite);
  if (!comparison.lines.empty()) io::write_text(base + ".svg", to_svg(comparison), overwrite);
  if (!csv.empty()) io::write_text(csv, to_csv(comparison.files), overwrite);
  return ExitCode::success;
}

}  // namespace tauvox::bench
