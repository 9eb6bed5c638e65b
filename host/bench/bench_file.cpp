// Benchmark files as --compare reads them: shape, consistency, and whether their answers agree.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "host/bench/answers.hpp"
#include "host/bench/compare.hpp"
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

ComparedRow parse_row(const Json& j, const BenchFile& file) {
  ComparedRow row;
  row.name = j.at("case").get<std::string>();
  row.size = j.at("size").get<std::array<std::int64_t, 3>>();
  row.valid = j.at("valid").get<bool>();
  if (!row.valid) {
    row.reason = j.at("reason").get<std::string>();
    return row;
  }
  row.effective_ratio = j.at("effective_ratio").get<double>();
  const bool bound = j.at("error").at("kind") == "bound";
  row.allowed = bound ? j.at("error").at("value").get<double>() : file.tolerance;
  row.voxels_per_second = j.at("voxels_per_second").get<double>();
  row.gb_per_second = j.at("gb_per_second").get<double>();
  row.triad_fraction = number_or_empty(j.at("triad_fraction"));
  row.energy_joule = number_or_empty(j.at("energy_joule"));
  if (!(row.effective_ratio > 0 && row.effective_ratio <= 1 && row.voxels_per_second > 0 &&
        row.allowed >= 0 && row.allowed <= file.tolerance))
    throw no_bench_file(file.path, "a number is out of range in " + row.name + " " + size_text(row.size));
  const double voxels =
      static_cast<double>(row.size[0]) * static_cast<double>(row.size[1]) * static_cast<double>(row.size[2]);
  const double seconds = j.at("seconds").at("total").get<double>();
  if (!(std::abs(row.voxels_per_second * seconds / voxels - 1) < 1e-6))
    throw no_bench_file(file.path, "voxels_per_second and seconds do not fit together in " + row.name + " " +
                                       size_text(row.size));
  return row;
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
  file.path = path;
  try {
    const Json j = Json::parse(text);
    if (!j.is_object() || j.value("kind", "") != "tauvox bench")
      throw no_bench_file(path, "its \"kind\" is not \"tauvox bench\"");
    if (const std::string version = j.at("schema_version").get<std::string>(); version != "1.0")
      throw Error(ExitCode::input_refused, "benchmark file of another layout", path,
                  "schema_version is " + version, "this program reads 1.0");
    const Json &hardware = j.at("hardware").at("device"), &tool = j.at("tool");
    file.device = hardware.at("name").get<std::string>();
    if (hardware.at("kind") == "cpu") {
      const int threads = hardware.at("threads").get<int>();
      file.device += fmt::format(", {} thread{}", threads, threads == 1 ? "" : "s");
    }
    file.detail =
        fmt::format("tauvox {} {}, {}", tool.at("version").get<std::string>(),
                    tool.at("commit").get<std::string>(), j.at("date").get<std::string>().substr(0, 10));
    // Who shared the machine shares the blame.
    if (const auto load = number_or_empty(j.at("hardware").at("load_average")))
      file.detail += fmt::format(", load {:.1f}", *load);
    file.precision = j.at("settings").at("precision").get<std::string>();
    file.tolerance = j.at("settings").at("tolerance").get<double>();
    for (const Json& j_row : j.at("rows")) {
      const ComparedRow row = parse_row(j_row, file);
      for (const ComparedRow& other : file.rows)
        if (other.name == row.name && other.size == row.size)
          throw no_bench_file(path, row.name + " " + size_text(row.size) + " is there twice");
      file.rows.push_back(row);
    }
    for (const Json& s : j.at("skipped")) {
      const Json& size = s.at("size");
      file.skipped.emplace_back(
          s.at("case").get<std::string>() + " " +
              (size.is_null() ? "largest" : size_text(size.get<std::array<std::int64_t, 3>>())),
          s.at("reason").get<std::string>());
    }
  } catch (const Json::exception& error) {
    throw no_bench_file(path, error.what());
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
