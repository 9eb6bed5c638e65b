#include "host/studies/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tauvox {

const char* status_name(Status status) {
  switch (status) {
    case Status::converged:
      return "converged";
    case Status::complete:
      return "complete";
    case Status::not_percolating:
      return "not_percolating";
    case Status::not_converged:
      return "not_converged";
    case Status::failed:
      return "failed";
  }
  return "failed";
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

std::string subject_of(const Result& result) {
  const std::string& phase = result.phase;
  std::string text = phase.empty() ? "" : "phase " + phase;
  if (result.label)
    text = fmt::format("label {}{}", *result.label, phase.empty() ? "" : fmt::format(" ({})", phase));
  if (!result.with.empty()) text += fmt::format(" with {}", fmt::join(result.with, ", "));
  if (result.axis) text += fmt::format("{}axis {}", text.empty() ? "" : ", ", axis_name(*result.axis));
  return text.empty() ? result.study : text;
}

}  // namespace tauvox
