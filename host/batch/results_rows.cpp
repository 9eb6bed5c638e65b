#include "host/batch/results_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "host/report/json_scan.hpp"
#include "host/report/results_file.hpp"
#include "host/studies/report.hpp"
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
    complete_along_other_axes();
    return std::move(found_);
  }

 private:
  void result() {
    if (scan_.next() != Kind::object) return void(scan_.skip());
    LotRow row;
    row.values.reserve(16);
    std::string word;
    scan_.members([&](const std::string& key) {
      const Kind kind = scan_.next();
      if (kind == Kind::text && (key == "phase" || key == "axis" || key == "carrier"))
        scan_.text(key == "phase" ? row.phase : key == "axis" ? row.axis : row.carrier);
      else if (kind == Kind::list && (key == "with" || key == "remarks"))
        scan_.elements([&] {
          if (scan_.next() != Kind::text) return void(scan_.skip());
          scan_.text(word);
          if (key == "with") row.with += (row.with.empty() ? "" : "+") + word;
          // All that results of an earlier build say of it.
          if (key == "remarks" && row.carrier.empty() && word == "ionic transport")
            row.carrier = carrier_ions;
          if (key == "remarks" && row.carrier.empty() && word == "electronic transport")
            row.carrier = carrier_electrons;
        });
      else if (kind == Kind::object && key == "quantities")
        scan_.members([&](const std::string& name) { row.values.emplace_back(name, quantity()); });
      else
        scan_.skip();
    });
    if (row.carrier == carrier_electrons)
      row.phase += fmt::format(" ({})", carrier_electrons);  // it may carry ions too
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
    if (same->carrier.empty()) same->carrier = row.carrier;
    for (auto& named : row.values) {
      const auto known = std::find_if(same->values.begin(), same->values.end(),
                                      [&](const auto& value) { return value.first == named.first; });
      if (known == same->values.end())
        same->values.push_back(std::move(named));
      else
        complete(known->second, std::move(named.second));
    }
  }

  /// One number along each axis, and its uncertainties may be known along one of them.
  void complete_along_other_axes() {
    for (LotRow& row : found_.rows)
      for (auto& [name, value] : row.values) {
        if (!has_no_direction(name)) continue;
        for (const LotRow& other : found_.rows) {
          const LotValue* same =
              other.phase == row.phase && other.with == row.with ? other.value(name) : nullptr;
          if (same && same != &value && are_equal(value, *same)) complete(value, *same);
        }
      }
  }

  static bool are_equal(const LotValue& a, const LotValue& b) {
    constexpr double rounding = 1e-9;
    return a.value && b.value && std::abs(*a.value - *b.value) <= rounding * std::abs(*a.value);
  }

  /// Two studies may give one number, and only one of them what it is uncertain by.
  static void complete(LotValue& known, LotValue other) {
    if (!known.value && !other.value) return;
    if (are_equal(known, other)) {
      known.half_widths.merge(other.half_widths);
      if (!known.half_width) known.half_width = other.half_width;
      return;
    }
    const auto says = [](const LotValue& v) {
      return std::tuple(v.value.has_value() || v.infinite, v.half_width.has_value(), v.half_widths.size());
    };
    if (says(other) > says(known)) known = std::move(other);
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
