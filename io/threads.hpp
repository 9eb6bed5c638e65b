// Threads of a reader: for what is the same whoever does it first.
#pragma once

#include <cstddef>
#include <functional>

namespace tauvox::io {

/// How many a reader may use, that which calls it counted. Set once, before anything is read; 1 unless it
/// was.
void set_reading_threads(int count);
int reading_threads();

/// Calls work(0) to work(count - 1), in no order.   @pre work throws nothing
void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace tauvox::io
