#include "host/pages/main_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/report/judge.hpp"
#include "host/report/main_quantities.hpp"
#include "host/studies/units.hpp"

namespace tauvox::pages {
namespace {

using About = MainQuantity::About;
constexpr std::size_t most_rows_of_a_kind = 4;  // the others stand below

class Choice {
 public:
  explicit Choice(const Look& look) : look_(look) {
    std::int64_t largest = -1;
    for (std::size_t p = 0; p < look.parts.phases.size(); ++p) {
      const PhaseSet& set = look.parts.phases[p];
      if (look.colours[p].pore)
        pore_ = set.name;
      else if (set.voxels > largest)
        largest = set.voxels, solid_ = set.name;
    }
  }

  bool takes(const MainQuantity& row, const Result& result) const {
    if (row.study != result.study || (result.axis && *result.axis != look_.thickness)) return false;
    if (row.about == About::pore) return result.phase == pore_;
    if (row.about == About::largest_solid) return result.phase == solid_;
    if (row.about == About::pairs) return result.with.size() == 1 || look_.parts.phases.size() < 2;
    if (row.about == About::each_phase) return is_phase(result.phase) && result.with.empty();
    return true;
  }

 private:
  bool is_phase(const std::string& name) const {  // and not one made of several
    return std::any_of(look_.parts.phases.begin(), look_.parts.phases.end(),
                       [&](const PhaseSet& set) { return set.name == name; });
  }
  const Look& look_;
  std::string pore_, solid_;
};

}  // namespace

std::string short_subject(const Result& result, Axis thickness) {
  std::string text = phase_and_carrier(result);
  for (const std::string& other : result.with) text += " | " + other;
  if (result.axis && *result.axis != thickness)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", axis_name(*result.axis));
  return text;
}

std::string title_of(const Result& result, const QuantityDefinition& row) {
  return in_words_of(property_of(result, property_of("relative")), row.title);
}

std::vector<MainRow> main_rows(const RunReport& report, const Look& look) {
  const Choice choice(look);
  std::vector<MainRow> chosen;
  const auto add = [&](const Result& result, const Quantity& q) {
    chosen.push_back({&result, &q, &definition_of(report.quantities, q.name),
                      judgement_of(report.judgements, result, q.name)});
  };
  for (const MainQuantity& row : main_quantities) {
    std::size_t taken = 0;
    for (const Result& result : report.results)
      if (const Quantity* q = result.quantity(row.quantity); q && choice.takes(row, result)) {
        const bool judged = judgement_of(report.judgements, result, q->name) != nullptr;
        if ((q->value || q->infinite || judged) && (judged || taken++ < most_rows_of_a_kind)) add(result, *q);
      }
  }
  for (const Result& result : report.results)
    for (const Quantity& q : result.quantities)
      if (judgement_of(report.judgements, result, q.name) &&
          std::none_of(chosen.begin(), chosen.end(), [&](const MainRow& row) { return row.quantity == &q; }))
        add(result, q);
  return chosen;
}

}  // namespace tauvox::pages
