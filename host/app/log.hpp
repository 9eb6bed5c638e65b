// A run without a terminal leaves a log on standard error: a first line that says where it ran, and when each
// line was written.
#pragma once

#include <string>

namespace tauvox {

/// Where standard error is no terminal: from here on lines of print_note have the time. To be called before
/// the first of them.
void begin_log();
/// Which program on which host, as which job of the batch system, on which device. Only where a log has
/// begun.
void print_log_head(const std::string& command, const std::string& device);

}  // namespace tauvox
