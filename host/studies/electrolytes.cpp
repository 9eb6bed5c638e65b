#include "host/studies/electrolytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/studies/study.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {

Study effective_transport_study();  // whose effective_value all follows from

namespace {

constexpr double zero_celsius = 273.15;

// Nyman, Behm, Lindbergh 2008.
double nyman_conductivity(double c, double) {
  return 0.1297 * c * c * c - 2.51 * std::pow(c, 1.5) + 3.329 * c;
}
double nyman_diffusivity(double c, double) { return 8.794e-11 * c * c - 3.972e-10 * c + 4.862e-10; }

// Valoen, Reimers 2005, equations 17 and 14; what is ln there is the logarithm to base 10.
double valoen_conductivity(double c, double T) {
  const double root = -10.5 + 0.0740 * T - 6.96e-5 * T * T + c * (0.668 - 0.0178 * T + 2.80e-5 * T * T) +
                      c * c * (0.494 - 8.86e-4 * T);
  return 0.1 * c * root * root;
}
double valoen_diffusivity(double c, double T) {
  return 1e-4 * std::pow(10, -4.43 - 54 / (T - (229 + 5 * c)) - 0.22 * c);
}

// Landesfeind, Gasteiger 2019, for EC:EMC 3:7; their conductivity is in mS/cm.
double landesfeind_conductivity(double c, double T) {
  const double warm = std::exp(1000 / T);
  const double rising = 5.21e-1 * (1 + (T - 2.28e2));
  return 0.1 * rising * c * (1 - 1.06 * std::sqrt(c) + 3.53e-1 * (1 - 3.59e-3 * warm) * c) /
         (1 + c * c * c * c * 1.48e-3 * warm);
}
double landesfeind_diffusivity(double c, double T) {
  return 1e-10 * 1.01e3 * std::exp(1.01 * c) * std::exp(-1.56e3 / T) * std::exp(-4.87e2 * c / T);
}

}  // namespace

const std::vector<Electrolyte>& electrolytes() {
  static const std::vector<Electrolyte> table{
      {"nyman2008", "LiPF6 in EC:EMC 3:7, at 25 C alone",
       "Nyman, Behm, Lindbergh, Electrochim. Acta 53 (2008) 6356-6365", zero_celsius + 25, zero_celsius + 25,
       0.2, 2, nyman_conductivity, nyman_diffusivity},
      {"landesfeind2019", "LiPF6 in EC:EMC 3:7, -10 to 50 C",
       "Landesfeind, Gasteiger, J. Electrochem. Soc. 166 (2019) A3079-A3097", zero_celsius - 10,
       zero_celsius + 50, 0.1, 3, landesfeind_conductivity, landesfeind_diffusivity},
      {"valoen2005", "LiPF6 in PC:EC:DMC, -10 to 60 C",
       "Valoen, Reimers, J. Electrochem. Soc. 152 (2005) A882-A891", zero_celsius - 10, zero_celsius + 60,
       0.1, 3, valoen_conductivity, valoen_diffusivity}};
  return table;
}

const Electrolyte& electrolyte_of(const StudySettings& settings) {
  const auto found = std::find_if(electrolytes().begin(), electrolytes().end(),
                                  [&](const Electrolyte& e) { return e.name == settings.electrolyte; });
  if (found == electrolytes().end())
    throw Error(ExitCode::usage, "no electrolyte given", settings.electrolyte, "",
                "give --electrolyte a name; the help lists them");
  const double c = settings.salt_concentration / 1000, T = settings.temperature;
  constexpr double rounding = 1e-9;
  if (T < found->least_temperature - rounding || T > found->most_temperature + rounding)
    throw Error(ExitCode::usage, "the electrolyte was not measured at this temperature", found->name,
                fmt::format("{:g} K", T),
                fmt::format("give --temperature {:g}K{}", found->least_temperature,
                            found->least_temperature == found->most_temperature
                                ? ""
                                : fmt::format(" to {:g}K", found->most_temperature)));
  if (c < found->least_concentration - rounding || c > found->most_concentration + rounding)
    throw Error(ExitCode::usage, "the electrolyte was not measured at this concentration", found->name,
                fmt::format("{:g} mol/m3", settings.salt_concentration),
                fmt::format("give --salt-concentration {:g} to {:g}", 1000 * found->least_concentration,
                            1000 * found->most_concentration));
  return *found;
}

void check_has_electrolyte(const StudySettings& settings) {
  const StudySettings standard;
  const auto refuse = [](const char* option) {
    throw Error(ExitCode::usage, "nothing has this without an electrolyte", option, "",
                "give --electrolyte NAME as well, or leave it out");
  };
  if (!settings.electrolyte.empty()) return;
  if (settings.temperature != standard.temperature) refuse("--temperature");
  if (settings.salt_concentration != standard.salt_concentration) refuse("--salt-concentration");
}

std::string text_of_electrolyte(const StudySettings& settings, const Materials& materials) {
  const Electrolyte& e = electrolyte_of(settings);
  const double c = settings.salt_concentration / 1000, T = settings.temperature;
  std::string text = fmt::format(
      "electrolyte {} ({}) at {:g} K and {:g} mol/m3: kappa = {:.4g} S/m, D = {:.4g} m2/s ({})", e.name,
      e.meaning, T, settings.salt_concentration, e.conductivity(c, T), e.diffusivity(c, T), e.citation);
  if (materials.largest > 0 && materials.largest != 1)
    text += fmt::format(
        "; a relative conductivity of 1 stands for it, and the best conductor of the volume has {:g}, which "
        "is "
        "D0 in ratios to D0",
        materials.largest);
  return text;
}

QuantityDefinitions electrolyte_quantities() {
  const QuantityDefinition ratio = effective_transport_study().quantities.front();
  const auto row = [&](const char* name, const char* title, const char* symbol, const char* unit,
                       const char* definition) {
    QuantityDefinition definition_row{.name = name,
                                      .title = title,
                                      .symbol = symbol,
                                      .unit = unit,
                                      .definition = definition,
                                      .uncertainties = ratio.uncertainties,
                                      .evaluated = ratio.evaluated,
                                      .needs = ratio.needs,
                                      .bounded = true,
                                      .least = 0};
    return definition_row;
  };
  return {row("effective_ionic_conductivity", "effective ionic conductivity", "kappa_eff", "S/m",
              "effective_value x conductivity of the electrolyte (--electrolyte) at --temperature and "
              "--salt-concentration, by the published fit; a relative conductivity of 1 stands for the "
              "electrolyte itself. The uncertainty of the fit is not in it."),
          row("effective_salt_diffusivity", "effective salt diffusivity", "D_eff", "m2/s",
              "effective_value x diffusivity of the salt in the electrolyte, as "
              "effective_ionic_conductivity.")};
}

void add_electrolyte(Result& result, const StudySettings& settings) {
  if (settings.electrolyte.empty() || !result.quantity("effective_value")) return;
  const Electrolyte& e = electrolyte_of(settings);
  const double c = settings.salt_concentration / 1000, T = settings.temperature;
  const Quantity relative = *result.quantity("effective_value");  // to the electrolyte, which is 1
  for (const Quantity& added : {scaled("effective_ionic_conductivity", relative, e.conductivity(c, T)),
                                scaled("effective_salt_diffusivity", relative, e.diffusivity(c, T))}) {
    std::erase_if(result.quantities, [&](const Quantity& q) { return q.name == added.name; });
    result.quantities.push_back(added);
  }
}

}  // namespace tauvox
