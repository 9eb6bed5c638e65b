// Headers of lines of text, as MetaImage and NRRD have them. Internal to io/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/input_file.hpp"
#include "io/letters.hpp"

namespace tauvox::io {

/// How the headers of a format are written.
struct TextFormat {
  const char* name;                        // begins messages
  char separator;                          // between name and value
  const char* last;                        // the field that ends the header; "": a blank line does
  std::vector<std::string> voxels_fields;  // what the field with the file of the voxels may be called
  const char* behind;                      // its value, in small letters, where they follow the header
};
extern const TextFormat metaimage_text, nrrd_text;

/// By the first bytes alone: nothing is parsed or unpacked before the process that reads is confined. None
/// for what has no such header.
const TextFormat* text_format_of(const InputFile& file);

class TextHeader {
 public:
  /// Whether it has an end is told by has_end.
  /// @throws Error(input_refused) for a field that stands twice, and for a header longer than is read
  TextHeader(const InputFile& file, const TextFormat& format);

  /// The value of a field, compared without case; "" where it is missing. Names may have several spellings.
  std::string value(const std::vector<std::string>& names) const;
  std::string value(const std::string& name) const { return value(std::vector{name}); }
  /// The same, but it must be there.
  std::string required(const std::string& name) const;
  std::int64_t whole(const std::string& name, std::int64_t otherwise) const;
  /// Blank-separated; empty for a field that is missing.
  std::vector<std::uint64_t> lengths(const std::string& name) const;
  std::vector<double> reals(const std::vector<std::string>& names) const;

  /// Fields by their names in small letters, and remarks ("key:=value" of NRRD) by their own.
  const std::map<std::string, std::string>& fields() const { return fields_; }
  const std::map<std::string, std::string>& remarks() const { return remarks_; }

  /// The file beside the header that its voxels are in; "" where they follow it.
  /// @throws Error(input_refused) where they lie in several
  std::string voxels_file() const;

  bool has_end() const { return has_end_; }       // else the header is the whole file
  std::uint64_t bytes() const { return bytes_; }  // what follows stands here

  [[noreturn]] void refuse(const std::string& why) const;
  /// @throws Error(input_refused) for what the format has and is not read
  [[noreturn]] void refuse_kind(const std::string& what, const std::string& advice) const;

 private:
  std::string path_;
  const TextFormat& format_;
  std::map<std::string, std::string> fields_, remarks_;
  bool has_end_ = false;
  std::uint64_t bytes_ = 0;
};

/// Words between blanks; what stands in quotes is one.
std::vector<std::string> words_of(const std::string& text);
/// The numbers that the text is, between blanks; none where a word of it is no number.
std::optional<std::vector<double>> reals_of(const std::string& text);

}  // namespace tauvox::io
