#include "io/slice_series.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "io/letters.hpp"

namespace tauvox::io {
namespace {

struct Token {
  std::string text;
  bool is_number = false;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "a01b" -> "a", 01, "b"
std::vector<Token> tokens_of(const std::string& name) {
  std::vector<Token> tokens;
  for (const char c : name) {
    if (tokens.empty() || tokens.back().is_number != is_digit(c)) tokens.push_back({"", is_digit(c)});
    tokens.back().text += c;
  }
  return tokens;
}

/// Leading zeros do not count.
std::string significant(const std::string& digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "" : digits.substr(first);
}

bool is_less(const std::string& a, const std::string& b) {
  const std::string x = significant(a), y = significant(b);
  return x.size() != y.size() ? x.size() < y.size() : x < y;
}

/// The name with / for every number, which no name has.
std::string shape_of(const std::vector<Token>& tokens) {
  std::string shape;
  for (const Token& token : tokens) shape += token.is_number ? "/" : token.text;
  return shape;
}

/// Of names of one shape, the last number that is not the same in all; none where there is just one name.
std::optional<std::size_t> counting_token(const std::vector<std::vector<Token>>& names) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < names[0].size(); ++i)
    if (names[0][i].is_number && std::any_of(names.begin(), names.end(), [&](const auto& name) {
          return name[i].text != names[0][i].text;
        }))
      found = i;
  return found;
}

std::string text_with(const std::vector<Token>& tokens, std::size_t number) {
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) text += i == number ? "#" : tokens[i].text;
  return text;
}

/// Names of one shape: a series for each combination of the other numbers.
void split(const std::vector<std::string>& names, std::vector<SliceSeries>& series) {
  std::vector<std::vector<Token>> tokens;
  for (const std::string& name : names) tokens.push_back(tokens_of(name));
  const auto counting = counting_token(tokens);
  constexpr std::size_t most_digits = 18;  // of a number that 64 bits hold
  std::map<std::string, SliceSeries> by_pattern;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool counts = counting && significant(tokens[i][*counting].text).size() <= most_digits;
    SliceSeries& one = by_pattern[counts ? text_with(tokens[i], *counting) : names[i]];
    one.pattern = counts ? text_with(tokens[i], *counting) : names[i];
    one.names.push_back(names[i]);
    if (counts) one.numbers.push_back(std::strtoull(tokens[i][*counting].text.c_str(), nullptr, 10));
  }
  for (auto& [pattern, one] : by_pattern) series.push_back(std::move(one));
}

}  // namespace

bool belongs_to(const SliceSeries& series, const std::string& name) {
  const auto folded = [](const std::string& text) {
    const std::size_t dot = std::min(text.rfind('.'), text.size());
    return text.substr(0, dot) + in_small_letters(text.substr(dot));
  };
  const auto first = tokens_of(folded(series.names.front())), last = tokens_of(folded(series.names.back())),
             its = tokens_of(folded(name));
  if (shape_of(its) != shape_of(first)) return false;
  const bool is_alone = series.names.size() == 1;  // then any number may count
  int differing = 0;
  for (std::size_t i = 0; i < its.size(); ++i) {
    if (its[i].text == first[i].text) continue;
    if (!is_alone && first[i].text == last[i].text) return false;
    ++differing;
  }
  return !is_alone || differing == 1;
}

bool is_before(const std::string& a, const std::string& b) {
  const std::vector<Token> x = tokens_of(a), y = tokens_of(b);
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    if (x[i].is_number && y[i].is_number) {
      if (is_less(x[i].text, y[i].text)) return true;
      if (is_less(y[i].text, x[i].text)) return false;
    } else if (x[i].text != y[i].text) {
      return x[i].text < y[i].text;
    }
  }
  return x.size() != y.size() ? x.size() < y.size() : a < b;
}

std::vector<SliceSeries> series_among(const std::vector<std::string>& names) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end(), is_before);
  std::map<std::string, std::vector<std::string>> by_shape;
  for (const std::string& name : sorted) by_shape[shape_of(tokens_of(name))].push_back(name);
  std::vector<SliceSeries> series;
  for (const auto& [shape, those] : by_shape) split(those, series);
  std::stable_sort(series.begin(), series.end(), [](const SliceSeries& a, const SliceSeries& b) {
    return a.names.size() > b.names.size();
  });
  return series;
}

}  // namespace tauvox::io
