// What those who read a results.json have in common.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace tauvox {

inline constexpr std::uint64_t most_bytes_of_results = 256 << 20;

/// A JSON file of at most so many bytes.
/// @throws Error(input_refused) where it cannot be read, or is none
nlohmann::ordered_json read_json(const std::string& path);

/// What is wrong with a file, without the words that the library puts before it.
std::string reason_of(const nlohmann::json::exception& error);

/// The text under a key; empty where there is none.
std::string text_or_empty(const nlohmann::ordered_json& object, const char* key);

/// Half of the interval of 95 % of a quantity, by all uncertainties that were computed (combined.hpp); empty
/// where none was.
std::optional<double> half_width_of(const nlohmann::ordered_json& quantity);

}  // namespace tauvox
