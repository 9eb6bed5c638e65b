// Text that came from a file or a file name, made fit to be shown. Escape sequences, line breaks and changes
// of the direction of writing would let a file command a terminal or forge a line of a report or table.
#pragma once

#include <string>
#include <string_view>

namespace tauvox::io {

/// `text` as visible, valid UTF-8 in one line: control characters (C0, C1, DEL), line and paragraph
/// separators, bidirectional controls and bytes that are no UTF-8 become \n, \t, \x1b, \u009b or, for a stray
/// byte, \xff. The escapes above ASCII are JSON's own, so that inside a JSON string they mean the character
/// itself.
/// @param kept ASCII control characters that stay as they are
std::string printable(std::string_view text, std::string_view kept = "");

bool is_utf8(std::string_view text);

}  // namespace tauvox::io
