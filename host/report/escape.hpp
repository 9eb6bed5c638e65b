// Text that strangers wrote into a file, made harmless for where it is shown. Benchmark files are sent in
// from everywhere; a name in one must never become a command, a terminal sequence, markup or a formula.
#pragma once

#include <string>

namespace tauvox {

/// For terminals and all that follows: one line of UTF-8 without control characters, directions of writing
/// and what XML forbids ('?' instead, blanks for line breaks), of at most `most` bytes. To be called where
/// text is read.
std::string harmless(const std::string& text, std::size_t most = 80);

// What is harmless already, for one more place.
std::string markdown_text(const std::string& text);
/// Content or attribute of an XML element.
std::string xml_text(const std::string& text);
/// Content or attribute of a page, in one line, of text that may be harmful; all of it.
std::string html_text(const std::string& text);
/// As RFC 4180 wants it: quotes where a comma, a quote or a line break is in the text.
std::string csv_quoted(const std::string& text);
/// The same of text that strangers wrote: what a spreadsheet would take for a formula gets an apostrophe.
std::string csv_cell(const std::string& text);

/// UTF-8 that gives the text back: as it is, or "bytes:" and its bytes in hexadecimal digits where it is no
/// UTF-8. For names that are looked for later.
std::string reversible(const std::string& text);
std::string reversed(const std::string& reversible);

}  // namespace tauvox
