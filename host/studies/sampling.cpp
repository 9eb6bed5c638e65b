#include "host/studies/sampling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/studies/add_uncertainty.hpp"
#include "host/studies/same_result.hpp"

namespace tauvox {
namespace {

constexpr double student_95_of_7 = 2.364624251592785;
constexpr std::int64_t least_length = 48;  // of an axis: an octant must be several particles wide

/// The quantity of that name in the same result of every octant.
std::vector<std::optional<double>> values_on(const std::vector<std::vector<Result>>& octants,
                                             const Result& result, const std::string& name) {
  std::vector<std::optional<double>> values;
  for (const std::vector<Result>& octant : octants) {
    const Result* same = same_result(result, octant);
    values.push_back(same ? same->value(name) : std::nullopt);
  }
  return values;
}

/// What octants have of q, by its slopes in D_eff and in the volume fraction: where there is more pore more
/// gets through, so that neither alone says how far they deviate.
/// @param q      a tortuosity factor, eps / D_eff, or the Bruggeman exponent, ln D_eff / ln eps
/// @param ratio  D_eff of the whole; eps: its volume fraction
/// @param ratios D_eff of the octants; fractions, values: their volume fractions, and their values of q
std::vector<std::optional<double>> by_slopes(const Quantity& q, double ratio,
                                             const std::vector<std::optional<double>>& ratios,
                                             const std::vector<std::optional<double>>& fractions,
                                             const std::vector<std::optional<double>>& values, double eps) {
  std::vector<std::optional<double>> deviations;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    std::optional<double>& d = deviations.emplace_back();
    if (!ratios[i] || !values[i]) continue;
    const double of_ratio = *ratios[i] / ratio - 1;
    if (q.name != "bruggeman_exponent")  // eps of an octant is tau D_eff there
      d = *q.value * (*values[i] * *ratios[i] / (*q.value * ratio) - of_ratio);
    else if (fractions[i])
      d = *q.value + (of_ratio - *q.value * (*fractions[i] / eps - 1)) / std::log(eps);
  }
  return deviations;
}

/// Of a quantity that may have an interval of sampling of its own: what follows from D_eff has that, or none.
const QuantityDefinition* row_with_sampling(const QuantityDefinitions& rows, const std::string& name,
                                            const Materials* materials) {
  for (const QuantityDefinition& row : rows)
    if (row.name == name)
      return may_have(row, ErrorSource::sampling) && (!materials || row.uncertainties.empty()) ? &row
                                                                                               : nullptr;
  return nullptr;
}

using Widenings = std::vector<Layers::Widening>;

constexpr double of_transport = 4, of_others = 1;  // response to the volume fraction (layers.hpp)

void widen(Sampling& found, double value, std::span<const Layers::Widening> layers, double response) {
  if (found.half_width) found.half_width = widened(*found.half_width, value, layers, response);
}

/// By slopes: what they leave out, the square of the deviation of D_eff, is added; where deviations are large
/// that is no less than D_eff alone deviates by.
double to_second_order(double by_slopes, double by_ratio_alone, double square) {
  return std::min(by_slopes + square, std::max(by_slopes, by_ratio_alone));
}

/// Of a tortuosity factor: shares of 1 / tau and of D_eff.
void take_inverse(Uncertainty& u, double tau, double by_slopes, double of_ratio) {
  const double share = to_second_order(by_slopes, of_ratio, of_ratio * of_ratio);
  u.of_inverse = share / tau;
  u.half_width = share < 1 ? std::optional(tau * share / (1 - share)) : std::nullopt;
}

/// @param of_ratio half width of D_eff
void take_both(Result& result, double ratio, double of_ratio, const std::vector<std::vector<Result>>& octants,
               const std::vector<std::optional<double>>& ratios, const Widenings& layers) {
  const std::vector<std::optional<double>> fractions = values_on(octants, result, "volume_fraction");
  const std::optional<double> eps = result.value("volume_fraction");
  for (Quantity& q : result.quantities) {
    if (!q.name.starts_with("tortuosity_factor") && q.name != "bruggeman_exponent") continue;
    for (Uncertainty& u : q.uncertainties) {
      if (u.source != ErrorSource::sampling || !(u.half_width || u.of_inverse) || !q.value) continue;
      Sampling found = judge_sampling(
          *q.value,
          by_slopes(q, ratio, ratios, fractions, values_on(octants, result, q.name), eps.value_or(1)));
      widen(found, *q.value, layers, of_transport);
      if (!found.half_width) continue;
      if (u.of_inverse)
        take_inverse(u, *q.value, *found.half_width / *q.value, of_ratio / ratio);
      else
        u.half_width =
            to_second_order(*found.half_width, *u.half_width,
                            of_ratio / ratio * (of_ratio / ratio) / std::abs(std::log(eps.value_or(1))));
    }
  }
}

/// Transport: what an octant without a path lets through is nothing, but two of them are too many.
void add_to_transport(Result& result, const std::vector<std::vector<Result>>& octants,
                      const Materials& materials, const Widenings& layers,
                      std::vector<std::string>& warnings) {
  const std::optional<double> whole = result.value("effective_ratio");
  if (!whole || *whole == 0) return;
  const std::vector<std::optional<double>> values = values_on(octants, result, "effective_ratio");
  Sampling found = judge_sampling(*whole, values);
  if (const auto closed = std::count(values.begin(), values.end(), 0.0); closed > 1)
    found = {std::nullopt, found.bias, fmt::format("{} of 8 octants do not percolate", closed)};
  widen(found, *whole, layers, of_transport);
  add_uncertainty(result, {ErrorSource::sampling, found.half_width}, materials);
  if (found.half_width) take_both(result, *whole, *found.half_width, octants, values, layers);
  if (found.reason.empty()) return;
  result.remarks.push_back("sampling: " + found.reason);
  if (found.half_width) warnings.push_back(subject_of(result) + ": sampling: " + found.reason);
}

}  // namespace

std::string too_small_for_octants(const Extent& extent) {
  for (const Axis axis : all_axes)
    if (extent.along(axis) < least_length)
      return fmt::format("axis {} has {} voxels, {} are needed", axis_name(axis), extent.along(axis),
                         least_length);
  return "";
}

void leave_sampling_open(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const Materials* materials) {
  for (Result& result : results) {
    if (materials) add_uncertainty(result, {ErrorSource::sampling, std::nullopt}, *materials);
    for (Quantity& quantity : result.quantities) {
      if (!quantity.value || !row_with_sampling(rows, quantity.name, materials)) continue;
      // Also of what comes with its own, such as a slope from layers: those are copies, too.
      std::erase_if(quantity.uncertainties,
                    [](const Uncertainty& u) { return u.source == ErrorSource::sampling; });
      quantity.uncertainties.push_back({ErrorSource::sampling, std::nullopt});
    }
  }
}

Sampling judge_sampling(double whole, const std::vector<std::optional<double>>& octants) {
  Sampling found;
  double mean = 0, squares = 0;
  const auto count = static_cast<double>(octants.size());
  for (const std::optional<double>& value : octants) {
    if (!value || !std::isfinite(*value)) {
      found.reason = "not every octant has a value";
      return found;
    }
    mean += *value / count;
  }
  for (const std::optional<double>& value : octants) squares += (*value - mean) * (*value - mean);
  const double scatter = student_95_of_7 * std::sqrt(squares / (count - 1) / count);
  found.half_width = scatter + std::abs(mean - whole);
  found.bias = whole != 0 ? mean / whole - 1 : 0;
  constexpr double rounding = 1e-9;  // of sums over voxels, where all octants agree
  const double percent = 100 * found.bias;
  if (std::abs(mean - whole) > std::max(scatter / 2, rounding * std::abs(whole)))
    found.reason = fmt::format(
        "the octants' mean differs by {} %, more than a third of the interval: they are small for this "
        "structure; a larger scan would help",
        std::abs(percent) < 0.1 ? fmt::format("{:+.1g}", percent) : fmt::format("{:+.1f}", percent));
  return found;
}

void take_sampling(Quantity& quantity, const Sampling& found, Result& result) {
  if (found.half_width) quantity.uncertainties.push_back({ErrorSource::sampling, found.half_width});
  if (!found.reason.empty())
    result.remarks.push_back(fmt::format("sampling of {}: {}", quantity.name, found.reason));
}

std::vector<std::string> add_sampling(std::vector<Result>& results, const QuantityDefinitions& rows,
                                      const std::vector<std::vector<Result>>& octants,
                                      const Materials* materials, const Layers* layers,
                                      const Phases& phases) {
  std::vector<std::string> warnings;
  for (Result& result : results) {
    const Widenings all = layers ? widenings_of(result, *layers, phases, materials) : Widenings();
    if (materials) add_to_transport(result, octants, *materials, all, warnings);
    for (Quantity& quantity : result.quantities) {
      const bool has = row_with_sampling(rows, quantity.name, materials);
      if (!has || !quantity.value || quantity.uncertainty(ErrorSource::sampling)) continue;
      Sampling found = judge_sampling(*quantity.value, values_on(octants, result, quantity.name));
      // Of the fraction of several phases no layers count but those of all together.
      const std::size_t count =
          quantity.name == "volume_fraction" ? std::min<std::size_t>(1, all.size()) : all.size();
      widen(found, *quantity.value, std::span(all).first(count), of_others);
      take_sampling(quantity, found, result);
    }
    remark_on_layers(result, all);
  }
  return warnings;
}

}  // namespace tauvox
