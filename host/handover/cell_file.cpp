#include "host/handover/cell_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

std::string capital(std::string word) {
  word.front() = static_cast<char>(word.front() - 'a' + 'A');
  return word;
}

/// "Positive electrode", "Separator"
std::string title_of(const CellLayer& layer) {
  return capital(layer.electrode) + (layer.is_separator() ? "" : " electrode");
}

/// b with base^b = value.
Measured exponent(const Measured& value, double base, const std::string& base_name) {
  return {
      std::log(value.value) / std::log(base), {}, fmt::format("ln({}) / ln({})", value.source, base_name)};
}

Measured ionic_exponent(const CellLayer& layer) {
  return exponent(layer.transport_efficiency, layer.porosity.value, "porosity");
}

/// Of all that is no pore, whatever of it conducts.
std::optional<Measured> electronic_exponent(const CellLayer& layer) {
  if (!layer.conductivity_ratio || !layer.solid_conductivity) return std::nullopt;
  return exponent(*layer.conductivity_ratio, 1 - layer.porosity.value, "1 - porosity");
}

class Entries {
 public:
  void add(std::vector<std::string> key, const std::optional<Measured>& measured) {
    if (measured) entries_.push_back({std::move(key), measured->value, measured->source});
  }
  void add(CellEntry entry) { entries_.push_back(std::move(entry)); }
  std::vector<CellEntry> all() const { return entries_; }

 private:
  std::vector<CellEntry> entries_;
};

std::vector<CellEntry> pybamm_entries(const CellLayer& layer) {
  const std::string name = title_of(layer) + " ";
  Entries entries;
  entries.add({name + "porosity"}, layer.porosity);
  entries.add({name + "Bruggeman coefficient (electrolyte)"}, ionic_exponent(layer));
  const Measured& efficiency = layer.transport_efficiency;
  entries.add({name + "tortuosity factor (electrolyte)"},
              Measured{layer.porosity.value / efficiency.value, {}, "porosity over " + efficiency.source});
  entries.add({name + "thickness [m]"}, layer.thickness);
  if (layer.is_separator()) return entries.all();
  if (const auto b = electronic_exponent(layer)) {
    entries.add({name + "conductivity [S.m-1]"}, layer.solid_conductivity);
    entries.add({name + "Bruggeman coefficient (electrode)"}, b);
    entries.add({name + "tortuosity factor (electrode)"},
                Measured{(1 - layer.porosity.value) / layer.conductivity_ratio->value,
                         {},
                         "1 - porosity over " + layer.conductivity_ratio->source});
  }
  entries.add({name + "active material volume fraction"}, layer.active_fraction);
  entries.add({capital(layer.electrode) + " particle radius [m]"}, layer.particle_radius());
  entries.add({name + "surface area to volume ratio [m-1]"}, layer.surface);
  return entries.all();
}

std::vector<CellEntry> bpx_entries(const CellLayer& layer) {
  Entries entries;
  const auto add = [&](const char* key, const std::optional<Measured>& measured) {
    entries.add({"Parameterisation", title_of(layer), key}, measured);
  };
  add("Porosity", layer.porosity);
  add("Transport efficiency", layer.transport_efficiency);
  add("Thickness [m]", layer.thickness);
  if (layer.is_separator()) return entries.all();
  add("Conductivity [S.m-1]", layer.effective_conductivity());
  add("Surface area per unit volume [m-1]", layer.surface);
  add("Particle radius [m]", layer.particle_radius());
  return entries.all();
}

std::vector<CellEntry> battmo_entries(const CellLayer& layer) {
  const std::string name = layer.is_separator() ? "Separator" : capital(layer.electrode) + "Electrode";
  Entries entries;
  entries.add({{"Electrolyte", "useRegionBruggemanCoefficients"}, true, "a coefficient for each layer"});
  entries.add({"Electrolyte", "regionBruggemanCoefficients", name}, ionic_exponent(layer));
  if (layer.is_separator()) {
    entries.add({name, "porosity"}, layer.porosity);
    entries.add({name, "thickness"}, layer.thickness);
    return entries.all();
  }
  const double solid = 1 - layer.porosity.value;
  entries.add({name, "Coating", "volumeFraction"}, Measured{solid, {}, "1 - " + layer.porosity.source});
  entries.add({name, "Coating", "thickness"}, layer.thickness);
  if (const auto b = electronic_exponent(layer)) {
    entries.add({name, "Coating", "electronicConductivity"}, layer.solid_conductivity);
    entries.add({name, "Coating", "bruggemanCoefficient"}, b);
  }
  if (layer.active_fraction) {
    const double share = layer.active_fraction->value / solid;
    entries.add({{name, "Coating", "volumeFractions"},
                 Json::array({share, 1 - share, 0.0}),
                 layer.active_fraction->source + " over 1 - porosity; the rest counts as binder"});
  }
  entries.add({name, "Coating", "ActiveMaterial", "Interface", "volumetricSurfaceArea"}, layer.surface);
  entries.add({name, "Coating", "ActiveMaterial", "SolidDiffusion", "particleRadius"},
              layer.particle_radius());
  return entries.all();
}

std::string key_text(const CellEntry& entry) { return fmt::format("{}", fmt::join(entry.key, ".")); }

void put(Json& file, const CellEntry& entry, const std::string& path) {
  Json* at = &file;
  for (const std::string& key : entry.key) {
    if (!at->is_null() && !at->is_object())
      throw Error(ExitCode::input_invalid, "the file has no place for a number", path, key_text(entry),
                  "is it a file of this kind?");
    if (at->contains("isFile"))
      throw Error(ExitCode::input_invalid, "a part of the cell is in a file of its own", path,
                  key_text(entry), "put its contents in its place");
    at = &(*at)[key];
  }
  *at = entry.value;
}

/// All in one text, for a format that has no place beside a number.
std::string in_words(const std::vector<CellEntry>& entries, const Origin& origin) {
  std::string text = fmt::format("By {} from {}:", origin.program, origin.input);
  for (const CellEntry& entry : entries) text += fmt::format(" {} = {};", entry.key.back(), entry.source);
  text.back() = '.';
  return text;
}

void check_bpx(const CellLayer& layer, const Json& cell, const std::string& path) {
  const std::string title = title_of(layer);
  if (cell.is_null()) {
    if (!layer.is_separator())
      throw Error(ExitCode::usage, "an electrode cannot stand alone in BPX", title,
                  "it needs what no volume has, such as its open-circuit potential",
                  "give --into CELL.json, a BPX file of your cell");
    if (!layer.thickness)
      throw Error(ExitCode::usage, "a separator of BPX needs its thickness", title, "",
                  "say --full-thickness where the volume reaches through it, or give --into CELL.json");
    return;
  }
  if (!cell.is_object() || !cell.contains("Header") || !cell.contains("Parameterisation") ||
      !cell["Header"].is_object() || !cell["Parameterisation"].is_object())
    throw Error(ExitCode::input_invalid, "no BPX file", path, "it has no Header and Parameterisation");
  if (cell["Header"].value("Model", Json()) == "SPM")
    throw Error(ExitCode::input_invalid, "a file for single particles", path,
                "Model SPM has neither porosity nor transport", "give a file for SPMe or DFN");
  const Json& parts = cell["Parameterisation"];
  if (!parts.contains(title) && !layer.is_separator())
    throw Error(ExitCode::input_invalid, "the file lacks the electrode", path, title);
  if (parts.contains(title) && parts[title].contains("Particle"))
    throw Error(ExitCode::input_invalid, "an electrode of several active materials", path, title,
                "their surfaces and radii are not told apart here");
}

}  // namespace

const std::vector<CellFormat>& cell_formats() {
  static const std::vector<CellFormat> formats{
      {"pybamm", "parameters of PyBaMM", pybamm_entries},
      {"bpx", "a BPX file of the cell, with --into", bpx_entries},
      {"battmo", "input of BattMo, alone or with --into", battmo_entries}};
  return formats;
}

Json pybamm_file(const CellLayer& layer, const std::vector<CellLayer>& samples, const Origin& origin,
                 std::uint64_t seed) {
  Json file;
  file["made_by"] = origin.program;
  file["input"] = origin.input;
  file["use"] =
      "pybamm.ParameterValues('Chen2020').update(json.load(open(FILE))['parameters'], "
      "check_already_exists=False)";
  const auto parameters = [](const CellLayer& of) {
    Json values = Json::object();
    for (const CellEntry& entry : pybamm_entries(of)) values[entry.key.back()] = entry.value;
    return values;
  };
  file["parameters"] = parameters(layer);
  for (const CellEntry& entry : pybamm_entries(layer)) file["sources"][entry.key.back()] = entry.source;
  if (samples.empty()) return file;
  file["seed"] = seed;
  for (const CellLayer& sample : samples) file["samples"].push_back(parameters(sample));
  return file;
}

Json bpx_file(const CellLayer& layer, const Json& cell, const std::string& path, const Origin& origin) {
  check_bpx(layer, cell, path);
  Json file = cell;
  if (cell.is_null()) file["Header"] = {{"BPX", "1.1.1"}, {"Title", title_of(layer)}, {"Model", "Partial"}};
  const std::vector<CellEntry> entries = bpx_entries(layer);
  for (const CellEntry& entry : entries) put(file, entry, path);
  Json& description = file["Header"]["Description"];
  const std::string said = description.is_string() ? description.get<std::string>() + " " : "";
  description = fmt::format("{}{}. {}", said, title_of(layer), in_words(entries, origin));
  return file;
}

Json battmo_file(const CellLayer& layer, const Json& cell, const std::string& path, const Origin& origin,
                 std::vector<std::string>& notices) {
  Json file = cell;
  const std::vector<CellEntry> entries = battmo_entries(layer);
  for (const CellEntry& entry : entries) put(file, entry, path);
  Json& electrolyte = file["Electrolyte"];
  Json& regions = electrolyte["regionBruggemanCoefficients"];
  const Json all = electrolyte.value("bruggemanCoefficient", Json());
  for (const char* region : {"NegativeElectrode", "PositiveElectrode", "Separator"}) {
    if (regions.contains(region)) continue;
    if (all.is_number()) regions[region] = all;
    notices.push_back(fmt::format(
        "{}: {}", region,
        all.is_number() ? "keeps the bruggemanCoefficient of the file's Electrolyte"
                        : "has no regionBruggemanCoefficients yet, which BattMo needs for every layer"));
  }
  file["tauvox"] = {{"made_by", origin.program}, {"input", origin.input}};
  for (const CellEntry& entry : entries) file["tauvox"]["sources"][key_text(entry)] = entry.source;
  return file;
}

}  // namespace tauvox
