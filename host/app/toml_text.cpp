#include "host/app/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace tauvox {
namespace {

/// Walks over a text and counts lines and characters.
class Walker {
 public:
  explicit Walker(const std::string& text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;  // a byte order mark is no character
  }
  bool ended() const { return at_ >= text_.size(); }
  char here() const { return text_[at_]; }
  bool sees(const std::string& what) const { return text_.compare(at_, what.size(), what) == 0; }
  void advance(std::size_t bytes) {
    for (; bytes > 0 && !ended(); --bytes, ++at_) {
      if (here() == '\n')
        position_ = {position_.line + 1, 1};
      else if ((static_cast<unsigned char>(here()) & 0xc0) != 0x80)  // not the rest of a character
        ++position_.column;
    }
  }
  TextPosition position() const { return position_; }

 private:
  const std::string& text_;
  std::size_t at_ = 0;
  TextPosition position_;
};

/// What ends the string or comment that begins here; empty where none does.
std::string end_of_what_begins(const Walker& walker) {
  if (walker.here() == '#') return "\n";
  for (const char* quote : {"\"\"\"", "'''", "\"", "'"})
    if (walker.sees(quote)) return quote;
  return "";
}

std::string quoted(const std::string& text) {
  std::string out(1, '"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (byte < 0x20 || byte == 0x7f)
      out += fmt::format("\\u{:04x}", byte);
    else
      out += c;
  }
  return out + "\"";
}

/// A key, in quotes where it is no bare one.
std::string key_text(const std::string& key) {
  const auto is_bare = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  return !key.empty() && std::all_of(key.begin(), key.end(), is_bare) ? key : quoted(key);
}

std::string scalar(const Value& value) {
  if (value.is_string()) return quoted(value.get<std::string>());
  if (!value.is_number_float()) return value.dump();
  const std::string number = fmt::format("{}", value.get<double>());
  return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
}

}  // namespace

std::optional<TextPosition> stray_character(const std::string& text) {
  Walker walker(text);
  while (!walker.ended()) {
    const std::string end = end_of_what_begins(walker);
    if (end.empty()) {
      if (static_cast<unsigned char>(walker.here()) >= 0x80) return walker.position();
      walker.advance(1);
      continue;
    }
    walker.advance(end == "\n" ? 1 : end.size());
    while (!walker.ended() && !walker.sees(end)) {
      if (end.size() == 1 && walker.here() == '\n') return std::nullopt;  // not closed: toml++ says so
      walker.advance(end[0] == '"' && walker.here() == '\\' ? 2 : 1);
    }
    walker.advance(end.size());
  }
  return std::nullopt;
}

std::string first_definition(const std::string& text, std::size_t second_line) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  if (second_line == 0 || second_line > lines.size()) return "";
  const auto key_of = [](const std::string& line) {
    const std::size_t begin = line.find_first_not_of(" \t"), end = line.find_first_of(" \t=", begin);
    return begin == std::string::npos ? std::string() : line.substr(begin, end - begin);
  };
  const std::string key = key_of(lines[second_line - 1]);
  for (std::size_t i = 0; i + 1 < second_line && !key.empty(); ++i)
    if (key_of(lines[i]) == key) return fmt::format("'{}' is first given in line {}", key, i + 1);
  return "";
}

std::string toml_text(const SettingFacts& facts, const Value& value) {
  if (facts.kind == Kind::length || facts.kind == Kind::lengths || facts.kind == Kind::resample ||
      facts.kind == Kind::temperature)
    return quoted(text_of(facts, value));
  if (!value.is_structured()) return scalar(value);
  std::vector<std::string> items;
  for (const auto& [key, item] : value.items())
    items.push_back((value.is_object() ? key_text(key) + " = " : "") + scalar(item));
  const std::string joined = fmt::format("{}", fmt::join(items, ", "));
  return value.is_object() ? "{ " + joined + " }" : "[" + joined + "]";
}

}  // namespace tauvox
