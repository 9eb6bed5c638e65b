#include "host/bench/compare.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "host/app/console.hpp"
#include "io/write.hpp"

extern char** environ;

namespace tauvox::bench {
namespace {

using Key = std::pair<std::string, std::array<std::int64_t, 3>>;

const ComparedRow* find_row(const BenchFile& file, const Key& key) {
  for (const ComparedRow& row : file.rows)
    if (row.name == key.first && row.size == key.second) return &row;
  return nullptr;
}

/// Three significant digits, without an exponent.
std::string three_digits(double value) {
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(std::max(value, 1e-9)))), 0, 4);
  return fmt::format("{:.{}f}", value, decimals);
}

using Table = std::vector<std::vector<std::string>>;  // the first row is the head

Table table_of(const Comparison& c) {
  Table table{{"case", "size"}};
  const auto columns = [&](const char* what, std::size_t from) {
    for (std::size_t f = from; f < c.files.size(); ++f) table[0].push_back(Comparison::letter(f) + what);
  };
  columns(" Mvoxel/s", 0);
  columns(" / A", 1);
  columns(" % of triad", 0);
  columns(" J", 0);
  for (const Comparison::Line& line : c.lines) {
    std::vector<std::string> cells{line.rows[0]->name, size_text(line.rows[0]->size)};
    for (const ComparedRow* row : line.rows) cells.push_back(three_digits(row->voxels_per_second * 1e-6));
    for (std::size_t f = 1; f < line.rows.size(); ++f)
      cells.push_back(
          fmt::format("{:.2f}", line.rows[f]->voxels_per_second / line.rows[0]->voxels_per_second));
    for (const ComparedRow* row : line.rows)
      cells.push_back(row->triad_fraction ? fmt::format("{:.0f}", 100 * *row->triad_fraction) : "-");
    for (const ComparedRow* row : line.rows)
      cells.push_back(row->energy_joule ? three_digits(*row->energy_joule) : "-");
    table.push_back(cells);
  }
  std::vector<std::string> means{"geometric mean", ""};
  means.resize(2 + c.files.size());
  for (std::size_t f = 1; f < c.files.size(); ++f) means.push_back(fmt::format("{:.2f}", c.mean_speed[f]));
  means.resize(table[0].size());
  table.push_back(means);
  // Columns that nobody has a number for say nothing.
  for (std::size_t column = table[0].size(); column-- > 2;)
    if (std::all_of(table.begin() + 1, table.end() - 1, [&](const auto& r) { return r[column] == "-"; }))
      for (auto& r : table) r.erase(r.begin() + static_cast<std::ptrdiff_t>(column));
  return table;
}

std::string legend(const Comparison& c, const char* begin) {
  std::string text;
  for (std::size_t f = 0; f < c.files.size(); ++f)
    text += fmt::format("{}{}: {} ({}; {})\n", begin, Comparison::letter(f), c.files[f].device,
                        c.files[f].detail, c.files[f].path);
  return text;
}

std::string remarks(const Comparison& c, const char* begin) {
  std::string text;
  for (const std::string& sentence : c.missing) text += begin + sentence + "\n";
  return text;
}

/// Runs gnuplot on a script file. False where there is no gnuplot.
/// @throws Error(output) when it fails
bool run_gnuplot(const std::string& script) {
  std::string program = "gnuplot", argument = script;
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t child = 0;
  if (posix_spawnp(&child, "gnuplot", nullptr, nullptr, arguments, environ) != 0) return false;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return false;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(ExitCode::output, "gnuplot failed", script, "", "its message is above");
  return true;
}

void write_picture(const Comparison& comparison, const std::string& name, bool overwrite) {
  io::PendingFile picture(name + ".svg", overwrite);
  const std::string script = name + ".gnuplot";
  io::write_text(script, plot_script(comparison, picture.temporary()), overwrite);
  if (!run_gnuplot(script)) {
    io::write_text(script, plot_script(comparison, name + ".svg"), true);
    print_note(fmt::format("notice: no gnuplot here; where there is one, `gnuplot {}` makes {}.svg\n", script,
                           name));
    return;
  }
  picture.commit();
  ::unlink(script.c_str());
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
  for (const Key& key : keys) {
    Line line;
    for (std::size_t f = 0; f < files.size(); ++f) {
      const ComparedRow* row = find_row(files[f], key);
      if (row && row->valid)
        line.rows.push_back(row);
      else
        missing.push_back(fmt::format("{} {}: {} {}", key.first, size_text(key.second),
                                      row ? "not valid in" : "not in", letter(f)) +
                          (row ? ": " + row->reason : ""));
    }
    if (line.rows.size() == files.size()) lines.push_back(line);
  }
  for (std::size_t f = 0; f < files.size(); ++f)
    for (const auto& [what, reason] : files[f].skipped)
      missing.push_back(fmt::format("{}: skipped in {}: {}", what, letter(f), reason));
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

std::string to_text(const Comparison& comparison) {
  const Table table = table_of(comparison);
  std::vector<std::size_t> width(table[0].size());
  for (const auto& row : table)
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  std::string text = legend(comparison, "") + "\n";
  for (const auto& row : table) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += c < 2 ? fmt::format("{:<{}}  ", row[c], width[c]) : fmt::format("{:>{}}  ", row[c], width[c]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text + (comparison.missing.empty() ? "" : "\nnot compared:\n" + remarks(comparison, "  "));
}

std::string to_markdown(const Comparison& comparison) {
  const Table table = table_of(comparison);
  std::string text = legend(comparison, "- ") + "\n";
  for (std::size_t r = 0; r < table.size(); ++r) {
    text += "|";
    for (const std::string& cell : table[r]) text += " " + cell + (cell.empty() ? "|" : " |");
    text += "\n";
    if (r > 0) continue;
    text += "|";
    for (std::size_t c = 0; c < table[0].size(); ++c) text += c < 2 ? "---|" : "---:|";
    text += "\n";
  }
  return text + (comparison.missing.empty() ? "" : "\nNot compared:\n\n" + remarks(comparison, "- "));
}

ExitCode run_compare(const std::vector<std::string>& paths, const std::string& name, bool overwrite) {
  if (paths.size() < 2)
    throw Error(ExitCode::usage, "one file is nothing to compare", paths.empty() ? "--compare" : paths[0], "",
                "give two files or more");
  const std::string base = name.empty() ? "bench-compare" : name;
  for (const char* ending : {".md", ".svg", ".gnuplot"}) io::check_output(base + ending, overwrite);
  std::vector<BenchFile> files;
  for (const std::string& path : paths) files.push_back(read_bench_file(path));
  const Comparison comparison(std::move(files));
  print_text(to_text(comparison));
  io::write_text(base + ".md", to_markdown(comparison), overwrite);
  write_picture(comparison, base, overwrite);
  return ExitCode::success;
}

}  // namespace tauvox::bench
