// Pieces of a page. Whatever comes from files, their names or the user goes through `html_text`.
#pragma once

#include <string>

#include "host/pages/slice.hpp"
#include "host/report/escape.hpp"

namespace tauvox::pages {

/// The same, line breaks kept.
std::string escaped_lines(const std::string& text);

std::string base64(const std::string& bytes);

/// A picture inside the page.
/// @param words for those who do not see it; made harmless here
std::string image_of(const std::string& bytes, const char* media_type, const std::string& words,
                     const std::string& attributes = "");

}  // namespace tauvox::pages
