// `tauvox bench` on the command line: the suite, and the comparison of its files.
#pragma once

#include "host/app/command_line.hpp"

namespace tauvox::bench {

Command command();

}  // namespace tauvox::bench
