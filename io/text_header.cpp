#include "io/text_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "io/printable.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

constexpr std::size_t longest_header = 1 << 16;

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::string in_small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t", at)) != std::string::npos) {
    const bool quoted = text[at] == '"';
    const std::size_t end = quoted ? text.find('"', at + 1) : text.find_first_of(" \t", at);
    words.push_back(text.substr(at + quoted, end == std::string::npos ? end : end - at - quoted));
    if (end == std::string::npos) break;
    at = end + quoted;
  }
  return words;
}

TextHeader::TextHeader(const InputFile& file, const char* format, char separator, const std::string& last)
    : path_(file.path()), format_(format) {
  std::string start(std::min<std::uint64_t>(file.size(), longest_header), '\0');
  start.resize(file.read_at(0, start.data(), start.size()));
  std::size_t at = 0;
  while (at < start.size()) {
    const std::size_t end = start.find('\n', at);
    if (end == std::string::npos && start.size() == longest_header)
      refuse(fmt::format("it is longer than {} bytes", longest_header));
    const std::string line = trimmed(start.substr(at, end == std::string::npos ? end : end - at));
    at = end == std::string::npos ? start.size() : end + 1;
    bytes_ = at;
    if (line.empty() && last.empty()) {
      has_end_ = true;
      return;
    }
    const std::size_t split = line.find(separator);
    if (line.starts_with('#') || split == std::string::npos) continue;
    if (separator == ':' && line.compare(split, 2, ":=") == 0) continue;  // a remark of the user's, in NRRD
    const std::string name = trimmed(line.substr(0, split));
    for (const auto& [earlier, text] : fields_)
      if (in_small_letters(earlier) == in_small_letters(name))
        refuse(fmt::format("{} stands twice", printable(name)));
    fields_.emplace_back(name, trimmed(line.substr(split + 1)));
    if (!last.empty() && in_small_letters(name) == in_small_letters(last)) {
      has_end_ = true;
      return;
    }
  }
}

std::string TextHeader::value(const std::vector<std::string>& names) const {
  for (const std::string& name : names)
    for (const auto& [field, text] : fields_)
      if (in_small_letters(field) == in_small_letters(name)) return text;
  return "";
}

std::string TextHeader::required(const std::string& name) const {
  std::string text = value(name);
  if (text.empty()) refuse(fmt::format("{} is missing", name));
  return text;
}

std::int64_t TextHeader::whole(const std::string& name, std::int64_t otherwise) const {
  const std::string text = value(name);
  if (text.empty()) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    refuse(fmt::format("{} is '{}', no number", name, printable(text.substr(0, 80))));
  return number;
}

std::vector<std::uint64_t> TextHeader::lengths(const std::string& name) const {
  std::vector<std::uint64_t> numbers;
  for (const std::string& word : words_of(value(name))) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size())
      refuse(fmt::format("{} is '{}', no lengths", name, printable(value(name).substr(0, 80))));
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<double> TextHeader::reals(const std::vector<std::string>& names) const {
  std::vector<double> numbers;
  for (const std::string& word : words_of(value(names))) {
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size())
      refuse(fmt::format("{} is '{}', no numbers", names[0], printable(value(names).substr(0, 80))));
    numbers.push_back(number);
  }
  return numbers;
}

void TextHeader::refuse(const std::string& why) const {
  throw Error(ExitCode::input_refused, fmt::format("the {} header makes no sense", format_), path_, why,
              "the file may be damaged; export it again");
}

void TextHeader::refuse_kind(const std::string& what, const std::string& advice) const {
  throw Error(ExitCode::input_refused, fmt::format("this kind of {} is not read", format_), path_, what,
              advice);
}

std::unique_ptr<InputFile> open_beside(const InputFile& header, const std::string& name) {
  namespace fs = std::filesystem;
  if (name.empty() || name.find('/') != std::string::npos || name.find('\\') != std::string::npos ||
      name.starts_with('.') || name.find('\0') != std::string::npos)
    throw Error(ExitCode::input_refused, "the voxels lie in another folder than their header", header.path(),
                fmt::format("it names '{}'", printable(name.substr(0, 200))),
                "put that file beside the header, and its bare name into it");
  return std::make_unique<InputFile>((fs::path(header.path()).parent_path() / name).string());
}

}  // namespace tauvox::io
