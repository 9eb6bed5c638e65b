#include "host/batch/comparison.hpp"

#include <algorithm>
#include <cmath>

#include "host/report/main_quantities.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/units.hpp"

namespace tauvox {

int LotSeries::count() const {
  return static_cast<int>(
      std::count_if(values.begin(), values.end(), [](const LotValue* v) { return v && v->value; }));
}

std::optional<double> LotSeries::mean() const {
  if (count() == 0) return std::nullopt;
  double sum = 0;
  for (const LotValue* v : values)
    if (v && v->value) sum += *v->value;
  return sum / count();
}

std::optional<double> LotSeries::deviation() const {
  if (count() < 2) return std::nullopt;
  const double middle = *mean();
  double squares = 0;
  for (const LotValue* v : values)
    if (v && v->value) squares += (*v->value - middle) * (*v->value - middle);
  return std::sqrt(squares / (count() - 1));
}

std::optional<double> LotSeries::control_reach() const {
  constexpr double of_two = 2.66;  // 3 / 1.128: the mean range of two is 1.128 deviations
  if (count() < 2) return std::nullopt;
  const LotValue* before = nullptr;
  double ranges = 0;
  for (const LotValue* v : values) {
    if (!v || !v->value) continue;
    if (before) ranges += std::abs(*v->value - *before->value);
    before = v;
  }
  return of_two * ranges / (count() - 1);
}

std::vector<const LotVolume*> finished(const std::vector<LotVolume>& volumes) {
  std::vector<const LotVolume*> those;
  for (const LotVolume& volume : volumes)
    if (volume.status == LotStatus::finished) those.push_back(&volume);
  return those;
}

namespace {

/// What is known of a quantity of this name; one of another version has its name alone.
void describe(LotSeries& series, const QuantityDefinitions& definitions) {
  for (const QuantityDefinition& row : definitions) {
    if (row.name != series.quantity) continue;
    const bool of_electrons = series.subject.carrier == carrier_electrons;
    series.title = in_words_of(property_of(of_electrons ? "S/m" : "relative"), row.title);
    if (std::isfinite(row.least)) series.least = row.least;
    if (std::isfinite(row.most)) series.most = row.most;
    return;
  }
}

/// The value of a subject; of what has no direction along whichever axis it is there.
const LotValue* value_of(const LotVolume& volume, const LotRow& subject, const std::string& quantity) {
  const LotRow* same = volume.row_like(subject);
  const LotValue* value = same ? same->value(quantity) : nullptr;
  if (value || !has_no_direction(quantity)) return value;
  for (const LotRow& row : volume.rows)
    if (row.phase == subject.phase && row.with == subject.with && (value = row.value(quantity))) return value;
  return nullptr;
}

}  // namespace

std::vector<LotSeries> series_of(const std::vector<const LotVolume*>& volumes) {
  std::vector<LotSeries> all;
  const auto known = [&](const LotRow& row, const std::string& quantity) {
    return std::any_of(all.begin(), all.end(), [&](const LotSeries& s) {
      return s.quantity == quantity && s.subject.phase == row.phase && s.subject.with == row.with &&
             (s.subject.axis == row.axis || has_no_direction(quantity));
    });
  };
  const QuantityDefinitions definitions = all_quantities();
  for (const LotVolume* volume : volumes)
    for (const LotRow& row : volume->rows)
      for (const auto& [quantity, value] : row.values) {
        if (known(row, quantity)) continue;
        LotSeries series{
            {row.phase, row.with, row.axis, {}, row.carrier}, quantity, value.unit, quantity, {}, {}, {}};
        describe(series, definitions);
        for (const LotVolume* other : volumes) series.values.push_back(value_of(*other, row, quantity));
        if (has_no_direction(quantity)) series.subject.axis.clear();
        all.push_back(std::move(series));
      }
  return all;
}

bool is_headline(const std::string& quantity) {
  return std::any_of(std::begin(main_quantities), std::end(main_quantities),
                     [&](const MainQuantity& main) { return main.quantity == quantity; });
}

Difference difference_of(const LotValue& a, const LotValue& b) {
  if (!a.value || !b.value || !a.half_width || !b.half_width || !a.is_sampled() || !b.is_sampled())
    return Difference::not_judged;
  const double of_difference = std::hypot(*a.half_width, *b.half_width);
  return std::abs(*a.value - *b.value) > of_difference ? Difference::significant
                                                       : Difference::not_significant;
}

}  // namespace tauvox
