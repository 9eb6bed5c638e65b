#include "host/solve/finished_solves.hpp"

#include <cstring>

namespace tauvox {
namespace {

/// Doubles, their number first; integers among them are far below 2^53. Then two words.
std::string numbers_of(const FoundSolve& found) {
  const Solution& s = found.solution;
  const EnergyBounds& b = s.bounds;
  std::vector<double> values{0,
                             b.lower,
                             b.upper,
                             b.at.energy,
                             b.at.flux_in,
                             b.at.flux_out,
                             b.at.residual2,
                             s.reached ? 1.0 : 0.0,
                             static_cast<double>(s.why),
                             static_cast<double>(s.iterations),
                             static_cast<double>(s.operator_applications),
                             s.relative_residual};
  values.insert(values.end(), found.more.begin(), found.more.end());
  values.front() = static_cast<double>(values.size());
  std::string numbers(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  return numbers.append(s.method).append(" ").append(s.precision);
}

FoundSolve found_from(const std::string& numbers) {
  double count = 0;
  std::memcpy(&count, numbers.data(), sizeof count);
  std::vector<double> values(static_cast<std::size_t>(count));
  std::memcpy(values.data(), numbers.data(), values.size() * sizeof(double));
  FoundSolve found;
  Solution& s = found.solution;
  EnergyBounds& b = s.bounds;
  const double* next = values.data() + 1;
  for (double* const to : {&b.lower, &b.upper, &b.at.energy, &b.at.flux_in, &b.at.flux_out, &b.at.residual2})
    *to = *next++;
  s.reached = *next++ != 0;
  s.why = static_cast<StopReason>(*next++);
  s.iterations = static_cast<std::int64_t>(*next++);
  s.operator_applications = static_cast<std::int64_t>(*next++);
  s.relative_residual = *next++;
  found.more.assign(values.cbegin() + (next - values.data()), values.cend());
  const std::string words = numbers.substr(values.size() * sizeof(double));
  const std::size_t between = words.rfind(' ');
  s.method = words.substr(0, between);
  s.precision = words.substr(between + 1);
  return found;
}

}  // namespace

std::optional<FoundSolve> FinishedSolves::find(int place, const std::string& solve) const {
  const std::string numbers = store_ ? store_->find(place, solve) : "";
  if (numbers.empty()) return std::nullopt;
  return found_from(numbers);
}

void FinishedSolves::add(int place, const std::string& solve, const FoundSolve& found, const Device& device,
                         std::span<const std::byte> vector) {
  if (!store_) return;
  waiting_.push_back({place, solve, numbers_of(found), &device, vector});
  seconds_ += seconds_since(since_);
  since_ = Clock::now();
  keep_waiting();
}

void FinishedSolves::keep_waiting(std::size_t at_work) {
  if (waiting_.empty()) return;
  std::size_t all = at_work;
  for (const SolveStore::Kept& solve : waiting_) all += solve.vector.size();
  while (!waiting_.empty() && store_->is_due(waiting_.front().vector.size(), all, seconds_)) {
    store_->keep(waiting_.front());
    waiting_.pop_front();
  }
  if (waiting_.empty()) seconds_ = 0;
}

}  // namespace tauvox
