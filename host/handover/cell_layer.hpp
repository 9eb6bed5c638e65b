// What a cell model is told of an electrode or separator: read from the results of an evaluation, each number
// with what is known of its error and with its source.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tauvox {

struct Measured {
  double value = 0;
  std::optional<double> deviation;        // standard: half of U, of all uncertainties that were computed
  std::string source;                     // "effective_value of ionic transport, phase pore, axis z"
  std::vector<std::string> unknown = {};  // kinds of uncertainty that were looked for and not found

  void divide_by(double divisor) {
    value /= divisor;
    if (deviation) *deviation /= divisor;
  }
};

struct LayerRequest {
  std::string electrode = "positive";        // positive | negative | separator
  std::string active = "active";             // the phase that stores lithium
  std::string radius = "surface";            // surface | particles: what the radius of a particle preserves
  std::optional<double> solid_conductivity;  // S/m, of what --electronic gave the largest value
  bool full_thickness = false;               // the volume reaches from one end of the layer to the other
};

struct CellLayer {
  std::string electrode;                    // positive | negative | separator
  Measured porosity, transport_efficiency;  // of what carries ions
  std::optional<Measured> conductivity_ratio, active_fraction, surface, particle_diameter;
  std::optional<Measured> thickness, solid_conductivity;  // m, S/m
  std::string radius = "surface";
  std::vector<std::string> missing;  // what is not handed over, and what would give it

  bool is_separator() const { return electrode == "separator"; }
  /// Effective, of all that conducts electrons: S/m.
  std::optional<Measured> effective_conductivity() const;
  /// Of spheres with the measured surface, 3 eps / S, or half of the median particle: m.
  std::optional<Measured> particle_radius() const;
};

/// @param results a results.json of tauvox evaluate; `path` of it for messages
/// @throws Error(input_refused) for something else, Error(input_invalid) where the transport of ions is
/// missing
///         or has no number a cell model can take, with what gives it
CellLayer layer_of(const nlohmann::ordered_json& results, const std::string& path,
                   const LayerRequest& request);

/// The layer as its uncertainties let it be: every number that has one is drawn from a normal distribution,
/// each by itself, until all together can be (fractions sum to at most 1, nothing is negative). The same for
/// the same seed and index.
/// @throws Error(input_invalid) where that never happens
CellLayer drawn(const CellLayer& layer, std::uint64_t seed, std::uint64_t index);

}  // namespace tauvox
