// What an evaluation left in its folder, and whether all of it is still there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "host/batch/lot.hpp"

namespace tauvox {

/// With their bytes, by paths seen from the folder; neither the state nor locks.
std::map<std::string, std::uint64_t> files_in(const std::string& folder);

/// A state of this key. Nothing where there is none, or where it says finished and the results are not whole:
/// a file that it names is missing, cannot be read or has another size, or results.json holds no results.
/// Large files are not read.
/// @param fault what is wrong with a folder that is there; empty where nothing is
std::optional<LotState> whole_state_of(const std::string& folder, const std::string& key, std::string& fault);

/// Files that were put beside the results later, before others take their place.
/// @throws std::filesystem::filesystem_error
void move_added_files(const std::string& from, const std::string& to);

}  // namespace tauvox
