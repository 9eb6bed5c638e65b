#include "host/studies/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tauvox {

const char* status_name(Status status) {
  constexpr const char* names[] = {"converged", "complete", "not_percolating", "not_converged", "failed"};
  static_assert(std::size(names) == std::size(all_statuses));
  return names[static_cast<std::size_t>(status)];
}

const Quantity* Result::quantity(const std::string& name) const {
  const auto found =
      std::find_if(quantities.begin(), quantities.end(), [&](const Quantity& q) { return q.name == name; });
  return found == quantities.end() ? nullptr : &*found;
}

std::optional<double> Result::value(const std::string& name) const {
  const Quantity* found = quantity(name);
  return found ? found->value : std::nullopt;
}

std::optional<double> Result::half_width(const std::string& name, ErrorSource source) const {
  const Quantity* found = quantity(name);
  const Uncertainty* of = found ? found->uncertainty(source) : nullptr;
  return of ? of->half_width : std::nullopt;
}

std::string phase_and_carrier(const Result& result) {
  return result.carrier == carrier_electrons ? fmt::format("{} ({})", result.phase, carrier_electrons)
                                             : result.phase;
}

std::string subject_of(const Result& result) {
  const std::string phase = phase_and_carrier(result);
  std::string text = phase.empty() ? "" : "phase " + phase;
  if (result.label)
    text = fmt::format("label {}{}", *result.label, phase.empty() ? "" : fmt::format(" ({})", phase));
  if (!result.with.empty()) text += fmt::format(" with {}", fmt::join(result.with, ", "));
  if (result.axis) text += fmt::format("{}axis {}", text.empty() ? "" : ", ", axis_name(*result.axis));
  return text.empty() ? result.study : text;
}

}  // namespace tauvox
