// A comparison as text, Markdown and CSV, and the headline of one file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "host/bench/cases.hpp"
#include "host/bench/compare.hpp"
#include "host/report/escape.hpp"

namespace tauvox::bench {
namespace {

/// Three significant digits, without an exponent.
std::string three_digits(double value) {
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(std::max(value, 1e-9)))), 0, 4);
  return fmt::format("{:.{}f}", value, decimals);
}

using Table = std::vector<std::vector<std::string>>;  // the first row is the head

/// Head of a column of a file: "A Mvoxel/s", or "A* Mvoxel/s" for one that was taken on a busy machine.
std::string head_of(const Comparison& c, std::size_t file, const char* what) {
  const char* star = c.files[file].busy() ? "*" : "";
  return c.files.size() == 1 ? fmt::format("{}{}", what, star)
                             : fmt::format("{}{} {}", Comparison::letter(file), star, what);
}

/// Adds a column for every file from `first` on.
void add_columns(Table& table, const Comparison& c, const char* what, std::size_t first,
                 const std::function<std::string(const Comparison::Line&, std::size_t)>& cell) {
  for (std::size_t f = first; f < c.files.size(); ++f) {
    std::vector<std::string> column;
    for (const Comparison::Line& line : c.lines) column.push_back(cell(line, f));
    // A column that nobody has a number for says nothing.
    if (std::all_of(column.begin(), column.end(), [](const std::string& text) { return text == "-"; }))
      continue;
    table[0].push_back(head_of(c, f, what));
    for (std::size_t r = 0; r < column.size(); ++r) table[r + 1].push_back(column[r]);
    if (table.size() > c.lines.size() + 1)
      table.back().push_back(std::string(what) == "/ A" ? fmt::format("{:.2f}", c.mean_speed[f]) : "");
  }
}

Table table_of(const Comparison& c) {
  Table table{{"case", "size"}};
  for (const Comparison::Line& line : c.lines)
    table.push_back({line.rows[0]->name, size_text(line.rows[0]->size)});
  if (c.files.size() > 1) table.push_back({"geometric mean", ""});
  using Line = Comparison::Line;
  if (c.files.size() == 1)
    add_columns(table, c, "s", 0, [](const Line& l, auto f) { return three_digits(l.rows[f]->seconds); });
  add_columns(table, c, "Mvoxel/s", 0,
              [](const Line& l, auto f) { return three_digits(l.rows[f]->voxels_per_second * 1e-6); });
  add_columns(table, c, "/ A", 1, [](const Line& l, auto f) {
    return fmt::format("{:.2f}", l.rows[f]->voxels_per_second / l.rows[0]->voxels_per_second);
  });
  add_columns(table, c, "% of triad", 0, [](const Line& l, auto f) {
    return l.rows[f]->triad_fraction ? fmt::format("{:.0f}", 100 * *l.rows[f]->triad_fraction) : "-";
  });
  add_columns(table, c, "J", 0, [](const Line& l, auto f) {
    return l.rows[f]->energy_joule ? three_digits(*l.rows[f]->energy_joule) : "-";
  });
  return table;
}

using Escape = std::string (*)(const std::string&);
std::string as_it_is(const std::string& text) { return text; }

/// A line a machine, and its headline.
std::string legend(const Comparison& c, const char* begin, const char* next, Escape escape) {
  std::string text;
  for (std::size_t f = 0; f < c.files.size(); ++f) {
    const BenchFile& file = c.files[f];
    text += begin + (c.files.size() == 1 ? "" : Comparison::letter(f) + (file.busy() ? "*: " : ": "));
    text += escape(fmt::format("{} ({}; {})", file.device, file.detail, file.path)) + "\n";
    text += next + escape(headline(file)) + "\n";
  }
  return text;
}

std::string remarks(const Comparison& c, const char* head, const char* begin, Escape escape) {
  std::string text;
  if (std::any_of(c.files.begin(), c.files.end(), [](const BenchFile& file) { return file.busy(); }))
    text += fmt::format("\n{}\n",
                        escape("* The load of this machine was above its number of processors when the run "
                               "began: its figures may be too low."));
  if (!c.missing.empty()) text += head;
  for (const std::string& sentence : c.missing) text += fmt::format("{}{}\n", begin, escape(sentence));
  return text;
}

double geometric_mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  return std::exp(sum / static_cast<double>(values.size()));
}

/// Edge of the cube that the headline is about; 0: there is none.
std::int64_t headline_edge(const BenchFile& file, const std::vector<std::string>& names) {
  constexpr std::int64_t usual = 256;
  std::int64_t best = 0;
  for (const ComparedRow& row : file.rows) {
    const std::int64_t edge = row.size[0];
    const auto ran = [&](const std::string& name) {
      return std::any_of(file.rows.begin(), file.rows.end(), [&](const ComparedRow& other) {
        return other.valid && other.name == name && other.size == std::array{edge, edge, edge};
      });
    };
    if (std::all_of(names.begin(), names.end(), ran) && best != usual && (edge == usual || edge > best))
      best = edge;
  }
  return best;
}

/// Why no number can stand for the file; empty when one can.
std::string invalidity(const BenchFile& file) {
  std::string why;
  std::int64_t invalid = 0;
  for (const ComparedRow& row : file.rows)
    if (!row.valid && invalid++ == 0)
      why = fmt::format("{} {}: {}", row.name, size_text(row.size), row.reason);
  if (invalid > 1) why += fmt::format(" (and {} more)", invalid - 1);
  if (why.empty() && file.rows.empty()) why = "no row was measured";
  if (why.empty() && !file.finished) why = "the run was stopped before its end";
  return why;
}

}  // namespace

std::string headline(const BenchFile& file) {
  if (const std::string why = invalidity(file); !why.empty()) return "INVALID: " + why;
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const ComparedRow& row : file.rows) add(row.name);
  for (const BenchFile::Skipped& skipped : file.skipped) add(skipped.name);
  const std::int64_t edge = headline_edge(file, names);
  if (edge == 0) return "INVALID: there is no size in which every case of the file ran";
  std::vector<double> speeds, shares;
  for (const ComparedRow& row : file.rows)
    if (row.size == std::array{edge, edge, edge}) {
      speeds.push_back(row.voxels_per_second * 1e-6);
      if (row.triad_fraction && *row.triad_fraction > 0) shares.push_back(100 * *row.triad_fraction);
    }
  std::string text = fmt::format("VALID: geometric mean of {} case{} at {}^3: {} Mvoxel/s", names.size(),
                                 names.size() == 1 ? "" : "s", edge, three_digits(geometric_mean(speeds)));
  if (shares.size() == speeds.size()) text += fmt::format(", {:.0f} % of triad", geometric_mean(shares));
  if (names.size() < cases().size()) text += fmt::format("; the suite has {} cases", cases().size());
  if (file.tolerance != 1e-4 || file.precision != "mixed")
    text += fmt::format("; precision {}, tolerance {:g}", file.precision, file.tolerance);
  if (file.busy())
    text += fmt::format("; busy machine: load {:.3g} on {} processors", *file.load, file.processors);
  return text;
}

std::string to_text(const Comparison& comparison) {
  const Table table = table_of(comparison);
  std::vector<std::size_t> width(table[0].size());
  for (const auto& row : table)
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  std::string text;
  for (const auto& row : table) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += c < 2 ? fmt::format("{:<{}}  ", row[c], width[c]) : fmt::format("{:>{}}  ", row[c], width[c]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text + remarks(comparison, "\nnot in the table:\n", "  ", as_it_is) + "\n" +
         legend(comparison, "", "", as_it_is);  // last, where it is seen
}

std::string to_markdown(const Comparison& comparison) {
  const Table table = table_of(comparison);
  std::string text = legend(comparison, "- ", "  ", markdown_text) + "\n";
  for (std::size_t r = 0; r < table.size(); ++r) {
    text += "|";
    for (const std::string& cell : table[r])
      text += fmt::format(" {}{}", markdown_text(cell), cell.empty() ? "|" : " |");
    text += "\n";
    if (r > 0) continue;
    text += "|";
    for (std::size_t c = 0; c < table[0].size(); ++c) text += c < 2 ? "---|" : "---:|";
    text += "\n";
  }
  return text + remarks(comparison, "\nNot in the table:\n\n", "- ", markdown_text);
}

std::string to_csv(const std::vector<BenchFile>& files) {
  std::string text =
      "file,device,date,load_average,processors,case,size_z,size_y,size_x,valid,reason,effective_ratio,"
      "seconds,"
      "fastest_seconds,slowest_seconds,voxels_per_second,gb_per_second,triad_fraction,energy_joule\n";
  const auto or_empty = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.8g}", *value) : "";
  };
  for (const BenchFile& file : files)
    for (const ComparedRow& row : file.rows) {
      text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}", csv_cell(file.path), csv_cell(file.device),
                          csv_cell(file.date), or_empty(file.load), file.processors, csv_cell(row.name),
                          row.size[0], row.size[1], row.size[2], row.valid, csv_cell(row.reason));
      if (row.valid)
        text += fmt::format(",{:.8g},{:.8g},{},{},{:.8g},{:.8g},{},{}\n", row.effective_ratio, row.seconds,
                            or_empty(row.fastest), or_empty(row.slowest), row.voxels_per_second,
                            row.gb_per_second, or_empty(row.triad_fraction), or_empty(row.energy_joule));
      else
        text += ",,,,,,,,\n";
    }
  return text;
}

}  // namespace tauvox::bench
