// The keys under which cell models take a layer: PyBaMM, BPX, BattMo.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/handover/cell_layer.hpp"

namespace tauvox {

/// A number under its key, and where it comes from.
struct CellEntry {
  std::vector<std::string> key;  // from the root of the file
  nlohmann::ordered_json value;
  std::string source;
};

struct CellFormat {
  std::string name, meaning;
  std::vector<CellEntry> (*entries)(const CellLayer& layer);
};
const std::vector<CellFormat>& cell_formats();

/// What is said of the origin of the numbers.
struct Origin {
  std::string program;  // "tauvox 0.1.0"
  std::string input;    // "cathode.h5 (sha256 ...)"
};

/// For PyBaMM: {"parameters", "sources", "samples", ...}.
nlohmann::ordered_json pybamm_file(const CellLayer& layer, const std::vector<CellLayer>& samples,
                                   const Origin& origin, std::uint64_t seed);

/// A BPX file with the entries in place of its own; the origin goes to its Description.
/// @param cell the user's file; null where there is none, which only a separator can do without
/// @throws Error(usage), Error(input_invalid) where the file could not take them
nlohmann::ordered_json bpx_file(const CellLayer& layer, const nlohmann::ordered_json& cell,
                                const std::string& path, const Origin& origin);

/// The user's BattMo file with the entries in place of its own, or the entries alone.
/// @param notices what the user has to know
nlohmann::ordered_json battmo_file(const CellLayer& layer, const nlohmann::ordered_json& cell,
                                   const std::string& path, const Origin& origin,
                                   std::vector<std::string>& notices);

}  // namespace tauvox
