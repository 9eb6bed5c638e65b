#include "host/settings/grey_law.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <sstream>

#include "io/printable.hpp"
#include "kernels/base/error.hpp"

#ifdef TAUVOX_HAVE_MUPARSER
#include <muParser.h>
#endif

namespace tauvox {
namespace {

constexpr const char* law_advice =
    "give an expression of the grey value g, such as 'k = (1 - g/255)^1.5'; it knows + - * / ^ ( ), "
    "comparisons "
    "with ? and :, pi, and abs, exp, ln, log10, sqrt, min, max";

#ifdef TAUVOX_HAVE_MUPARSER

[[noreturn]] void refuse_law(const std::string& law, const std::string& why) {
  throw Error(ExitCode::usage, "bad value for --law", "'" + law + "'", why, law_advice);
}

/// Without "k =", which may stand before it.
std::string right_side(const std::string& law) {
  const std::size_t equals = law.find('=');
  if (equals == std::string::npos || law.find_first_not_of(" \tk") != equals) return law;
  if (law.compare(equals, 2, "==") == 0 ||
      std::count(law.begin(), law.begin() + static_cast<std::ptrdiff_t>(equals), 'k') != 1)
    return law;
  return law.substr(equals + 1);
}

/// To the parser a = b gives b to a, the grey value too.
bool assigns(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') continue;
    const bool is_comparison = (i > 0 && std::string("=<>!").find(text[i - 1]) != std::string::npos) ||
                               (i + 1 < text.size() && text[i + 1] == '=');
    if (!is_comparison) return true;
  }
  return false;
}

/// An expression, and the place where it looks for g.
struct Expression {
  mu::Parser parser;
  double grey = 0;
};

std::function<double(double)> expression(const std::string& law) {
  const std::string text = right_side(law);
  if (assigns(text)) refuse_law(law, "= stands where no k does");
  const auto found = std::make_shared<Expression>();
  mu::Parser& parser = found->parser;
  try {
    parser.EnableOptimizer(false);  // it makes g (1 / 49) - 1 of (g - 49) / 49, which is not 0 at 49
    parser.ClearFun();              // its log and rint mean different things to different people
    parser.ClearConst();
    parser.DefineConst("pi", M_PI);
    parser.DefineFun("abs", static_cast<double (*)(double)>(std::fabs));
    parser.DefineFun("exp", static_cast<double (*)(double)>(std::exp));
    parser.DefineFun("ln", static_cast<double (*)(double)>(std::log));
    parser.DefineFun("log10", static_cast<double (*)(double)>(std::log10));
    parser.DefineFun("sqrt", static_cast<double (*)(double)>(std::sqrt));
    parser.DefineFun("min", static_cast<double (*)(double, double)>(std::fmin));
    parser.DefineFun("max", static_cast<double (*)(double, double)>(std::fmax));
    parser.DefineVar("g", &found->grey);
    parser.SetExpr(text);
    int results = 0;
    parser.Eval(results);
    if (results != 1) refuse_law(law, fmt::format("it has {} values", results));
  } catch (const mu::Parser::exception_type& error) {
    refuse_law(law, io::printable(error.GetMsg()));
  }
  return [found](double grey) {
    found->grey = grey;
    return found->parser.Eval();
  };
}

#else

std::function<double(double)> expression(const std::string& law) {
  throw Error(
      ExitCode::usage, "this build cannot read a law", "--law '" + law + "'", "it was built without muParser",
      "give --conductivity-table FILE, which needs no library, or build where libmuparser-dev is installed");
}

#endif

/// Straight lines between the rows.
std::function<double(double)> interpolated(const GreyTable& table, const std::string& path) {
  return [table, path](double grey) {
    const auto above = std::lower_bound(table.begin(), table.end(), grey,
                                        [](const auto& row, double value) { return row.first < value; });
    if (above != table.end() && above->first == grey) return above->second;
    if (above == table.begin() || above == table.end())
      throw Error(ExitCode::input_invalid, "a grey value that the table does not cover", path,
                  fmt::format("{:.7g}: the table goes from {:.7g} to {:.7g}", grey, table.front().first,
                              table.back().first),
                  "add rows as far as grey values go ('tauvox inspect' shows them)");
    const auto [left, low] = *(above - 1);
    const auto [right, high] = *above;
    return low + (high - low) * ((grey - left) / (right - left));
  };
}

/// Both numbers of a line; nothing where it has no two.
std::optional<std::pair<double, double>> numbers_of(std::string line) {
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == ',' || c == ';' || c == '\t' || c == '\r'; }, ' ');
  std::array<double, 2> values{};
  const char *at = line.data(), *end = at + line.size();
  const auto skip = [&] {
    while (at != end && *at == ' ') ++at;
  };
  for (double& value : values) {
    skip();
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc()) return std::nullopt;
    at = next;
  }
  skip();
  if (at != end) return std::nullopt;
  return std::pair(values[0], values[1]);
}

}  // namespace

GreyLaw::GreyLaw(const MaterialSettings& settings) {
  if (!settings.law.empty()) {
    name_ = fmt::format("--law '{}'", settings.law);
    conductivity_ = expression(settings.law);
  } else {
    name_ = "--conductivity-table " + settings.conductivity_table;
    conductivity_ = interpolated(settings.grey_table, settings.conductivity_table);
  }
}

GreyTable grey_table_from(const std::string& text, const std::string& path) {
  GreyTable table;
  constexpr const char* byte_order_mark = "\xef\xbb\xbf";  // which spreadsheets put first
  std::istringstream lines(text.starts_with(byte_order_mark) ? text.substr(3) : text);
  std::string line;
  for (std::int64_t number = 1; std::getline(lines, line); ++number) {
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string place = fmt::format("{}:{}", path, number);
    const auto row = numbers_of(line);
    const bool is_heading =
        !row && table.empty() &&
        std::isalpha(static_cast<unsigned char>(line[line.find_first_not_of(" \t\"")])) != 0;
    if (is_heading) continue;
    if (!row || !std::isfinite(row->first) || !std::isfinite(row->second) || row->second < 0)
      throw Error(ExitCode::usage, "no row of a table of conductivities", place,
                  "'" + io::printable(line) + "'",
                  "give a grey value and a conductivity of zero or above, such as 127, 0.25");
    table.push_back(*row);
  }
  if (table.empty())
    throw Error(ExitCode::usage, "a table of conductivities without a row", path, "",
                "give lines of a grey value and its conductivity, such as 127, 0.25");
  std::sort(table.begin(), table.end());
  for (std::size_t i = 1; i < table.size(); ++i)
    if (table[i].first == table[i - 1].first)
      throw Error(
          ExitCode::usage, "a grey value twice in a table of conductivities", path,
          fmt::format("{:.7g} has {:.7g} and {:.7g}", table[i].first, table[i - 1].second, table[i].second),
          "give each once");
  return table;
}

}  // namespace tauvox
