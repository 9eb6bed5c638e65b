#include "host/app/limits.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "host/app/limit_key.hpp"
#include "host/app/toml_file.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/units.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

/// Its unit, as a file of limits has it.
std::string unit_of_quantity(const std::string& name) {
  for (const QuantityDefinition& row : all_quantities())
    if (row.name == name) return row.unit == given_unit ? "1" : row.unit;
  return "1";
}

class LimitsReader {
 public:
  LimitsReader(const std::string& path, const Limitable& of) : path_(path), of_(of) {}

  Limits read() {
    const toml::table table = read_toml(path_, "file of limits");
    walk(table, {});
    if (found_.limits.empty())
      throw Error(ExitCode::usage, "no limits in the file", path_, "",
                  "write for example: porosity = [0.32, 0.38]");
    return found_;
  }

 private:
  void walk(const toml::table& table, const std::vector<std::string>& parents) {
    for (const auto& [key, node] : table) {
      std::vector<std::string> parts = parents;
      parts.emplace_back(key.str());
      const std::string place = place_in(path_, key.source());
      if (const toml::table* inner = node.as_table())
        walk(*inner, parts);
      else if (parts.size() == 1 && parts.front() == rule_key)
        take_rule(node, place);
      else
        take(node, parts, place);
    }
  }

  void take_rule(const toml::node& node, const std::string& place) {
    const auto* text = node.as_string();
    if (!text || (text->get() != rule_name(true) && text->get() != rule_name(false)))
      throw Error(ExitCode::usage, fmt::format("bad value for {}", rule_key), place, "",
                  "give \"guard_band\" (ILAC-G8 4.2.3) or \"simple\" (4.2.1)");
    found_.guarded = text->get() == rule_name(true);
  }

  void take(const toml::node& node, std::vector<std::string> parts, const std::string& place) {
    const std::string end = parts.back();
    if (end == "min" || end == "max") {
      parts.pop_back();
      Limit& limit = keep(limit_of_key(parts, place, of_));
      set(end == "min" ? limit.least : limit.most, number(node, limit, place), limit, place);
      return;
    }
    Limit& limit = keep(limit_of_key(parts, place, of_));
    const auto* list = node.as_array();
    if (!list || list->size() != 2)
      throw Error(ExitCode::usage, "bad limits", place,
                  list ? fmt::format("the list has {} items", list->size())
                       : fmt::format("it is {}", type_name(node)),
                  fmt::format("give [LEAST, MOST], or {0}.min or {0}.max", end));
    set(limit.least, number((*list)[0], limit, place), limit, place);
    set(limit.most, number((*list)[1], limit, place), limit, place);
  }

  /// The one of this quantity, phase and axis.
  Limit& keep(const Limit& limit) {
    for (Limit& other : found_.limits)
      if (other.quantity == limit.quantity && other.phase == limit.phase && other.axis == limit.axis &&
          other.carrier == limit.carrier)
        return other;
    return found_.limits.emplace_back(limit);
  }

  /// A percentage is not the fraction that was meant. 0 stands for no limit where all is above.
  static void check_range(double value, const std::string& quantity, const std::string& place) {
    for (const QuantityDefinition& row : all_quantities()) {
      if (row.name != quantity || value == 0 || (value >= row.least && value <= row.most)) continue;
      const bool is_percent = row.most == 1 && value > 1 && value <= 100;
      throw Error(ExitCode::usage, fmt::format("no {} can be {:g}", quantity, value), place,
                  fmt::format("it lies in {:g} to {:g}", row.least, row.most),
                  is_percent ? fmt::format("give {:g} for {:g} %", value / 100, value)
                             : "give a limit in this range, or leave it out");
    }
  }

  void set(std::optional<double>& side, double value, const Limit& limit, const std::string& place) {
    if (side)
      throw Error(ExitCode::usage, "limit given twice", place,
                  fmt::format("the first stands at {}", limit.place), "give each limit once");
    check_range(value, limit.quantity, place);
    side = value;
    if (limit.least && limit.most && *limit.least > *limit.most)
      throw Error(ExitCode::usage, "limits exclude each other", place,
                  fmt::format("{:g} is above {:g}", *limit.least, *limit.most), "give the least first");
  }

  /// 1.6e-6, or "1.6 um"
  double number(const toml::node& node, const Limit& limit, const std::string& place) {
    const std::string unit = unit_of_quantity(limit.quantity);
    const auto refuse = [&](const std::string& why) {
      throw Error(ExitCode::usage, "bad limit", place, why,
                  unit == "1" ? fmt::format("give a number, {} has no unit", limit.quantity)
                              : fmt::format("{} is in {}: give a number, or a number with a unit{}",
                                            limit.quantity, unit, example_of(unit)));
    };
    if (const auto* text = node.as_string()) {
      const std::optional<double> value = with_unit(text->get(), unit);
      if (!value) refuse(fmt::format("it is text, '{}'", io::printable(text->get())));
      return *value;
    }
    const std::optional<double> value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value || !std::isfinite(*value))
      refuse(node.is_number() ? "it is no finite number" : fmt::format("it is {}", type_name(node)));
    if (unit != "1")
      found_.taken_as_si.push_back(fmt::format(
          "{}{} {:g} {}", limit.quantity, limit.phase.empty() ? "" : " of " + limit.phase, *value, unit));
    return *value;
  }

  static const char* example_of(const std::string& unit) {
    return unit == "m" ? ", such as \"1.6 um\"" : unit == "1/m" ? ", such as \"0.2 1/um\"" : "";
  }

  /// Empty where it is no number, or its unit none of this kind.
  static std::optional<double> with_unit(const std::string& text, const std::string& unit) {
    const std::size_t end = text.find_first_not_of("+-.0123456789eE"),
                      blank = text.find_first_not_of(' ', end);
    const std::string number = text.substr(0, end);
    double value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    if (blank == std::string::npos || read.ec != std::errc() || read.ptr != number.data() + number.size() ||
        !std::isfinite(value))
      return std::nullopt;
    const std::optional<double> factor = factor_between(text.substr(blank), unit);
    return factor ? std::optional(value * *factor) : std::nullopt;
  }

  const std::string& path_;
  const Limitable& of_;
  Limits found_;
};

}  // namespace

Limits read_limits(const std::string& path, const Limitable& of) { return LimitsReader(path, of).read(); }

}  // namespace tauvox
