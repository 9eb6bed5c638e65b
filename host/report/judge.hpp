// Limits, and what they say of results whose uncertainty counts: pass, conditional pass, conditional fail,
// fail (ILAC-G8:09/2019, 4.2.3, with guard bands as wide as the combined interval).
#pragma once

#include <vector>

#include "host/report/judgement.hpp"
#include "host/studies/report.hpp"

namespace tauvox {

/// Of one quantity.
struct Limit {
  std::string quantity;
  std::string phase;         // or several, joined by +, of an interface; empty: there is but one
  std::optional<Axis> axis;  // empty: the thickness, where there is a direction at all
  std::optional<double> least, most;
  std::string place;         // file:line:column
  std::string carrier = {};  // ions or electrons, whose transport is meant; empty: there is but one
};

struct Limits {
  std::vector<Limit> limits;
  bool guarded = true;  // otherwise the value alone decides (4.2.1)
  /// "thickness_d50 of pore: 1 m", limits that were given without a unit
  std::vector<std::string> taken_as_si = {};
};

/// Names of phases that are joined by +: their order says nothing.
std::vector<std::string> sorted_parts(const std::string& names);

/// "guard_band" or "simple", as a file of limits names it
const char* rule_name(bool guarded);

/// Of a value whose interval of 95 % is value - half_width .. value + half_width: verdict and probability;
/// without an interval the probability stays empty, and a guard band must not be asked for.
/// @param judgement with limits, value and half width
void judge(Judgement& judgement, bool guarded);

/// One judgement per limit.
/// @param unit "relative", or what --unit was given
std::vector<Judgement> judge(const Limits& limits, const std::vector<Result>& results,
                             const QuantityDefinitions& rows, const std::string& unit, Axis thickness);

/// That of a quantity of a result; null where no limit is about it. What another study says of the same is
/// not judged.
const Judgement* judgement_of(const std::vector<Judgement>& judgements, const Result& result,
                              const std::string& quantity);

/// That a quantity's uncertainty of resolution is less reliable than others, and why: something is narrower
/// than most_throat voxels. Empty where it is not, or where there is none.
std::string less_reliable(const Result& result, const Quantity& quantity);

/// Of all: the worst; empty where there are none.
std::string worst(const std::vector<Judgement>& judgements);

/// "0.45 in [0.32, 0.38] 1/um", in the unit that is shown; - for what is not there.
std::string text_in_limits(const Judgement& judgement);

/// "a is b +- c within [d, e]: verdict", a line each, and the verdict.
/// @param guarded the rule they were judged by
std::string text_of_verdict(const std::vector<Judgement>& judgements, bool guarded);

}  // namespace tauvox
