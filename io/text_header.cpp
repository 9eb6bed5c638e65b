#include "io/text_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "io/printable.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

constexpr std::size_t longest_header = 1 << 20;

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Of a remark of NRRD: its \\n is a line break.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escapes = text[i] == '\\' && i + 1 < text.size();
    if (escapes) ++i;
    plain += escapes && text[i] == 'n' ? '\n' : text[i];
  }
  return plain;
}

}  // namespace

const TextFormat metaimage_text{"MetaImage", '=', "ElementDataFile", {"ElementDataFile"}, "local"};
const TextFormat nrrd_text{"NRRD", ':', "", {"data file", "datafile"}, ""};

const TextFormat* text_format_of(const InputFile& file) {
  std::array<char, 16> block{};
  const std::string_view start(block.data(), file.read_at(0, block.data(), block.size()));
  if (start.starts_with("NRRD0")) return &nrrd_text;
  return start.starts_with("ObjectType") || start.starts_with("NDims") ? &metaimage_text : nullptr;
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

std::optional<std::vector<double>> reals_of(const std::string& text) {
  std::vector<double> numbers;
  for (const std::string& word : words_of(text)) {
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    numbers.push_back(number);
  }
  return numbers;
}

TextHeader::TextHeader(const InputFile& file, const TextFormat& format)
    : path_(file.path()), format_(format) {
  const char separator = format.separator;
  const std::string last = format.last;
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
    if (separator == ':' && line.compare(split, 2, ":=") == 0) {
      remarks_[line.substr(0, split)] = unescaped(line.substr(split + 2));  // of several the last, as in teem
      continue;
    }
    const std::string name = trimmed(line.substr(0, split));
    if (!fields_.emplace(in_small_letters(name), trimmed(line.substr(split + 1))).second)
      refuse(fmt::format("{} stands twice", printable(name)));
    if (!last.empty() && in_small_letters(name) == in_small_letters(last)) {
      has_end_ = true;
      return;
    }
  }
}

std::string TextHeader::value(const std::vector<std::string>& names) const {
  for (const std::string& name : names)
    if (const auto field = fields_.find(in_small_letters(name)); field != fields_.end()) return field->second;
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
  const auto numbers = reals_of(value(names));
  if (!numbers)
    refuse(fmt::format("{} is '{}', no numbers", names[0], printable(value(names).substr(0, 80))));
  return *numbers;
}

std::string TextHeader::voxels_file() const {
  std::string name = value(format_.voxels_fields);
  if (in_small_letters(name) == format_.behind) return "";
  if (name == "LIST" || name.starts_with("LIST ") || name.find('%') != std::string::npos)
    refuse_kind("its voxels lie in several files",
                "save it as one file; a folder of TIFF or PNG slices is named by the folder");
  return name;
}

void TextHeader::refuse(const std::string& why) const {
  throw Error(ExitCode::input_refused, fmt::format("the {} header makes no sense", format_.name), path_, why,
              "the file may be damaged; export it again");
}

void TextHeader::refuse_kind(const std::string& what, const std::string& advice) const {
  throw Error(ExitCode::input_refused, fmt::format("this kind of {} is not read", format_.name), path_, what,
              advice);
}

}  // namespace tauvox::io
