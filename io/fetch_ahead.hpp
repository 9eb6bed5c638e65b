// What will be read soon, asked for while there is other work.
#pragma once

#include <string>

namespace tauvox::io {

/// Asks the system to have the files of a volume in its cache, and does not wait: what comes over a network
/// is on its way meanwhile. Nothing where that would take more than a quarter of the memory that is free, or
/// where a file cannot be opened, which whoever reads it will say.
void fetch_ahead(const std::string& path);

}  // namespace tauvox::io
