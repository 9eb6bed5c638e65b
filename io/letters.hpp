// Upper and lower case of ASCII, whatever the locale.
#pragma once

#include <algorithm>
#include <string>

namespace tauvox::io {

inline std::string in_small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace tauvox::io
