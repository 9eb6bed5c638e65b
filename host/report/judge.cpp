#include "host/report/judge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "host/report/digits.hpp"
#include "host/report/run_report.hpp"
#include "host/studies/combined.hpp"
#include "host/studies/resolution.hpp"
#include "host/studies/units.hpp"

namespace tauvox {
namespace {

constexpr const char *pass = "pass", *conditional_pass = "conditional pass",
                     *conditional_fail = "conditional fail", *fail = "fail", *not_decided = "not decided";

/// Of a normal distribution, up to z standard deviations.
double probability_up_to(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

std::string phases_of(const Result& result) {
  return result.with.empty() ? result.phase : fmt::format("{}+{}", result.phase, fmt::join(result.with, "+"));
}

bool is_about(const Result& result, const Limit& limit, Axis thickness) {
  if (!result.quantity(limit.quantity)) return false;
  if (result.axis && *result.axis != limit.axis.value_or(thickness)) return false;
  if (!result.axis && limit.axis) return false;
  if (!limit.carrier.empty() && result.carrier != limit.carrier) return false;
  return limit.phase.empty() || sorted_parts(phases_of(result)) == sorted_parts(limit.phase);
}

/// Those of the first study that has the quantity: the others repeat it. One that knows all that it is
/// uncertain by goes before one that does not.
std::vector<const Result*> results_for(const Limit& limit, const std::vector<Result>& results,
                                       const QuantityDefinition& row, Axis thickness) {
  std::vector<const Result*> found, certain;
  for (const Result& result : results) {
    if (!is_about(result, limit, thickness)) continue;
    if (found.empty() || found.front()->study == result.study) found.push_back(&result);
    const Quantity& quantity = *result.quantity(limit.quantity);
    if ((combined(quantity, row) || combined_inverse(quantity, row)) &&
        (certain.empty() || certain.front()->study == result.study))
      certain.push_back(&result);
  }
  const bool is_one_number =
      found.size() == 1 && certain.size() == 1 &&
      found.front()->value(limit.quantity).has_value() == certain.front()->value(limit.quantity).has_value();
  return is_one_number ? certain : found;
}

Judgement open_judgement(const Limit& limit) {
  Judgement judgement;
  judgement.quantity = limit.quantity;
  judgement.least = limit.least;
  judgement.most = limit.most;
  judgement.verdict = not_decided;
  return judgement;
}

/// What a result without a path, or without a number, gives.
bool judge_without_value(Judgement& judgement, const Result& result, const Quantity& quantity,
                         const QuantityDefinition& row) {
  const bool by_path = row.known == Known::with_path || row.known == Known::with_result;
  if (result.status == Status::not_percolating && (by_path || !quantity.value)) {
    judgement.verdict = fail;
    judgement.probability = 0;
    judgement.reason = result.reason.value_or("nothing percolates");
  } else if (!quantity.value) {
    judgement.reason = result.reason.value_or("it has no value");
  } else {
    return false;
  }
  return true;
}

/// Of a pair the share of its first phase's surface is that of the other where it is named the other way
/// round.
std::string quantity_in(const Result& result, const Limit& limit) {
  const bool turned =
      result.with.size() == 1 && limit.phase == fmt::format("{}+{}", result.with[0], result.phase);
  if (turned && limit.quantity == "share_of_phase") return "share_of_other";
  if (turned && limit.quantity == "share_of_other") return "share_of_phase";
  return limit.quantity;
}

/// Of a quantity whose interval is one of 1 / value: the limits of that, so that a MacMullin number keeps its
/// limits where D_eff keeps theirs, with the same probability.
void judge_by_inverse(Judgement& judgement, double half_width, bool guarded) {
  const auto inverse_of = [](const std::optional<double>& limit) -> std::optional<double> {
    if (!limit) return std::nullopt;
    return *limit > 0 ? 1 / *limit : std::numeric_limits<double>::infinity();
  };
  Judgement inverse = judgement;
  inverse.value = 1 / *judgement.value;
  inverse.half_width = half_width;
  inverse.least = inverse_of(judgement.most);
  inverse.most = judgement.least && *judgement.least > 0 ? inverse_of(judgement.least) : std::nullopt;
  judge(inverse, guarded);
  judgement.verdict = inverse.verdict;
  judgement.probability = inverse.probability;
  if (!judgement.half_width)
    judgement.reason = fmt::format("by its inverse, {:.4g} +- {}, whose interval reaches 0", *inverse.value,
                                   rounded_up(half_width, 2));
}

Judgement judged(const Limit& limit, bool guarded, const Result& result, const QuantityDefinition& row) {
  const std::string name = quantity_in(result, limit);
  const Quantity& quantity = *result.quantity(name);
  Judgement judgement = open_judgement(limit);
  judgement.study = result.study;
  judgement.subject = name == limit.quantity ? subject_of(result)
                                             : fmt::format("phase {} with {}", result.with[0], result.phase);
  judgement.value = quantity.value;
  if (judge_without_value(judgement, result, quantity, row)) return judgement;
  if (const std::optional<Combined> all = combined(quantity, row)) judgement.half_width = all->half_width;
  if (const std::optional<Combined> inverse = combined_inverse(quantity, row)) {
    judge_by_inverse(judgement, inverse->half_width, guarded);
    if (judgement.reason.empty()) judgement.reason = less_reliable(result, quantity);
    return judgement;
  }
  if (judgement.half_width || !guarded) {
    judge(judgement, guarded);
    if (judgement.half_width) judgement.reason = less_reliable(result, quantity);
    return judgement;
  }
  std::vector<std::string> unknown;
  for (const ErrorSource source : missing(quantity, row)) unknown.emplace_back(name_of(source));
  judgement.reason = fmt::format("its uncertainty of {} is not known", fmt::join(unknown, " and "));
  return judgement;
}

Judgement judged(const Limit& limit, const Limits& limits, const std::vector<Result>& results,
                 const QuantityDefinitions& rows, Axis thickness) {
  const QuantityDefinition& row = definition_of(rows, limit.quantity);
  const std::vector<const Result*> found = results_for(limit, results, row, thickness);
  if (found.size() == 1) return judged(limit, limits.guarded, *found.front(), row);
  Judgement judgement = open_judgement(limit);
  judgement.subject = limit.phase.empty() ? "" : "phase " + limit.phase;
  if (limit.axis)
    judgement.subject +=
        fmt::format("{}axis {}", judgement.subject.empty() ? "" : ", ", axis_name(*limit.axis));
  if (!limit.carrier.empty())
    judgement.subject += fmt::format("{}{}", judgement.subject.empty() ? "" : ", ", limit.carrier);
  std::vector<std::string> subjects;
  for (const Result* result : found) subjects.push_back(subject_of(*result));
  judgement.reason = found.empty() ? "no result is about it"
                                   : fmt::format("say of what it is meant: {}", fmt::join(subjects, "; "));
  return judgement;
}

/// In a unit that is `factor` times smaller.
std::string number_text(const std::optional<double>& value, double factor) {
  return value ? fmt::format("{:.5g}", *value * factor) : "-";
}

}  // namespace

std::vector<std::string> sorted_parts(const std::string& names) {
  std::vector<std::string> parts{""};
  for (const char c : names)
    if (c == '+')
      parts.emplace_back();
    else
      parts.back() += c;
  std::sort(parts.begin(), parts.end());
  return parts;
}

const char* rule_name(bool guarded) { return guarded ? "guard_band" : "simple"; }

void judge(Judgement& j, bool guarded) {
  const double infinity = std::numeric_limits<double>::infinity(), y = *j.value;
  const double below = j.most ? *j.most - y : infinity, above = j.least ? y - *j.least : infinity;
  const double inside = std::min(below, above), guard = guarded ? *j.half_width : 0;
  j.verdict = inside < 0 ? (inside < -guard || guard == 0 ? fail : conditional_fail)
                         : (inside < guard ? conditional_pass : pass);
  if (!j.half_width) return;
  const double u = *j.half_width / 2;
  if (u > 0)
    j.probability = probability_up_to(below / u) - probability_up_to(-above / u);
  else
    j.probability = inside < 0 ? 0 : 1;
}

std::vector<Judgement> judge(const Limits& limits, const std::vector<Result>& results,
                             const QuantityDefinitions& rows, const std::string& unit, Axis thickness) {
  std::vector<Judgement> judgements;
  for (const Limit& limit : limits.limits) {
    judgements.push_back(judged(limit, limits, results, rows, thickness));
    judgements.back().unit = unit_of(definition_of(rows, limit.quantity), property_of(unit));
  }
  return judgements;
}

const Judgement* judgement_of(const std::vector<Judgement>& judgements, const Result& result,
                              const std::string& quantity) {
  const std::string subject = subject_of(result);
  const auto found = std::find_if(judgements.begin(), judgements.end(), [&](const Judgement& judgement) {
    return judgement.study == result.study && judgement.quantity == quantity && judgement.subject == subject;
  });
  return found == judgements.end() ? nullptr : &*found;
}

std::string less_reliable(const Result& result, const Quantity& quantity) {
  const std::optional<double> throat = result.value("throat_voxels");
  const Uncertainty* found = quantity.uncertainty(ErrorSource::resolution);
  if (!throat || *throat >= most_throat || !found || !found->half_width) return "";
  return fmt::format(
      "its uncertainty of resolution is less reliable: the narrowest place is {:.0f} voxel{} wide", *throat,
      *throat == 1 ? "" : "s");
}

std::string worst(const std::vector<Judgement>& judgements) {
  for (const char* verdict : {fail, conditional_fail, not_decided, conditional_pass, pass})
    for (const Judgement& judgement : judgements)
      if (judgement.verdict == verdict) return verdict;
  return "";
}

std::string text_in_limits(const Judgement& j) {
  const ShownUnit unit = shown_unit(j.unit);
  return fmt::format("{} in [{}, {}]{}", number_text(j.value, unit.factor), number_text(j.least, unit.factor),
                     number_text(j.most, unit.factor),
                     j.unit.empty() || j.unit == "1" ? "" : " " + unit.plain);
}

std::string text_of_verdict(const std::vector<Judgement>& judgements, bool guarded) {
  std::string out = guarded ? "limits, with the combined interval of 95 % as guard band:\n"
                            : "limits, the value alone decides:\n";
  for (const Judgement& j : judgements) {
    out += fmt::format("  {:<36} {}", fmt::format("{}, {}", j.quantity, j.subject), text_in_limits(j));
    out += j.half_width ? fmt::format(", +- {}", rounded_up(*j.half_width * shown_unit(j.unit).factor, 2))
                        : ", +- -";
    out += ": " + j.verdict;
    if (j.probability) out += fmt::format(", probability of conformity {:.3g}", *j.probability);
    out += j.reason.empty() ? "\n" : fmt::format("; {}\n", j.reason);
  }
  return judgements.empty() ? "" : out + fmt::format("verdict: {}\n", worst(judgements));
}

}  // namespace tauvox
