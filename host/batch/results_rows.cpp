#include "host/batch/results_rows.hpp"

#include <algorithm>
#include <utility>

#include "host/report/json_scan.hpp"
#include "host/report/results_file.hpp"
#include "io/input_file.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;
using Kind = JsonScan::Kind;

/// Of what is beside the results.
bool is_wanted(const std::string& key) {
  for (const char* wanted : {"status", "exit_code", "verdict", "decision_rule", "judgements", "tool", "input",
                             "settings", "device"})
    if (key == wanted) return true;
  return false;
}

class ResultsScan {
 public:
  explicit ResultsScan(const std::string& text) : scan_(text) {}

  ResultsRows all(const std::string& path) {
    bool has_results = false;
    if (scan_.next() != Kind::object) throw Error(ExitCode::input_refused, "no results of tauvox", path);
    scan_.members([&](const std::string& key) {
      if (key != "results" || scan_.next() != Kind::list) {
        const std::string_view written = scan_.skip();
        if (is_wanted(key)) found_.facts[key] = Json::parse(written);
        return;
      }
      has_results = true;
      scan_.elements([&] { result(); });
    });
    scan_.end();
    if (!has_results) throw Error(ExitCode::input_refused, "no results of tauvox", path);
    return std::move(found_);
  }

 private:
  void result() {
    if (scan_.next() != Kind::object) return void(scan_.skip());
    LotRow row;
    row.values.reserve(16);
    bool of_electrons = false;
    std::string word;
    scan_.members([&](const std::string& key) {
      const Kind kind = scan_.next();
      if (kind == Kind::text && (key == "phase" || key == "axis"))
        scan_.text(key == "phase" ? row.phase : row.axis);
      else if (kind == Kind::list && (key == "with" || key == "remarks"))
        scan_.elements([&] {
          if (scan_.next() != Kind::text) return void(scan_.skip());
          scan_.text(word);
          if (key == "with") row.with += (row.with.empty() ? "" : "+") + word;
          of_electrons |= key == "remarks" && word == "electronic transport";
        });
      else if (kind == Kind::object && key == "quantities")
        scan_.members([&](const std::string& name) { row.values.emplace_back(name, quantity()); });
      else
        scan_.skip();
    });
    if (of_electrons) row.phase += " (electrons)";  // the same phase may carry ions too
    add(std::move(row));
  }

  LotValue quantity() {
    LotValue value;
    if (scan_.next() != Kind::object) return scan_.skip(), value;
    scan_.members([&](const std::string& key) {
      const Kind kind = scan_.next();
      value.infinite |= key == "infinite";
      if (kind == Kind::other && key == "value")
        value.value = number_in(scan_.other());
      else if (kind == Kind::text && key == "unit")
        scan_.text(value.unit);
      else if (kind == Kind::object && key == "uncertainty")
        scan_.members([&](const std::string& source) {
          if (const std::optional<double> width = half_width()) value.half_widths[source] = *width;
        });
      else if (kind == Kind::object && key == "combined")  // not there where a kind that is needed is missing
        value.half_width = half_width();
      else
        scan_.skip();
    });
    return value;
  }

  std::optional<double> half_width() {
    std::optional<double> found;
    if (scan_.next() != Kind::object) return scan_.skip(), found;
    scan_.members([&](const std::string& key) {
      if (scan_.next() == Kind::other && key == "half_width")
        found = number_in(scan_.other());
      else
        scan_.skip();
    });
    return found;
  }

  static std::optional<double> number_in(std::string_view written) {
    return is_number(written) ? std::optional(number_of(written)) : std::nullopt;
  }

  void add(LotRow row) {
    const auto same = std::find_if(found_.rows.begin(), found_.rows.end(), [&](const LotRow& other) {
      return other.phase == row.phase && other.with == row.with && other.axis == row.axis;
    });
    if (same == found_.rows.end()) {
      found_.rows.push_back(std::move(row));
      return;
    }
    for (auto& named : row.values)
      if (!same->value(named.first)) same->values.push_back(std::move(named));
  }

  JsonScan scan_;
  ResultsRows found_;
};

}  // namespace

ResultsRows rows_of_file(const std::string& path) {
  const std::string text = io::read_text(path, most_bytes_of_results);
  try {
    return ResultsScan(text).all(path);
  } catch (const JsonScan::Fault& fault) {
    throw Error(ExitCode::input_refused, "no JSON file", path, fault.what());
  }
}

}  // namespace tauvox
