// Work on many files or lines that do not depend on each other.
#pragma once

#include <cstddef>
#include <functional>

namespace tauvox {

/// Once for each number below `count`, in no order. What is thrown ends the program.
void in_threads(std::size_t count, const std::function<void(std::size_t)>& act);

}  // namespace tauvox
