// One typed row per setting. The command line, --help, the study file, the settings in a report, their echo
// beside the results, shell completion and man pages all follow from it.
#pragma once

#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/settings/phases.hpp"
#include "host/settings/settings.hpp"
#include "io/read.hpp"

namespace tauvox {

/// Of a setting: a boolean, number, text, array or object as JSON and TOML know them; null where it is unset.
/// Lengths are in m, times in s, axes are names, ranges are texts "0:100".
using Value = nlohmann::ordered_json;

enum class Kind {
  flag,
  integer,
  number,
  text,
  choice,       // one of `choices`
  texts,        // a list, of `choices` where there are some
  device,       // auto, cpu, cuda, cuda:N
  duration,     // s
  length,       // m
  lengths,      // m, z,y,x
  temperature,  // K
  shape,        // voxels z,y,x
  ranges,       // voxels z,y,x
  axes,
  labels,
  pairs,   // label=value
  phases,  // name=labels
  places,  // axis=index, of further axes of an array
  cuts,    // axis=index, of z, y, x
  letters,
  numbers,
  thresholds,  // numbers, otsu, otsu3
  filters,     // of grey values
  outside,     // a label, or nan
  resample,    // m, or shortest
  orient,      // z, y, x in another order, reversed
  path_in,
  path_out,
  paths_in
};

/// Of a number, ends included but for `above` and `below`.
struct Range {
  double least = 0;
  std::optional<double> most = {};
  bool above = false;  // `least` itself is out
  bool below = false;  // `most` itself is
};

struct Choice {
  std::string name, meaning;
};

/// What does not depend on the struct that holds the value.
struct SettingFacts {
  std::string name = {};  // --name; in a study file also name_with_underscores
  char letter = 0;        // -o, where there is one
  Kind kind = Kind::text;
  std::string group = {};    // heading in --help
  std::string meaning = {};  // neither unit, default, range nor choices: those are added
  std::string unit = {};
  std::optional<Range> range = {};
  std::vector<Choice> choices = {};
  bool changes_result = false;  // else it says where, how or how fast
  bool by_content = false;      // a file that is compared by what is in it, not by its name
  bool for_inspect = false;     // not for solve alone
  bool for_evaluate = false;    // nor these
  bool for_solve = true;
  bool positional = false, required = false;
  bool repeats_run = true;  // part of the settings beside the results
  Value unset = {};         // what the struct holds where nothing was said
  Value standard = {};      // the default, as the struct has it
};

/// Its value from text.   @param option named in messages
/// @throws Error(usage) that names the option, the text and what is taken
Value value_from(const SettingFacts& facts, const std::string& text, const std::string& option);
/// The text that gives the value back; "" for null.
std::string text_of(const SettingFacts& facts, const Value& value);
/// "from 1e-12 to 0.1"
std::string text_of(const Range& range);
/// For --help and manuals: "FILE", "NUMBER", "multigrid|jacobi"; "" for a flag.
std::string placeholder(const SettingFacts& facts);
/// "target on the discrete problem, relative error of D_eff (default 0.0001, from 1e-12 to 0.1)"
std::string description(const SettingFacts& facts);
/// Its choices are to be listed one by one.
bool has_explained_choices(const SettingFacts& facts);
/// Takes several items, separated by commas.
bool is_list(const SettingFacts& facts);
/// Takes several words of the command line.
bool takes_words(const SettingFacts& facts);
std::vector<Choice> named(const std::vector<std::string>& names);

// Fields of the structs <-> values.
Value to_value(const io::Crop& crop);
Value to_value(const std::vector<Axis>& axes);
Value to_value(const Axis& axis);
Value to_value(const std::vector<LabelOrName>& labels);
Value to_value(const std::vector<std::pair<LabelOrName, double>>& pairs);
Value to_value(const Phases& phases);
Value to_value(const std::vector<std::pair<std::string, std::int64_t>>& places);
Value to_value(const std::vector<std::pair<Axis, std::int64_t>>& cuts);
Value to_value(const io::Thresholds& thresholds);
Value to_value(const std::vector<io::GreyFilter>& filters);
Value to_value(const io::OutsideVoxels& outside);
Value to_value(const Resample& resample);
void from_value(const Value& value, Resample& resample);
void from_value(const Value& value, io::OutsideVoxels& outside);
void from_value(const Value& value, io::Thresholds& thresholds);
void from_value(const Value& value, std::vector<io::GreyFilter>& filters);
void from_value(const Value& value, io::Crop& crop);
void from_value(const Value& value, std::vector<Axis>& axes);
void from_value(const Value& value, Axis& axis);
void from_value(const Value& value, std::vector<LabelOrName>& labels);
void from_value(const Value& value, std::vector<std::pair<LabelOrName, double>>& pairs);
void from_value(const Value& value, Phases& phases);
void from_value(const Value& value, std::vector<std::pair<std::string, std::int64_t>>& places);
void from_value(const Value& value, std::vector<std::pair<Axis, std::int64_t>>& cuts);
template <class T>
Value to_value(const T& field) {
  if constexpr (requires { field.has_value(); })
    return field ? to_value(*field) : Value();
  else if constexpr (requires { typename T::allocator_type; })  // text, list
    return field.empty() ? Value() : Value(field);
  else
    return Value(field);
}
template <class T>
void from_value(const Value& value, T& field) {
  if constexpr (requires { field.has_value(); })
    from_value(value, field.emplace());
  else
    value.get_to(field);
}

/// A row for a field of S.
template <class S>
struct Setting : SettingFacts {
  std::function<void(S&, const Value&)> assign;  // a value that `value_from` made
  std::function<Value(const S&)> value;
  void set(S& s, const std::string& text, const std::string& option) const {
    assign(s, value_from(*this, text, option));
  }
};

/// @param member pointer to the field, or a function that takes S and returns a reference to it
template <class S, class Member>
Setting<S> setting(SettingFacts facts, Member member) {
  Setting<S> row{facts, [member](S& s, const Value& v) { from_value(v, std::invoke(member, s)); },
                 [member, unset = facts.unset](const S& s) {
                   Value v = to_value(std::invoke(member, s));
                   return v == unset ? Value() : v;
                 }};
  row.standard = row.value(S());
  return row;
}

template <class S>
std::vector<const SettingFacts*> facts_of(const std::vector<Setting<S>>& rows) {
  std::vector<const SettingFacts*> facts;
  for (const Setting<S>& row : rows) facts.push_back(&row);
  return facts;
}

}  // namespace tauvox
