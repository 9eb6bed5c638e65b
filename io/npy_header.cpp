#include "io/npy_header.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace tauvox::io {
namespace {

/// Reads the one dictionary that NumPy writes: three keys, whose values are a text, a bool, a tuple of
/// numbers.
class Parser {
 public:
  Parser(std::string text, const std::string& path) : text_(std::move(text)), path_(path) {}

  void parse() {
    take('{');
    while (!try_take('}')) {
      const std::string key = quoted();
      take(':');
      if (key == "descr" && !descr)
        descr = value_of_descr();
      else if (key == "fortran_order" && !fortran)
        fortran = boolean();
      else if (key == "shape" && !has_shape)
        tuple();
      else
        refuse(fmt::format("the key '{}' is not expected", key));
      if (!try_take(',')) {
        take('}');
        break;
      }
    }
    skip_blanks();
    if (at_ != text_.size()) refuse("something stands behind its dictionary");
    if (!descr || !fortran || !has_shape) refuse("descr, fortran_order or shape is missing");
  }

  std::optional<std::string> descr;
  std::optional<bool> fortran;
  bool has_shape = false;
  std::vector<std::uint64_t> shape;

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ExitCode::input_refused, "the header of the .npy array is damaged", path_, why,
                "save it again with numpy.save");
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool try_take(char wanted) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void take(char wanted) {
    if (!try_take(wanted)) refuse(fmt::format("no '{}' at its byte {}", wanted, at_));
  }
  bool try_word(const std::string& word) {
    skip_blanks();
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }
  std::string quoted() {
    skip_blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string::npos;
    if (end == std::string::npos) refuse(fmt::format("no text in quotes at its byte {}", at_));
    std::string found = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return found;
  }
  std::string value_of_descr() {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '[')
      throw Error(ExitCode::input_invalid, "the .npy array holds records", path_, "it is a structured array",
                  "save one field of it, as array['labels']");
    return quoted();
  }
  bool boolean() {
    if (try_word("True")) return true;
    if (!try_word("False")) refuse("fortran_order is neither True nor False");
    return false;
  }
  void tuple() {
    has_shape = true;
    take('(');
    while (!try_take(')')) {
      skip_blanks();
      std::uint64_t length = 0;
      const char *begin = text_.data() + at_, *end = text_.data() + text_.size();
      const auto [last, error] = std::from_chars(begin, end, length);
      if (error != std::errc()) refuse("its shape is no list of lengths");
      at_ += static_cast<std::size_t>(last - begin);
      (void)try_word("L");  // of Python 2
      shape.push_back(length);
      if (try_take(',')) continue;
      take(')');
      break;
    }
    constexpr std::size_t most_axes = 64;  // of NumPy
    if (shape.size() > most_axes) refuse(fmt::format("it has {} axes", shape.size()));
  }

  std::string text_;
  const std::string& path_;
  std::size_t at_ = 0;
};

/// "<u2" -> uint16; of one byte the order is '|'.
void take_type(const std::string& descr, ArrayLayout& layout, const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ExitCode::input_invalid, "the type of the .npy array is no label", path,
                fmt::format("its descr is '{}'{}", descr, why),
                descr.ends_with("f2") ? "save it as float32, or labels as uint8"
                                      : "save it as uint8 or another type of integer");
  };
  const bool has_order = !descr.empty() && std::string("<>|=").find(descr[0]) != std::string::npos;
  const std::string type = descr.substr(has_order ? 1 : 0);
  if (type == "b1" || type == "?") {
    layout.is_bool = true;
    return;
  }
  const std::string kind = type.starts_with('u')   ? "uint"
                           : type.starts_with('i') ? "int"
                           : type.starts_with('f') ? "float"
                                                   : "";
  if (type.starts_with('O')) refuse(", objects of Python, which are never run");
  if (kind.empty() || type.size() != 2) refuse("");
  const auto element = element_named(fmt::format("{}{}", kind, 8 * (type[1] - '0')));
  if (!element) refuse("");
  if (info(*element).bytes > 1 && descr[0] != '<' && descr[0] != '>') refuse(", without an order of bytes");
  layout.element = *element;
  layout.big_endian = descr[0] == '>';
}

}  // namespace

NpyHeader parse_npy_header(const std::string& start, const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ExitCode::input_refused, "the header of the .npy array is damaged", path, why,
                "save it again with numpy.save");
  };
  if (start.size() < 12 || !start.starts_with("\x93NUMPY")) refuse("it does not begin as one");
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(start[i]));
  };
  const std::uint32_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) refuse(fmt::format("version {}.{}", version, byte(7)));
  const std::size_t fixed = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (fixed + length > start.size())
    refuse(fmt::format("{} bytes of header, {} are there; at most {} are read", length, start.size() - fixed,
                       longest_npy_header));
  Parser parser(start.substr(fixed, length), path);
  parser.parse();
  NpyHeader header;
  header.bytes = fixed + length;
  ArrayLayout& layout = header.layout;
  layout.format = "NumPy array";
  layout.shape = parser.shape;
  layout.first_runs_fastest = *parser.fortran;
  take_type(*parser.descr, layout, path);
  if (layout.first_runs_fastest && layout.shape.size() > 1)
    layout.notices.push_back(
        "fortran_order: the first axis runs fastest in the file; axes are those of the array as NumPy shows "
        "it");
  return header;
}

}  // namespace tauvox::io
