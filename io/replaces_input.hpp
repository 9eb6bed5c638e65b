// What no command may do: write over what it reads.
#pragma once

#include <string>
#include <vector>

namespace tauvox::io {

/// Refuses an output that is one of the inputs, or would be found among the slices when their folder is read
/// again.
/// @param inputs empty names are none   @param folder of slices; empty where there is none
/// @throws Error(usage)
void check_replaces_no_input(const std::string& output, const std::vector<std::string>& inputs,
                             const std::string& folder = "");

}  // namespace tauvox::io
