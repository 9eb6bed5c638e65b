#include "host/report/json_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "io/printable.hpp"

namespace tauvox {
namespace {

constexpr std::size_t most_levels = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of nearly every file, and seen in a fraction of the time that UTF-8 takes.
bool is_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

}  // namespace

JsonScan::JsonScan(std::string_view text) : all_(text) {
  if (!is_ascii(text) && !io::is_utf8(text)) fail("no UTF-8");
  if (text.starts_with("\xef\xbb\xbf")) at_ = 3;  // byte order mark
}

void JsonScan::fail(const char* what) const {
  const auto line = std::count(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(at_), '\n') + 1;
  throw Fault(fmt::format("{} at line {}", what, line));
}

void JsonScan::blanks() {
  while (at_ < all_.size() &&
         (all_[at_] == ' ' || all_[at_] == '\n' || all_[at_] == '\r' || all_[at_] == '\t'))
    ++at_;
}

JsonScan::Kind JsonScan::next() {
  blanks();
  if (at_ == all_.size()) fail("the file ends too early");
  const char c = all_[at_];
  return c == '{' ? Kind::object : c == '[' ? Kind::list : c == '"' ? Kind::text : Kind::other;
}

void JsonScan::open(char bracket) {
  next();
  if (all_[at_] != bracket) fail(bracket == '{' ? "no object" : "no list");
  if (++depth_ > most_levels) fail("nested too deeply");
  ++at_;
}

bool JsonScan::closes(char bracket, bool first) {
  next();
  if (all_[at_] == bracket) {
    ++at_, --depth_;
    return true;
  }
  if (first) return false;
  if (all_[at_] != ',') fail("no comma");
  ++at_;
  return false;
}

void JsonScan::colon() {
  next();
  if (all_[at_] != ':') fail("no colon");
  ++at_;
}

std::string_view JsonScan::quoted() {
  if (next() != Kind::text) fail("no text");
  const std::size_t begin = at_++;
  while (at_ < all_.size() && all_[at_] != '"') {
    if (static_cast<unsigned char>(all_[at_]) < ' ') fail("a control character in a text");
    at_ += all_[at_] == '\\' ? 2 : 1;
  }
  if (at_ >= all_.size()) at_ = all_.size(), fail("the file ends too early");
  ++at_;
  return all_.substr(begin, at_ - begin);
}

void JsonScan::text(std::string& into) {
  const std::string_view written = quoted();
  if (written.find('\\') == std::string_view::npos) {
    into.assign(written.substr(1, written.size() - 2));
    return;
  }
  const auto parsed = nlohmann::json::parse(written, nullptr, false);
  if (!parsed.is_string()) fail("a text that is none");
  into = parsed.get<std::string>();
}

std::string_view JsonScan::other() {
  if (next() != Kind::other) fail("no number");
  const std::size_t begin = at_;
  while (at_ < all_.size() && (is_digit(all_[at_]) || (all_[at_] >= 'a' && all_[at_] <= 'z') ||
                               all_[at_] == 'E' || all_[at_] == '.' || all_[at_] == '-' || all_[at_] == '+'))
    ++at_;
  const std::string_view written = all_.substr(begin, at_ - begin);
  if (written != "null" && written != "true" && written != "false" && !is_number(written)) fail("no value");
  const bool may_be_beyond = written.find_first_of("eE") != std::string_view::npos || written.size() > 300;
  if (may_be_beyond && std::isinf(number_of(written))) fail("a number beyond FP64");
  return written;
}

std::string_view JsonScan::skip() {
  const Kind kind = next();
  const std::size_t begin = at_;
  switch (kind) {
    case Kind::object:
      members([this](const std::string&) { skip(); });
      break;
    case Kind::list:
      elements([this] { skip(); });
      break;
    case Kind::text:
      text(skipped_);
      break;
    case Kind::other:
      other();
      break;
  }
  return all_.substr(begin, at_ - begin);
}

void JsonScan::end() {
  blanks();
  if (at_ != all_.size()) fail("more behind the end");
}

bool is_number(std::string_view written) {
  std::size_t at = written.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < written.size() && is_digit(written[at])) ++at;
    return at - begin;
  };
  const bool zero = at < written.size() && written[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < written.size() && written[at] == '.' && (++at, digits() == 0)) return false;
  if (at < written.size() && (written[at] == 'e' || written[at] == 'E')) {
    if (++at < written.size() && (written[at] == '-' || written[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == written.size();
}

double number_of(std::string_view written) {
  double value = 0;
  if (std::from_chars(written.data(), written.data() + written.size(), value).ec == std::errc()) return value;
  return std::strtod(std::string(written).c_str(), nullptr);  // 0 or infinity
}

}  // namespace tauvox
