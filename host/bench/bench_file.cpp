// Benchmark files as --compare reads them: shape, consistency, and whether their answers agree. Text in them
// was written by strangers and is made harmless here, before anything else sees it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "host/bench/answers.hpp"
#include "host/bench/compare.hpp"
#include "host/report/escape.hpp"
#include "io/input_file.hpp"

namespace tauvox::bench {
namespace {

using Json = nlohmann::ordered_json;

std::string place(const BenchFile& file, const ComparedRow& row) {
  return fmt::format("{}, {} {}", file.path, row.name, size_text(row.size));
}

Error no_bench_file(const std::string& path, const std::string& why) {
  return Error(ExitCode::input_refused, "this is no file of tauvox bench", path, why,
               "give files that `tauvox bench` has written");
}

std::optional<double> number_or_empty(const Json& value) {
  if (value.is_null()) return {};
  return value.get<double>();
}

std::string text_of(const Json& value, std::size_t most = 80) {
  return harmless(value.get<std::string>(), most);
}

void check(bool good, const BenchFile& file, const ComparedRow& row, const char* what) {
  if (!good) throw no_bench_file(file.path, fmt::format("{} in {} {}", what, row.name, size_text(row.size)));
}

/// What a machine of this century can have measured; a number beyond would spoil a table or a picture.
bool plausible(double value) { return value >= 0 && value < 1e15; }

void check_numbers(const BenchFile& file, const ComparedRow& row) {
  const double voxels =
      static_cast<double>(row.size[0]) * static_cast<double>(row.size[1]) * static_cast<double>(row.size[2]);
  const bool in_range = row.effective_ratio > 0 && row.effective_ratio <= 1 && row.allowed >= 0 &&
                        row.allowed <= file.tolerance && row.voxels_per_second > 0 && row.seconds > 0;
  check(in_range && plausible(row.voxels_per_second) && plausible(row.gb_per_second) &&
            plausible(row.triad_fraction.value_or(0)) && row.triad_fraction.value_or(0) < 1e3 &&
            plausible(row.energy_joule.value_or(0)),
        file, row, "a number is out of range");
  const double fastest = row.fastest.value_or(row.seconds), slowest = row.slowest.value_or(row.seconds);
  check(std::abs(row.voxels_per_second * row.seconds / voxels - 1) < 1e-6 && fastest > 0 &&
            fastest <= row.seconds && slowest >= row.seconds && plausible(slowest),
        file, row, "voxels_per_second and seconds do not fit together");
}

ComparedRow parse_row(const Json& j, const BenchFile& file) {
  ComparedRow row;
  row.name = text_of(j.at("case"));
  row.size = j.at("size").get<std::array<std::int64_t, 3>>();
  for (const std::int64_t edge : row.size)
    check(edge >= 1 && edge <= 1 << 20, file, row, "the size is out of range");
  row.valid = j.at("valid").get<bool>();
  if (!row.valid) {
    row.reason = text_of(j.at("reason"), 200);
    return row;
  }
  row.effective_ratio = j.at("effective_ratio").get<double>();
  const bool bound = j.at("error").at("kind") == "bound";
  row.allowed = bound ? j.at("error").at("value").get<double>() : file.tolerance;
  row.voxels_per_second = j.at("voxels_per_second").get<double>();
  row.gb_per_second = j.at("gb_per_second").get<double>();
  row.triad_fraction = number_or_empty(j.at("triad_fraction"));
  row.energy_joule = number_or_empty(j.at("energy_joule"));
  row.seconds = j.at("seconds").at("total").get<double>();
  row.fastest = number_or_empty(j.value("fastest_seconds", Json(nullptr)));
  row.slowest = number_or_empty(j.value("slowest_seconds", Json(nullptr)));
  check_numbers(file, row);
  return row;
}

void parse_machine(const Json& j, BenchFile& file) {
  const Json &hardware = j.at("hardware"), &device = hardware.at("device"), &tool = j.at("tool");
  file.device = text_of(device.at("name"));
  if (device.at("kind") == "cpu") {
    const int threads = device.at("threads").get<int>();
    file.device += fmt::format(", {} thread{}", threads, threads == 1 ? "" : "s");
  }
  file.date = text_of(j.at("date"), 20).substr(0, 10);
  file.detail = fmt::format("tauvox {} {}, {}", text_of(tool.at("version"), 20),
                            text_of(tool.at("commit"), 40), file.date);
  file.processors = hardware.at("cpu").at("processors").get<int>();
  file.load = number_or_empty(hardware.at("load_average"));
  if (file.load && !(plausible(*file.load) && file.processors >= 1))
    throw no_bench_file(file.path, "a load or a number of processors is out of range");
  if (!file.load) return;
  // Who shared the machine shares the blame.
  file.detail += file.busy() ? fmt::format(", load {:.3g} on {} processors", *file.load, file.processors)
                             : fmt::format(", load {:.1f}", *file.load);
}

/// @throws Error(input_invalid)
[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& why) {
  throw Error(ExitCode::input_invalid, what, where, why,
              "speeds are compared at the same answer only; leave out the file, or run it again");
}

void check_pair(const BenchFile& a, const BenchFile& b) {
  constexpr double rounding = 1e-8;  // of the 8 digits in the files
  for (const ComparedRow& x : a.rows)
    for (const ComparedRow& y : b.rows) {
      if (!x.valid || !y.valid || x.name != y.name || x.size != y.size) continue;
      const double allowed =
          (x.allowed + rounding) * x.effective_ratio + (y.allowed + rounding) * y.effective_ratio;
      if (std::abs(x.effective_ratio - y.effective_ratio) > allowed)
        refuse("answers differ", place(b, y),
               fmt::format("{:.8g} there, {:.8g} in {}", y.effective_ratio, x.effective_ratio, a.path));
    }
}

}  // namespace

std::string size_text(const std::array<std::int64_t, 3>& size) {
  if (size[0] == size[1] && size[1] == size[2]) return fmt::format("{}^3", size[0]);
  return fmt::format("{}x{}x{}", size[0], size[1], size[2]);
}

BenchFile parse_bench_file(const std::string& path, const std::string& text) {
  BenchFile file;
  file.path = harmless(path, 300);
  try {
    const Json j = Json::parse(text);
    if (!j.is_object() || j.value("kind", "") != "tauvox bench")
      throw no_bench_file(file.path, "its \"kind\" is not \"tauvox bench\"");
    if (const std::string version = text_of(j.at("schema_version"), 20); !version.starts_with("1."))
      throw Error(ExitCode::input_refused, "benchmark file of another layout", file.path,
                  "schema_version is " + version, "this program reads 1.0 and 1.1");
    parse_machine(j, file);
    file.finished = j.at("finished").get<bool>();
    file.precision = text_of(j.at("settings").at("precision"), 20);
    file.tolerance = j.at("settings").at("tolerance").get<double>();
    constexpr std::size_t most_rows = 1000;  // whoever sends more sends something else
    if (j.at("rows").size() > most_rows || j.at("skipped").size() > most_rows)
      throw no_bench_file(file.path, fmt::format("it has more than {} rows", most_rows));
    for (const Json& j_row : j.at("rows")) {
      const ComparedRow row = parse_row(j_row, file);
      for (const ComparedRow& other : file.rows)
        check(other.name != row.name || other.size != row.size, file, row, "a row is there twice: the one");
      file.rows.push_back(row);
    }
    for (const Json& s : j.at("skipped")) {
      const Json& size = s.at("size");
      file.skipped.push_back({text_of(s.at("case")),
                              size.is_null() ? "largest" : size_text(size.get<std::array<std::int64_t, 3>>()),
                              text_of(s.at("reason"), 200)});
    }
  } catch (const Json::exception& error) {
    throw no_bench_file(file.path, harmless(error.what(), 300));
  }
  return file;
}

BenchFile read_bench_file(const std::string& path) { return parse_bench_file(path, io::read_text(path)); }

void check_same_answers(const std::vector<BenchFile>& files) {
  for (const BenchFile& file : files) {
    if (file.tolerance != files[0].tolerance || file.precision != files[0].precision)
      refuse("settings differ", file.path,
             fmt::format("precision {}, tolerance {:g}; {} has {}, {:g}", file.precision, file.tolerance,
                         files[0].path, files[0].precision, files[0].tolerance));
    for (const ComparedRow& row : file.rows)
      if (const StoredAnswer* stored = stored_answer(row.name, row.size);
          stored && row.valid && !agrees(row.effective_ratio, *stored, file.tolerance))
        refuse("an answer is not the stored one", place(file, row),
               fmt::format("{:.8g} there, {:.8g} stored", row.effective_ratio, stored->effective_ratio));
  }
  for (std::size_t a = 0; a < files.size(); ++a)
    for (std::size_t b = a + 1; b < files.size(); ++b) check_pair(files[a], files[b]);
}

}  // namespace tauvox::bench
