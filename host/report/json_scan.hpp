// JSON from front to back, without a tree: of thousands of files with a few numbers each to take, a tree of
// every one costs several times what reading does.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace tauvox {

class JsonScan {
 public:
  struct Fault : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  /// @param text stays where it is; @throws Fault where it is no UTF-8
  explicit JsonScan(std::string_view text);

  enum class Kind { object, list, text, other };
  /// Of the value that comes next. @throws Fault where there is none
  Kind next();
  /// Calls member(key) for each; it reads the value, by any of these. The key lives until then.
  template <class F>
  void members(const F& member) {
    open('{');
    std::string key;
    for (bool first = true; !closes('}', first); first = false) {
      text(key);
      colon();
      member(key);
    }
  }
  /// Calls element() for each.
  template <class F>
  void elements(const F& element) {
    open('[');
    for (bool first = true; !closes(']', first); first = false) element();
  }
  void text(std::string& into);
  /// Number or literal, as it is written.
  std::string_view other();
  /// Goes past a value, whatever it is. @return it as it is written
  std::string_view skip();
  /// @throws Fault where more follows
  void end();

 private:
  void open(char bracket);
  bool closes(char bracket, bool first);
  void colon();
  void blanks();
  std::string_view quoted();
  [[noreturn]] void fail(const char* what) const;

  std::string_view all_;
  std::size_t at_ = 0, depth_ = 0;
  std::string skipped_;
};

/// What a number says. @pre the text is one of JSON
double number_of(std::string_view written);
bool is_number(std::string_view written);

}  // namespace tauvox
