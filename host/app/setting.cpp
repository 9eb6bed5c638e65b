// What each kind of setting takes and prints.
#include "host/app/setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "host/settings/parse.hpp"

namespace tauvox {
namespace {

std::string number_text(double value) { return fmt::format("{}", value); }

/// The shortest text that is read as exactly this length.
std::string length_text(double metres) {
  std::string best = number_text(metres) + "m";
  for (const char* unit : {"um", "nm", "mm"}) {
    const std::string text = number_text(metres / parse::lengths(std::string("1") + unit, "")[0]) + unit;
    const bool plain = text.find('e') == std::string::npos;
    if (plain && text.size() < best.size() && parse::lengths(text, "")[0] == metres) best = text;
  }
  return best;
}

std::string duration_text(double seconds) {
  if (seconds != static_cast<double>(static_cast<std::int64_t>(seconds))) return number_text(seconds);
  std::string text;
  auto rest = static_cast<std::int64_t>(seconds);
  for (const auto& [letter, unit] : {std::pair('h', 3600), std::pair('m', 60), std::pair('s', 1)}) {
    if (rest >= unit) text += fmt::format("{}{}", rest / unit, letter);
    rest %= unit;
  }
  return text;
}

/// Of one item; several labels of a phase are joined by +.
std::string scalar_text(const SettingFacts& facts, const Value& value) {
  if (value.is_array()) return fmt::format("{}", fmt::join(value.get<std::vector<std::int64_t>>(), "+"));
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  const auto number = value.get<double>();
  if (facts.kind == Kind::length || facts.kind == Kind::lengths || facts.kind == Kind::resample)
    return length_text(number);
  if (facts.kind == Kind::temperature) return number_text(number) + "K";
  return facts.kind == Kind::duration ? duration_text(number) : number_text(number);
}

bool in_range(double value, const Range& range) {
  if (range.above ? value <= range.least : value < range.least) return false;
  return !range.most || (range.below ? value < *range.most : value <= *range.most);
}

template <class T>
Value checked(T value, const SettingFacts& facts, const std::string& text, const std::string& option) {
  if (facts.range && !in_range(static_cast<double>(value), *facts.range))
    throw Error(ExitCode::usage, "bad value for " + option, "'" + text + "'", "",
                fmt::format("give a {} {}", facts.kind == Kind::integer ? "whole number" : "number",
                            text_of(*facts.range)));
  return value;
}

std::vector<std::string> names_of(const SettingFacts& facts) {
  std::vector<std::string> names;
  for (const Choice& choice : facts.choices) names.push_back(choice.name);
  return names;
}

Value texts_from(const SettingFacts& facts, const std::string& text, const std::string& option) {
  Value items = Value::array();
  for (const std::string& item : parse::list(text))
    items.push_back(facts.choices.empty() ? item : parse::choice(item, option, names_of(facts)));
  return items;
}

double cube_from(const std::string& text, const std::string& option) {
  const std::array<double, 3> size = parse::lengths(text, option);
  if (size[0] != size[1] || size[1] != size[2])
    throw Error(ExitCode::usage, "bad value for " + option, text, "",
                "generated voxels are cubes: give one length");
  return size[0];
}

Value numbers_from(const SettingFacts& facts, const std::string& text, const std::string& option) {
  Value items = Value::array();
  for (const double number : parse::numbers(text, option))
    items.push_back(checked(number, facts, text, option));
  if (facts.standard.is_array() && items.size() != facts.standard.size())
    throw Error(
        ExitCode::usage, "bad value for " + option, text, "",
        fmt::format("give {} numbers, such as {}", facts.standard.size(), text_of(facts, facts.standard)));
  return items;
}

using Facts = const SettingFacts&;
using Text = const std::string&;

/// What a kind is called in --help, whether it is a list with commas, and how its text is read.
struct Form {
  const char* placeholder;
  bool list;
  Value (*read)(Facts, Text, Text option);
};

Value as_it_stands(Facts, Text text, Text) { return text; }

/// An empty name is that of a variable of the shell that was not set: what it was for would be lost.
Value path_from(Facts, Text text, Text option) {
  if (text.empty())
    throw Error(ExitCode::usage, "an empty name", option, "",
                "give the name of a file or folder, or leave it out");
  return text;
}

const Form& form_of(const SettingFacts& facts) {
  static const std::map<Kind, Form> forms{
      {Kind::flag, {"", false, [](Facts, Text t, Text o) -> Value { return parse::boolean(t, o); }}},
      {Kind::integer,
       {"N", false, [](Facts f, Text t, Text o) { return checked(parse::integer(t, o), f, t, o); }}},
      {Kind::number,
       {"NUMBER", false, [](Facts f, Text t, Text o) { return checked(parse::number(t, o), f, t, o); }}},
      {Kind::numbers, {"NUMBERS", true, numbers_from}},
      {Kind::text, {"TEXT", false, as_it_stands}},
      {Kind::choice,
       {"NAME", false, [](Facts f, Text t, Text o) -> Value { return parse::choice(t, o, names_of(f)); }}},
      {Kind::texts, {"LIST", true, texts_from}},
      {Kind::device, {"DEVICE", false, [](Facts, Text t, Text o) -> Value { return parse::device(t, o); }}},
      {Kind::duration, {"TIME", false, [](Facts, Text t, Text o) -> Value { return parse::duration(t, o); }}},
      {Kind::length, {"LENGTH", false, [](Facts, Text t, Text o) -> Value { return cube_from(t, o); }}},
      {Kind::lengths, {"LENGTH", true, [](Facts, Text t, Text o) -> Value { return parse::lengths(t, o); }}},
      {Kind::temperature,
       {"TEMPERATURE", false, [](Facts, Text t, Text o) -> Value { return parse::temperature(t, o); }}},
      {Kind::shape, {"Z,Y,X", true, [](Facts, Text t, Text o) -> Value { return parse::shape(t, o); }}},
      {Kind::ranges, {"RANGES", true, [](Facts, Text t, Text o) { return to_value(parse::crop(t, o)); }}},
      {Kind::axes, {"AXES", true, [](Facts, Text t, Text o) { return to_value(parse::axes(t, o)); }}},
      {Kind::labels, {"LABELS", true, [](Facts, Text t, Text o) { return to_value(parse::labels(t, o)); }}},
      {Kind::pairs,
       {"LABEL=VALUE,...", true,
        [](Facts, Text t, Text o) { return to_value(parse::conductivities(t, o)); }}},
      {Kind::phases,
       {"NAME=LABEL,...", true, [](Facts, Text t, Text o) { return to_value(parse::phases(t, o)); }}},
      {Kind::places,
       {"AXIS=N,...", true, [](Facts, Text t, Text o) { return to_value(parse::places(t, o)); }}},
      {Kind::cuts, {"AXIS=N,...", true, [](Facts, Text t, Text o) { return to_value(parse::cuts(t, o)); }}},
      {Kind::thresholds,
       {"NUMBERS|otsu|otsu3", true, [](Facts, Text t, Text o) { return to_value(parse::thresholds(t, o)); }}},
      {Kind::filters,
       {"FILTER,...", true, [](Facts, Text t, Text o) { return to_value(parse::filters(t, o)); }}},
      {Kind::outside,
       {"LABEL|nan", false, [](Facts, Text t, Text o) { return to_value(parse::outside(t, o)); }}},
      {Kind::resample,
       {"LENGTH|shortest", false, [](Facts, Text t, Text o) { return to_value(parse::resample(t, o)); }}},
      {Kind::orient,
       {"Z,Y,X", true, [](Facts, Text t, Text o) -> Value { return parse::orientation(t, o); }}},
      {Kind::letters,
       {"LETTERS", false, [](Facts, Text t, Text o) -> Value { return parse::axis_letters(t, o); }}},
      {Kind::path_in, {"FILE", false, path_from}},
      {Kind::path_out, {"FILE", false, path_from}},
      {Kind::paths_in, {"FILE...", false, texts_from}},
  };
  return forms.at(facts.kind);
}

}  // namespace

Value to_value(const io::Crop& crop) {
  Value ranges = Value::array();
  for (std::size_t axis = 0; axis < 3; ++axis)
    ranges.push_back(
        fmt::format("{}:{}", crop.begin[axis], crop.end[axis] < 0 ? "" : std::to_string(crop.end[axis])));
  return ranges;
}

Value to_value(const Axis& axis) { return axis_name(axis); }

Value to_value(const std::vector<Axis>& axes) {
  Value names = Value::array();
  for (const Axis axis : axes) names.push_back(axis_name(axis));
  return names;
}

Value to_value(const LabelOrName& label) {
  return std::visit([](const auto& given) { return Value(given); }, label);
}

Value to_value(const std::vector<LabelOrName>& labels) {
  Value items;
  for (const LabelOrName& label : labels) items.push_back(to_value(label));
  return items;
}

Value to_value(const std::vector<std::pair<LabelOrName, double>>& pairs) {
  Value object;
  for (const auto& [label, value] : pairs) object[scalar_text({}, to_value(label))] = value;
  return object;
}

Value to_value(const std::vector<std::pair<std::string, std::int64_t>>& places) {
  Value object;
  for (const auto& [axis, index] : places) object[axis] = index;
  return object;
}

Value to_value(const std::vector<std::pair<Axis, std::int64_t>>& cuts) {
  Value object;
  for (const auto& [axis, index] : cuts) object[axis_name(axis)] = index;
  return object;
}

Value to_value(const Phases& phases) {
  Value object;
  for (const NamedPhase& phase : phases.named)
    object[phase.name] = phase.labels.size() == 1 ? Value(phase.labels.front()) : Value(phase.labels);
  return object;
}

Value to_value(const io::Thresholds& thresholds) {
  if (thresholds.empty()) return {};
  return thresholds.otsu == 0 ? Value(thresholds.values) : Value(thresholds.otsu == 1 ? "otsu" : "otsu3");
}

Value to_value(const std::vector<io::GreyFilter>& filters) {
  Value texts;
  for (const io::GreyFilter& filter : filters)
    texts.push_back((filter.kind == io::GreyFilter::Kind::median ? "median=" : "gaussian=") +
                    number_text(filter.size));
  return texts;
}

Value to_value(const io::OutsideVoxels& outside) {
  return outside.are_nan ? Value("nan") : Value(outside.label);
}

void from_value(const Value& value, io::OutsideVoxels& outside) {
  outside = parse::outside(text_of({}, value), "outside");
}

Value to_value(const Resample& resample) {
  return resample.shortest ? Value("shortest") : Value(resample.edge);
}

void from_value(const Value& value, Resample& resample) {
  resample.shortest = value.is_string();
  resample.edge = resample.shortest ? 0 : value.get<double>();
}

void from_value(const Value& value, io::Thresholds& thresholds) {
  thresholds = parse::thresholds(text_of({}, value), "threshold");
}

void from_value(const Value& value, std::vector<io::GreyFilter>& filters) {
  filters = parse::filters(text_of({}, value), "filter");
}

void from_value(const Value& value, io::Crop& crop) {
  crop = parse::crop(fmt::format("{}", fmt::join(value.get<std::vector<std::string>>(), ",")), "crop");
}

void from_value(const Value& value, Axis& axis) { axis = parse::axes(value.get<std::string>(), "").front(); }

void from_value(const Value& value, std::vector<Axis>& axes) {
  axes = parse::axes(fmt::format("{}", fmt::join(value.get<std::vector<std::string>>(), ",")), "axis");
}

void from_value(const Value& value, std::vector<LabelOrName>& labels) {
  labels = parse::labels(text_of({}, value), "phase");
}

void from_value(const Value& value, std::vector<std::pair<LabelOrName, double>>& pairs) {
  pairs = parse::conductivities(text_of({}, value), "conductivity");
}

void from_value(const Value& value, Phases& phases) { phases = parse::phases(text_of({}, value), "phases"); }

void from_value(const Value& value, std::vector<std::pair<std::string, std::int64_t>>& places) {
  places = parse::places(text_of({}, value), "slice");
}

void from_value(const Value& value, std::vector<std::pair<Axis, std::int64_t>>& cuts) {
  cuts = parse::cuts(text_of({}, value), "slice-at");
}

Value value_from(const SettingFacts& facts, const std::string& text, const std::string& option) {
  return form_of(facts).read(facts, text, option);
}

std::string text_of(const SettingFacts& facts, const Value& value) {
  if (value.is_null()) return "";
  if (!value.is_structured()) return scalar_text(facts, value);
  std::vector<std::string> items;
  for (const auto& [key, item] : value.items())
    items.push_back((value.is_object() ? key + "=" : "") + scalar_text(facts, item));
  if (facts.kind == Kind::lengths && std::equal(items.begin() + 1, items.end(), items.begin()))
    items.resize(1);
  return fmt::format("{}", fmt::join(items, ","));
}

std::string text_of(const Range& range) {
  std::string least = fmt::format("{} {}", range.above ? "above" : "from", range.least);
  if (!range.most) return least;
  const char* to = range.below ? " and below" : range.above ? ", up to" : " to";
  return fmt::format("{}{} {}", least, to, *range.most);
}

std::string placeholder(const SettingFacts& facts) {
  if (facts.positional) {
    std::string name = facts.name;
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
  }
  const std::string names = fmt::format("{}", fmt::join(names_of(facts), "|"));
  return facts.kind == Kind::choice && names.size() < 32 ? names : form_of(facts).placeholder;
}

bool has_explained_choices(const SettingFacts& facts) {
  return std::any_of(facts.choices.begin(), facts.choices.end(),
                     [](const Choice& c) { return !c.meaning.empty(); });
}

std::string description(const SettingFacts& facts) {
  std::vector<std::string> more;
  if (!facts.standard.is_null() && facts.kind != Kind::flag)
    more.push_back("default " + text_of(facts, facts.standard));
  if (facts.range) more.push_back(text_of(*facts.range));
  const bool named_elsewhere = has_explained_choices(facts) || facts.kind == Kind::axes ||
                               facts.kind == Kind::device ||
                               placeholder(facts).find('|') != std::string::npos;
  const std::string names =
      named_elsewhere || facts.choices.empty() ? "" : fmt::format(": {}", fmt::join(names_of(facts), ", "));
  return fmt::format("{}{}{}{}", facts.meaning, names,
                     facts.unit.empty() ? "" : fmt::format(" [{}]", facts.unit),
                     more.empty() ? "" : fmt::format(" ({})", fmt::join(more, "; ")));
}

bool is_list(const SettingFacts& facts) { return form_of(facts).list; }

bool takes_words(const SettingFacts& facts) {
  return facts.kind == Kind::paths_in || facts.kind == Kind::texts;
}

std::vector<Choice> named(const std::vector<std::string>& names) {
  std::vector<Choice> choices;
  for (const std::string& name : names) choices.push_back({name, ""});
  return choices;
}

}  // namespace tauvox
