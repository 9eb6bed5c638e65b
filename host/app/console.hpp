// Text to standard output and standard error. A stream that nobody reads any more costs its text, never the
// run. Whatever is printed passes io::printable here, the last guard between words of a file and a terminal.
#pragma once

#include <string>

namespace tauvox {

/// To be called before any file is opened: a program may be started with streams closed, and the first file
/// would become the standard output of a later message. Also keeps a closed pipe, or a file that reached
/// `ulimit -f`, from ending the process: the write fails and is reported.
void guard_standard_streams();

/// On standard output. Lost silently where nobody reads it any more; where it cannot be written for another
/// reason, or was closed from the start, the run goes on, and check_standard_output tells at its end.
void print_text(const std::string& text);
/// For people, on standard error; silently lost when it is closed.
void print_note(const std::string& text);
/// The same in one line, names of files and all: a line break in one begins no other.
void print_notice(const std::string& text);
/// On standard output in one line, as that of a notice.
void print_line(const std::string& text);
/// From here on neither notes nor notices: errors only.
void leave_out_notes();
/// From here on each line of a note begins with the time (UTC).
void stamp_notes();
/// On standard error, as it is: what programs read there, and bars.
void print_unstamped(const std::string& text);
/// To be called where files hold the results: whoever closed standard output has them there.
void results_are_in_files();
/// @throws Error(output) when text got lost that somebody waits for
void check_standard_output();
/// Removes the line that a terminal's cursor is in, on standard error.
void erase_line();
/// The report itself, asked for on standard output.
/// @throws Error(output) when it does not arrive whole
void print_report(const std::string& text);

/// `text` in one line: io::printable.
std::string one_line(const std::string& text);

}  // namespace tauvox
