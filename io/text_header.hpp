// Headers of lines of text, as MetaImage and NRRD have them. Internal to io/.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/input_file.hpp"

namespace tauvox::io {

class TextHeader {
 public:
  /// @param format   "NRRD": begins messages
  /// @param kept     lines are read up to a blank one, or up to and with one whose name is `last`
  /// @param separator between name and value
  /// @throws Error(input_refused) for a header without an end, or longer than is read
  TextHeader(const InputFile& file, const char* format, char separator, const std::string& last);

  /// The value of a field, compared without case; "" where it is missing. Names may have several spellings.
  std::string value(const std::vector<std::string>& names) const;
  std::string value(const std::string& name) const { return value(std::vector{name}); }
  /// The same, but it must be there.
  std::string required(const std::string& name) const;
  std::int64_t whole(const std::string& name, std::int64_t otherwise) const;
  /// Blank-separated; empty for a field that is missing.
  std::vector<std::uint64_t> lengths(const std::string& name) const;
  std::vector<double> reals(const std::vector<std::string>& names) const;

  bool has_end() const { return has_end_; }       // else the header is the whole file
  std::uint64_t bytes() const { return bytes_; }  // what follows stands here

  [[noreturn]] void refuse(const std::string& why) const;
  /// @throws Error(input_refused) for what the format has and is not read
  [[noreturn]] void refuse_kind(const std::string& what, const std::string& advice) const;

 private:
  std::string path_, format_;
  std::vector<std::pair<std::string, std::string>> fields_;
  bool has_end_ = false;
  std::uint64_t bytes_ = 0;
};

/// Words between blanks; what stands in quotes is one.
std::vector<std::string> words_of(const std::string& text);
std::string in_small_letters(std::string text);

/// A file that the header at `header` names: a plain name in the same folder.
/// @throws Error(input_refused) for paths, and as InputFile does
std::unique_ptr<InputFile> open_beside(const InputFile& header, const std::string& name);

}  // namespace tauvox::io
