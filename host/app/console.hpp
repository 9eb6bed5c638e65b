// Text to standard output and standard error. A stream that nobody reads any more costs its text, never the
// run.
#pragma once

#include <string>

namespace tauvox {

/// To be called before any file is opened: a program may be started with streams closed, and the first file
/// would become the standard output of a later message. Also keeps a closed pipe from ending the process.
void guard_standard_streams();

/// On standard output. Lost silently where nobody reads it any more; where it cannot be written for another
/// reason, the run goes on, and check_standard_output tells at its end.
void print_text(const std::string& text);
/// For people, on standard error; silently lost when it is closed.
void print_note(const std::string& text);
/// @throws Error(output) when text got lost that somebody waits for
void check_standard_output();
/// The report itself, asked for on standard output.
/// @throws Error(output) when it does not arrive whole
void print_report(const std::string& text);

/// `text` with control characters written as \n, \t or \x1b: a file name cannot break a message into lines.
std::string one_line(const std::string& text);

}  // namespace tauvox
