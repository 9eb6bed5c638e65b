// `tauvox bench --compare`: files of several machines beside each other, the first as the reference. Speeds
// are compared at the same answer only, so files whose answers differ are refused.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"

namespace tauvox::bench {

/// What the comparison uses of a row.
struct ComparedRow {
  std::string name;  // of the case
  std::array<std::int64_t, 3> size{};
  bool valid = false;
  std::string reason;                       // why not valid
  double effective_ratio = 0, allowed = 0;  // allowed: relative error of the answer
  double voxels_per_second = 0, gb_per_second = 0;
  std::optional<double> triad_fraction, energy_joule;
};

/// A benchmark file.
struct BenchFile {
  std::string path, device, detail, precision;  // detail: version, commit, date, load
  double tolerance = 0;
  std::vector<ComparedRow> rows;
  std::vector<std::pair<std::string, std::string>> skipped;  // case and size, reason
};

/// @throws Error(input_refused) when the file is no benchmark file or contradicts itself
BenchFile read_bench_file(const std::string& path);
/// The same from the text of the file.
BenchFile parse_bench_file(const std::string& path, const std::string& text);

/// "512^3", or "10x20x30" (z, y, x).
std::string size_text(const std::array<std::int64_t, 3>& size);

/// @throws Error(input_invalid) naming file, case, size and both answers when an answer of a valid row is not
/// the stored one, or two files have different answers, tolerances or precisions
void check_same_answers(const std::vector<BenchFile>& files);

/// The rows that are valid in every file.
struct Comparison {
  std::vector<BenchFile> files;
  struct Line {
    std::vector<const ComparedRow*> rows;  // one a file
  };
  std::vector<Line> lines;
  std::vector<std::string> missing;  // sentences: what is not compared, and why
  std::vector<double> mean_speed;    // geometric mean over the lines, relative to the first file

  /// @throws Error(input_invalid) when nothing is common to all files; as check_same_answers
  explicit Comparison(std::vector<BenchFile> compared);
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;
  /// "A", "B", ...
  static std::string letter(std::size_t file);
};

std::string to_text(const Comparison& comparison);
std::string to_markdown(const Comparison& comparison);

/// gnuplot's script of the picture, data included: speed and share of the triad by size, one column a case.
/// @param output of the picture, SVG
std::string plot_script(const Comparison& comparison, const std::string& output);

/// Prints the table, writes NAME.md, and NAME.svg or, without gnuplot, NAME.gnuplot.
/// @param name empty: bench-compare
/// @throws Error(usage) for fewer than two files
ExitCode run_compare(const std::vector<std::string>& paths, const std::string& name, bool overwrite);

}  // namespace tauvox::bench
