#include "host/studies/slowest_decay.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "host/solve/eigen.hpp"
#include "kernels/base/vector.hpp"

namespace tauvox {
namespace {

constexpr int most_steps = 60;
constexpr std::size_t most_vectors = 3;
constexpr double slowest = 0.95;  // factor between changes above which the rest is not foreseen
constexpr double safety = 2;      // of what is foreseen from two changes
constexpr double settled = 5e-7;  // of the rate: what may be to come when it counts as found
// Of the rate: what a mode that the vectors hold next to nothing of can hide.
constexpr double hidden = 1e-5;
// Rates of all vectors within this share of the least: modes beyond them may be as near, and come up too
// slowly to be seen.
constexpr double crowded = 0.01;
constexpr double dependent = 1e-12;  // square of what a vector adds to the others

using Vectors = std::vector<Buffer<double>>;
using Matrix = std::vector<double>;  // n x n

class Iteration {
 public:
  Iteration(const TransportOperator<double>& K, const Capacity& M, const Buffer<double>& start)
      : K_(K), M_(M), spare_(K.vector()) {
    const auto n = static_cast<std::size_t>(K.unknowns());
    x_.push_back(K.vector());
    copy(start, x_.front());
    std::mt19937_64 random(1);
    while (x_.size() < std::min(most_vectors, n)) {
      std::vector<double> values(n);
      for (double& value : values) value = std::ldexp(static_cast<double>(random() >> 11), -53) - 0.5;
      x_.push_back(K.vector_of(values));
    }
  }
  Vectors& vectors() { return x_; }

  /// The least quotient of Rayleigh of all combinations of the vectors, which become the best of them: at
  /// right angles, of length 1, as M measures both, the slowest first.
  /// @return of the first and of the last
  std::array<double, 2> combine() {
    for (Buffer<double>& x : x_) x = combination(1 / std::sqrt(M_.moments(x).squares), x);
    const auto squares = [this](const Buffer<double>& v) { return M_.moments(v).squares; };
    const auto energy = [this](const Buffer<double>& v) { return K_.residual(v, spare_).energy; };
    const std::size_t n = x_.size();
    const Matrix to_normal = normal(products(squares), n);
    const std::size_t kept = to_normal.size() / n;
    const Eigen modes = eigen_of_symmetric(congruent(products(energy), to_normal, n, kept));
    std::vector<std::size_t> order(kept);
    for (std::size_t k = 0; k < kept; ++k) order[k] = k;
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return modes.values[a] < modes.values[b]; });
    Vectors best;
    for (const std::size_t mode : order) {
      Buffer<double> sum = K_.vector();
      sum.zero();
      for (std::size_t i = 0; i < n; ++i) {
        double of_x = 0;
        for (std::size_t k = 0; k < kept; ++k)
          of_x += to_normal[i * kept + k] * modes.vectors[k * kept + mode];
        add_scaled(sum, of_x, x_[i]);
      }
      best.push_back(std::move(sum));
    }
    x_ = std::move(best);
    return {modes.values[order.front()], modes.values[order.back()]};
  }

 private:
  Buffer<double> combination(double factor, const Buffer<double>& x) const {
    Buffer<double> scaled = K_.vector();
    scaled.zero();
    add_scaled(scaled, factor, x);
    return scaled;
  }
  /// Of a quadratic form, all products of two of the vectors.
  template <class Form>
  Matrix products(const Form& form) const {
    const std::size_t n = x_.size();
    Matrix found(n * n);
    for (std::size_t i = 0; i < n; ++i) found[i * n + i] = form(x_[i]);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        Buffer<double> sum = combination(1, x_[i]);
        add_scaled(sum, 1, x_[j]);
        found[i * n + j] = found[j * n + i] = (form(sum) - found[i * n + i] - found[j * n + j]) / 2;
      }
    return found;
  }
  /// n rows, a column for each combination: at right angles, of length 1.
  static Matrix normal(const Matrix& products, std::size_t n) {
    const Eigen lengths = eigen_of_symmetric(products);
    const double longest = *std::max_element(lengths.values.begin(), lengths.values.end());
    std::vector<std::size_t> kept;
    for (std::size_t k = 0; k < n; ++k)
      if (lengths.values[k] > dependent * longest) kept.push_back(k);
    Matrix to_normal;
    for (std::size_t i = 0; i < n; ++i)
      for (const std::size_t k : kept)
        to_normal.push_back(lengths.vectors[i * n + k] / std::sqrt(lengths.values[k]));
    return to_normal;
  }
  /// C^T A C, C of n rows and `columns`.
  static Matrix congruent(const Matrix& a, const Matrix& c, std::size_t n, std::size_t columns) {
    Matrix found(columns * columns);
    for (std::size_t p = 0; p < columns; ++p)
      for (std::size_t q = 0; q < columns; ++q)
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < n; ++j)
            found[p * columns + q] += c[i * columns + p] * a[i * n + j] * c[j * columns + q];
    return found;
  }

  const TransportOperator<double>& K_;
  const Capacity& M_;
  Buffer<double> spare_;
  Vectors x_;
};

}  // namespace

std::optional<SlowestDecay> find_slowest_decay(
    const TransportOperator<double>& K, const Capacity& capacity, const Buffer<double>& start,
    const std::function<bool(const Buffer<double>& x, Buffer<double>& y)>& invert) {
  Iteration iteration(K, capacity, start);
  SlowestDecay found;
  std::array<double, 2> rates = iteration.combine();
  found.rate = rates.front();
  double change = 0, ratio = 0;
  for (int step = 0; step < most_steps; ++step) {
    for (Buffer<double>& x : iteration.vectors()) {
      Buffer<double> y = K.vector();
      if (!invert(x, y)) return std::nullopt;
      x = std::move(y);
    }
    const double before = found.rate, change_before = change, ratio_before = ratio;
    rates = iteration.combine();
    found.rate = rates.front();
    // Changes shrink by the square of the rate over that of the first mode beyond the vectors; so what is
    // still to come follows from two of them. Where they do not shrink a slower mode is coming up.
    change = std::abs(found.rate - before);
    ratio = change_before > 0 ? change / change_before : 0;
    const double shrinks_by = std::max(ratio, ratio_before), little = settled * found.rate;
    const bool is_rounding = change <= little / 50;
    found.error.reset();
    if (step < 2 || (shrinks_by > slowest && !is_rounding)) continue;
    const double to_come = change / (1 - std::min(slowest, shrinks_by));
    found.error = safety * to_come + hidden * found.rate;
    if (to_come <= little) break;
  }
  const bool has_others = iteration.vectors().size() < static_cast<std::size_t>(K.unknowns());
  if (has_others && rates.back() < (1 + crowded) * found.rate) found.error.reset();
  return found;
}

}  // namespace tauvox
