// `tauvox bench --compare`: files of several machines beside each other, the first as the reference. Speeds
// are compared at the same answer only, so files whose answers differ are refused.
#pragma once

#include <array>
#include <cstdint>
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
  double seconds = 0, voxels_per_second = 0, gb_per_second = 0;
  std::optional<double> fastest, slowest;  // seconds; files of layout 1.0 do not have them
  std::optional<double> triad_fraction, energy_joule;
};

/// A benchmark file. Its text is harmless (escape.hpp).
struct BenchFile {
  std::string path, device, date, detail, precision;  // detail: version, commit, date, load
  double tolerance = 0;
  bool finished = false;
  std::optional<double> load;  // of the machine when the run began
  int processors = 0;
  std::vector<ComparedRow> rows;
  struct Skipped {
    std::string name, size, reason;
  };
  std::vector<Skipped> skipped;

  /// Others wanted the processors too: no figure of such a run is one of the machine.
  bool busy() const { return load && *load > processors; }
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

  /// @throws Error(input_invalid) when nothing is common to several files; as check_same_answers
  explicit Comparison(std::vector<BenchFile> compared);
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;
  /// "A", "B", ...
  static std::string letter(std::size_t file);
};

/// "VALID: geometric mean of 4 cases at 256^3: 19.2 Mvoxel/s, 20 % of triad", or INVALID and why. At the
/// largest cube in which every case of the file ran; at 256^3 if that is one.
std::string headline(const BenchFile& file);

std::string to_text(const Comparison& comparison);
std::string to_markdown(const Comparison& comparison);
/// One line a row of every file, valid or not.
std::string to_csv(const std::vector<BenchFile>& files);
/// A picture: speed and share of the triad by size, one column a case.
std::string to_svg(const Comparison& comparison);

/// Prints the table; writes NAME.md and NAME.svg, and all rows to `csv` unless that is empty.
/// @param name empty: bench-compare
ExitCode run_compare(const std::vector<std::string>& paths, const std::string& name, const std::string& csv,
                     bool overwrite);

}  // namespace tauvox::bench
