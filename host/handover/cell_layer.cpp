#include "host/handover/cell_layer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "host/report/results_file.hpp"
#include "host/studies/report.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

std::string subject(const Json& result) {
  std::string text;
  if (const std::string phase = text_or_empty(result, "phase"); !phase.empty()) text += ", phase " + phase;
  for (const Json& other : result.value("with", Json::array())) text += " with " + other.get<std::string>();
  if (const std::string axis = text_or_empty(result, "axis"); !axis.empty()) text += ", axis " + axis;
  return text;
}

std::optional<Measured> measured(const Json& result, const std::string& name, const std::string& of) {
  const Json quantities = result.value("quantities", Json::object());
  const auto quantity = quantities.find(name);
  if (quantity == quantities.end() || !quantity->is_object() || !quantity->contains("value") ||
      !(*quantity)["value"].is_number())
    return std::nullopt;
  std::optional<double> deviation = half_width_of(*quantity);
  if (deviation) *deviation /= 2;
  Measured found{(*quantity)["value"].get<double>(), deviation,
                 fmt::format("{} of {}{}", name, of, subject(result))};
  const Json uncertainties = quantity->value("uncertainty", Json::object());
  for (const auto& [kind, u] : uncertainties.items())
    if (u.is_object() && u.contains("half_width") && u["half_width"].is_null()) found.unknown.push_back(kind);
  return found;
}

/// Looks results up.
class Evaluation {
 public:
  Evaluation(const Json& report, const std::string& path) : report_(report), path_(path) {
    if (!report.is_object() || text_or_empty(report.value("tool", Json::object()), "name") != "tauvox" ||
        !report.value("results", Json()).is_array())
      throw Error(ExitCode::input_refused, "no results of tauvox", path, "",
                  "give the results.json of tauvox evaluate");
    if (const std::string version = text_or_empty(report, "schema_version"); !version.starts_with("2."))
      throw Error(ExitCode::input_refused, "results of another version", path, "schema " + version,
                  "evaluate again with this version");
  }

  /// Of "ionic" or "electronic" transport along the thickness.
  const Json* transport(const std::string& what) const {
    return find([&](const Json& r) {
      if (text_or_empty(r, "study") != "effective_transport") return false;
      if (text_or_empty(r, "axis") != text_or_empty(settings(), "thickness")) return false;
      if (r.contains("carrier")) return r["carrier"] == (what == "ionic" ? carrier_ions : carrier_electrons);
      const Json remarks = r.value("remarks", Json::array());  // of results that an earlier build wrote
      return std::find(remarks.begin(), remarks.end(), what + " transport") != remarks.end();
    });
  }
  const Json* about(const std::string& study, const std::string& phase) const {
    return find([&](const Json& r) {
      return text_or_empty(r, "study") == study && text_or_empty(r, "phase") == phase && !r.contains("with");
    });
  }
  /// Of one phase with the other, whichever stands first.
  const Json* interface_of(const std::string& phase, const std::string& other) const {
    return find([&](const Json& r) {
      if (text_or_empty(r, "study") != "interfaces") return false;
      const Json with = r.value("with", Json::array());
      if (with.size() != 1) return false;
      const std::string first = text_or_empty(r, "phase"), second = with[0].get<std::string>();
      return (first == phase && second == other) || (first == other && second == phase);
    });
  }
  const Json settings() const { return report_.value("settings", Json::object()); }

  /// Phases that carry ions by --ionic or --phase-porosity, as interfaces name them.
  struct IonicPhases {
    std::set<std::string> whole, in_part;  // in part: other labels of the same name carry none
  };
  IonicPhases ionic_phases() const {
    const std::set<std::int64_t> labels = ionic_labels();
    IonicPhases carrying;
    std::set<std::string> others;
    for (const Json& phase : report_.value("phases", Json::array())) {
      if (!phase.contains("label") || !phase["label"].is_number_integer()) continue;
      const bool carries = labels.contains(phase["label"].get<std::int64_t>());
      (carries ? carrying.whole : others).insert(text_or_empty(phase, "name"));
    }
    for (const std::string& name : others)
      if (carrying.whole.erase(name) > 0) carrying.in_part.insert(name);
    return carrying;
  }

  /// Of --electronic, which need not be in the volume.
  double largest_electronic() const {
    double largest = 0;
    for (const Json& value : settings().value("electronic", Json::object()))
      if (value.is_number()) largest = std::max(largest, value.get<double>());
    return largest > 0 ? largest : 1;
  }

  std::optional<Measured> length_along(const std::string& axis) const {
    const Json input = report_.value("input", Json::object());
    const Json size = input.value("voxel_size_m", Json()), shape = input.value("shape", Json());
    if (axis.size() != 1 || !size.is_array() || size.size() != 3 || !shape.is_array() || shape.size() != 3)
      return std::nullopt;
    const std::size_t at = axis == "z" ? 0 : axis == "y" ? 1 : 2;
    return Measured{
        size[at].get<double>() * shape[at].get<double>(), {}, "length of the volume, axis " + axis};
  }

  [[noreturn]] void refuse(const std::string& what, const std::string& why, const std::string& advice) const {
    throw Error(ExitCode::input_invalid, what, path_, why, advice);
  }

 private:
  std::set<std::int64_t> ionic_labels() const {
    std::set<std::int64_t> labels;
    const Json given = settings(), phases = given.value("phases", Json::object());
    const auto add = [&](const Json& of) {
      for (const Json& label : of.is_array() ? of : Json::array({of}))
        if (label.is_number_integer()) labels.insert(label.get<std::int64_t>());
    };
    const Json ionic = given.value("ionic", Json());
    for (const Json& each : ionic.is_array() ? ionic : Json::array({ionic}))
      add(each.is_string() ? phases.value(each.get<std::string>(), Json()) : each);
    const Json porosities = given.value("phase-porosity", Json::object());
    for (const auto& [key, porosity] : porosities.items())  // of an object: a label is text there
      add(phases.contains(key) ? phases[key] : Json::parse(key, nullptr, false));
    return labels;
  }

  template <class Condition>
  const Json* find(Condition condition) const {
    for (const Json& result : report_["results"])
      if (result.is_object() && condition(result)) return &result;
    return nullptr;
  }

  const Json& report_;
  const std::string& path_;
};

/// Porosity and transport efficiency, without which nothing is handed over.
void add_ions(const Evaluation& evaluation, CellLayer& layer) {
  const std::string evaluate = "evaluate with --ionic and the phase that holds the electrolyte";
  const Json* ions = evaluation.transport("ionic");
  if (!ions) evaluation.refuse("no transport of ions in the results", "", evaluate);
  // A phase with pores that no voxel shows holds less liquid than it has voxels.
  std::optional<Measured> porosity = measured(*ions, "liquid_volume_fraction", "ionic transport");
  if (!porosity) porosity = measured(*ions, "volume_fraction", "ionic transport");
  // Over what free liquid has, which need not be in the volume.
  const std::optional<Measured> efficiency = measured(*ions, "effective_value", "ionic transport");
  if (!porosity || !efficiency)
    evaluation.refuse("the transport of ions has no result", text_or_empty(*ions, "status"), evaluate);
  if (!(efficiency->value > 0))
    evaluation.refuse("ions do not get through", text_or_empty(*ions, "reason"),
                      "a cell model has no number for it");
  if (!(porosity->value < 1 && efficiency->value < 1))
    evaluation.refuse("the volume is all pore", "", "a cell model has no exponent for a porosity of 1");
  layer.porosity = *porosity;
  layer.transport_efficiency = *efficiency;
  if (const Json* pore = evaluation.about("fractions", text_or_empty(*ions, "phase")))
    if (const auto fraction = measured(*pore, "volume_fraction", "fractions");
        fraction && fraction->deviation && fraction->value == porosity->value)
      layer.porosity.deviation = fraction->deviation;
}

void add_electrons(const Evaluation& evaluation, const LayerRequest& request, CellLayer& layer) {
  const Json* electrons = evaluation.transport("electronic");
  if (electrons) layer.conductivity_ratio = measured(*electrons, "effective_value", "electronic transport");
  if (const double largest = evaluation.largest_electronic(); layer.conductivity_ratio && largest != 1) {
    layer.conductivity_ratio->divide_by(largest);
    layer.conductivity_ratio->source = fmt::format("({} / {:.6g}, the largest value of --electronic)",
                                                   layer.conductivity_ratio->source, largest);
  }
  if (layer.conductivity_ratio && !(layer.conductivity_ratio->value > 0)) layer.conductivity_ratio.reset();
  if (request.solid_conductivity)
    layer.solid_conductivity = Measured{*request.solid_conductivity, {}, "--solid-conductivity"};
  if (!layer.conductivity_ratio)
    layer.missing.push_back(electrons ? "electronic conductivity: electrons do not get through"
                                      : "electronic conductivity: evaluate with --electronic");
  else if (!layer.solid_conductivity)
    layer.missing.emplace_back(
        "electronic conductivity: the evaluation has it relative to the best conductor; give that one's with "
        "--solid-conductivity");
}

/// Sum over the interfaces with what carries ions; those that do not occur have no result.
std::optional<Measured> wetted_surface(const Evaluation& evaluation, const std::string& active) {
  Measured sum{0, 0.0, ""};
  for (const std::string& other : evaluation.ionic_phases().whole) {
    const Json* interface = evaluation.interface_of(active, other);
    const auto area =
        interface ? measured(*interface, "specific_surface_extrapolated", "interfaces") : std::nullopt;
    if (!area) continue;
    sum.value += area->value;
    // Each is off in the same way: no squares.
    sum.deviation =
        sum.deviation && area->deviation ? std::optional(*sum.deviation + *area->deviation) : std::nullopt;
    sum.source += (sum.source.empty() ? "" : " + ") + area->source;
    for (const std::string& kind : area->unknown)
      if (std::find(sum.unknown.begin(), sum.unknown.end(), kind) == sum.unknown.end())
        sum.unknown.push_back(kind);
  }
  return sum.value > 0 ? std::optional(sum) : std::nullopt;
}

void add_particles(const Evaluation& evaluation, const LayerRequest& request, CellLayer& layer) {
  if (const Json* fractions = evaluation.about("fractions", request.active))
    layer.active_fraction = measured(*fractions, "volume_fraction", "fractions");
  if (const Json* particles = evaluation.about("particles", request.active))
    layer.particle_diameter = measured(*particles, "particle_d50", "particles");
  std::set<std::string> in_part = evaluation.ionic_phases().in_part;
  in_part.erase(request.active);  // what carries ions inside of it has no interface with it
  if (in_part.empty()) layer.surface = wetted_surface(evaluation, request.active);
  // Where its interval reaches 0 not even the order of the radius that follows from it is known.
  const std::optional<Measured> all = layer.surface;
  if (all && all->deviation && 2 * *all->deviation >= all->value) layer.surface.reset();
  if (!layer.active_fraction && request.active != LayerRequest().active)
    evaluation.refuse("no phase of that name in the results", request.active,
                      "give --active a name of --phases");
  if (!layer.active_fraction)
    layer.missing.push_back(fmt::format(
        "active material: the evaluation has no phase '{}'; give its name with --active", request.active));
  else if (!in_part.empty())
    layer.missing.push_back(fmt::format(
        "surface: ions are in a part of phase '{}' alone; evaluate with names of their own for its labels",
        *in_part.begin()));
  else if (all && !layer.surface)
    layer.missing.push_back(
        fmt::format("surface: {:.3g} +- {:.2g} 1/m ({}) is not told apart from 0; smaller voxels would help, "
                    "and --radius "
                    "particles gives a radius without it",
                    all->value, 2 * *all->deviation, all->source));
  else if (!layer.surface)
    layer.missing.push_back(fmt::format(
        "surface: '{}' has no interface of its own with what carries ions (--ionic, --phase-porosity), or "
        "none at all",
        request.active));
  if (layer.active_fraction && !layer.particle_radius())
    layer.missing.push_back("radius of particles: --radius " + request.radius + " finds no number for it");
}

}  // namespace

std::optional<Measured> CellLayer::effective_conductivity() const {
  if (!conductivity_ratio || !solid_conductivity) return std::nullopt;
  Measured product = *conductivity_ratio;
  product.value *= solid_conductivity->value;
  if (product.deviation) *product.deviation *= solid_conductivity->value;
  product.source += " x " + solid_conductivity->source;
  return product;
}

std::optional<Measured> CellLayer::particle_radius() const {
  if (radius == "particles" && particle_diameter)
    return Measured{particle_diameter->value / 2, {}, "half of " + particle_diameter->source};
  if (radius != "surface" || !active_fraction || !surface) return std::nullopt;
  return Measured{3 * active_fraction->value / surface->value,
                  {},
                  fmt::format("3 x {} over {}", active_fraction->source, surface->source)};
}

CellLayer layer_of(const Json& results, const std::string& path, const LayerRequest& request) {
  const Evaluation evaluation(results, path);
  CellLayer layer;
  layer.electrode = request.electrode;
  layer.radius = request.radius;
  add_ions(evaluation, layer);
  if (!layer.is_separator()) {
    add_electrons(evaluation, request, layer);
    add_particles(evaluation, request, layer);
  }
  if (request.full_thickness)
    layer.thickness = evaluation.length_along(text_or_empty(evaluation.settings(), "thickness"));
  if (!layer.thickness)
    layer.missing.emplace_back(
        "thickness: where the volume reaches from one end of the layer to the other, say --full-thickness");
  return layer;
}

}  // namespace tauvox
