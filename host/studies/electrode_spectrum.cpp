#include "host/studies/electrode_spectrum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "host/studies/impedance.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/vector.hpp"
#include "kernels/transport/forms.hpp"

namespace tauvox {
namespace {

// Shifts of the real solves, evenly on a logarithmic scale, over omega_0. Each begins with what those before
// say of it, and the larger ones say more.
constexpr int shifts = 10;
constexpr double first_shift = 1e4, last_shift = 0.1;
constexpr double first_frequency = 0.125, last_frequency = 1024;  // over omega_0; four in each octave
constexpr int frequencies = 53;
/// Of the energy, second order in the error of the potential, as the impedance is; and what the errors that
/// are told have for it.
constexpr double tolerance_of_shifts = 5e-8, error_of_solves = 1e-7;

template <class T>
class SpectrumSolves {
 public:
  SpectrumSolves(const StudyInput& in, const Problem& steady, const Reacting& reacting,
                 const OwnConductivities& own, AtRest at_rest, const Progress& progress)
      : in_(in),
        own_(own),
        reacts_(reacting.codes),
        progress_(progress),
        shifted_(steady),
        A_((shifted_.load = nullptr, shifted_.kinds = reacting.kinds, shifted_.shift = 1,
            shifted_.weight_of_kind = reacting.weights, shifted_),
           KernelForm::tuned, at_rest.solver ? at_rest.solver->octets() : nullptr),
        finished_(in.keeper, at_rest.begun) {
    for (Side& side : shifted_.sides.all)
      if (side.kind == SideKind::plate) side.value = 1;
    add(A_.vector_of(std::vector<T>(static_cast<std::size_t>(A_.unknowns()), 1)));
    add(std::move(at_rest));
  }

  void add(Buffer<T> v) {
    basis_.push_back(std::move(v));
    projection_.add(forms(A_, basis_.back(), std::span<const Buffer<T>>(basis_)));
  }

  /// phi at a shift, whose energy is Y. Its deviation is phi - 1.
  /// @param is_answer Y itself is told: with the conductivities that voxels have
  /// @return whether it is good enough
  bool solve(const std::string& name, double shift, bool is_answer) {
    const int place = AtRest::place + ++solves;
    if (const std::optional<FoundSolve> kept = finished_.find(place, name)) {
      take(*kept);
      Buffer<T> deviation = A_.vector();
      finished_.read(place, name, deviation);
      add(std::move(deviation));
      return true;
    }
    Problem problem = shifted_;
    problem.shift = shift;
    Solver solver(problem,
                  in_.settings.solver == "multigrid" ? Preconditioning::multigrid : Preconditioning::jacobi,
                  A_.octets());
    solver.start_from(nearest(shift));
    const double tolerance = std::min(in_.settings.tolerance, tolerance_of_shifts);
    const std::int64_t limit = in_.settings.max_iterations;
    if (finished_.keeper()) solver.keep_with(finished_, name);
    if (!solver.is_past<T>(tolerance)) solver.minimise<T>(tolerance, limit, observer());
    if (!solver.solution().reached && sizeof(T) == 4 && solver.solution().why != StopReason::interrupted)
      solver.minimise<double>(tolerance, limit, observer());
    take({solver.solution(), {last_bounds.begin(), last_bounds.end()}});
    // Of one that is ended and goes on in another run nothing is taken: it has other bits.
    if (!last.reached || (last.why == StopReason::interrupted && in_.keeper)) return false;
    last_bounds = {last.bounds.lower, last.bounds.upper};
    if (own_.share() && is_answer) {
      const OwnConductivities::Enclosed own = own_.enclose(last_bounds, solver.potential(), shifted_.sides,
                                                           shifted_.unit_axis, {reacts_, 0, shift});
      last_bounds = {own.lower, own.upper};
    }
    add(solver.deviation<T>());
    keep(place, name, {last, {last_bounds.begin(), last_bounds.end()}});
    return true;
  }

  const Projection& projection() const { return projection_; }
  Solution last;
  std::array<double, 2> last_bounds{};  // of Y
  std::int64_t iterations = 0;
  int solves = 0;

 private:
  void add(AtRest at_rest) {
    Buffer<T> psi = at_rest.solver ? at_rest.solver->template deviation<T>() : A_.vector();
    if (!at_rest.solver) finished_.read(AtRest::place, AtRest::name, psi);
    const bool is_new = at_rest.solver != nullptr;
    at_rest.solver.reset();  // its memory
    add(std::move(psi));
    if (is_new && at_rest.found.solution.why != StopReason::interrupted)
      keep(AtRest::place, AtRest::name, at_rest.found);
  }
  void take(const FoundSolve& found) {
    last = found.solution;
    last_bounds = {found.more[0], found.more[1]};
    iterations += last.iterations;
  }
  /// Of the vector that was added last.
  void keep(int place, const std::string& name, const FoundSolve& found) {
    const Buffer<T>& v = basis_.back();
    finished_.add(place, name, found, v.device(),
                  std::as_bytes(std::span(v.data(), static_cast<std::size_t>(v.size()))));
  }
  /// The sum of the potentials there are that is nearest to phi - 1.
  Buffer<T> nearest(double shift) const {
    Buffer<T> sum = A_.vector();
    sum.zero();
    const std::vector<double> factor = projection_.nearest(shift);
    for (std::size_t i = 0; i < basis_.size(); ++i) add_scaled(sum, factor[i], basis_[i]);
    return sum;
  }
  IterationObserver observer() {
    return [this](std::int64_t k, double estimate) {
      if (in_.deadline && Clock::now() > *in_.deadline) return false;
      if (progress_ && (in_.settings.solver != "jacobi" || k % 10 == 0))
        progress_("impedance", static_cast<double>(solves - 1) / shifts,
                  fmt::format("iteration {}, error {:.1e}", k, estimate));
      return true;
    };
  }

  const StudyInput& in_;
  const OwnConductivities& own_;
  const std::vector<std::uint8_t>& reacts_;
  const Progress& progress_;
  Problem shifted_;
  TransportOperator<T> A_;  // with a shift of 1
  std::vector<Buffer<T>> basis_;
  Projection projection_;
  FinishedSolves finished_;  // what waits there is in the basis
};

/// What is asked for, in units of a voxel.
struct Asked {
  double characteristic = 0;               // omega_0 C h / sigma
  double transfer = 0;                     // h / (sigma R)
  std::optional<double> to_hertz, to_ohm;  // of omega_0; of an impedance times the area of the volume

  Asked(const StudySettings& s, const ElectrodeResult& found, const ElectrodeUnits& units,
        const std::optional<double>& conductivity)
      : characteristic(found.connected_mean * units.columns / (found.area * units.cells)) {
    if (!units.edge || !conductivity) return;
    const double unit = *units.edge / *conductivity;  // ohm m2
    to_ohm = units.columns * unit;
    if (s.charge_transfer_resistance) transfer = unit / *s.charge_transfer_resistance;
    if (s.double_layer) to_hertz = characteristic / (unit * *s.double_layer * 2 * std::numbers::pi);
  }
};

std::vector<double> on_logarithmic_scale(double first, double last, int count) {
  std::vector<double> values;
  for (int k = 0; k < count; ++k) values.push_back(first * std::pow(last / first, k / (count - 1.0)));
  return values;
}

/// What Z changes by without one of the two nearest shifts, and what the solves leave open.
double error_of(const std::complex<double>& Z, const std::complex<double>& s,
                const std::vector<double>& shift_of, const std::vector<PoleSum>& without) {
  std::vector<std::size_t> nearest(shift_of.size());
  std::iota(nearest.begin(), nearest.end(), std::size_t{0});
  const auto distance = [&](std::size_t j) { return std::abs(std::log(shift_of[j] / std::abs(s))); };
  std::sort(nearest.begin(), nearest.end(),
            [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
  double most = 0;
  for (const std::size_t j : {nearest[0], nearest[1]})
    most = std::max(most, std::abs(1.0 / (Z * without[j].admittance(s)) - 1.0));
  return most + error_of_solves;
}

/// @param first_of_shifts its place in the projection
/// @param classes bound on what classes change Z by, over its real part (impedance.hpp)
Curve curve_of(const Projection& projection, const std::vector<double>& shift_of, std::size_t first_of_shifts,
               double classes, const Asked& asked) {
  const double middle = asked.characteristic * std::sqrt(first_shift * last_shift);
  const PoleSum all = projection.poles(middle);
  std::vector<PoleSum> without;
  for (std::size_t j = 0; j < shift_of.size(); ++j)
    without.push_back(projection.poles(middle, first_of_shifts + j));
  Curve curve{"impedance", {"omega_over_omega_0", "re", "im", "error_estimate"}, {}};
  if (asked.to_ohm) curve.columns.insert(curve.columns.end(), {"re_ohm_m2", "im_ohm_m2"});
  if (asked.to_hertz) curve.columns.emplace_back("frequency_hz");
  curve.values.resize(curve.columns.size());
  curve.in_json = true;
  for (const double frequency : on_logarithmic_scale(first_frequency, last_frequency, frequencies)) {
    const std::complex<double> s(asked.transfer, frequency * asked.characteristic);
    const std::complex<double> Z = 1.0 / all.admittance(s);
    const double error = error_of(Z, s, shift_of, without) + classes * Z.real() / std::abs(Z);
    std::vector<double> row{frequency, Z.real(), Z.imag(), error};
    if (asked.to_ohm) row.insert(row.end(), {Z.real() * *asked.to_ohm, Z.imag() * *asked.to_ohm});
    if (asked.to_hertz) row.push_back(frequency * *asked.to_hertz);
    for (std::size_t k = 0; k < row.size(); ++k) curve.values[k].push_back(row[k]);
  }
  return curve;
}

void tell(const Asked& asked, std::int64_t iterations, int solves, Spectrum& spectrum) {
  spectrum.notices.push_back(
      fmt::format("impedance in h/(sigma a), h the edge of a voxel along the thickness and a its face across "
                  "it{}; omega_0 = eps_c sigma/(a_r C L^2) = {:.6g} sigma/(C h){}, of what is joined to the "
                  "separator; {} solves, {} iterations",
                  asked.to_ohm ? ", and times the area in ohm m2" : "", asked.characteristic,
                  asked.to_hertz ? fmt::format(", {:.4g} Hz", *asked.to_hertz) : "", solves, iterations));
  if (const double end = 1 / asked.characteristic; end < last_frequency)
    spectrum.warnings.push_back(
        fmt::format("above omega/omega_0 = {:.3g} a voxel is thicker than what the current penetrates: the "
                    "impedance there is that of the voxels, not of the pore",
                    end));
}

template <class T>
Spectrum found_by(const StudyInput& in, const Problem& steady, const Reacting& reacting, AtRest at_rest,
                  const Asked& asked, const OwnConductivities& own, const Progress& progress) {
  Spectrum spectrum;
  SpectrumSolves<T> solves(in, steady, reacting, own, std::move(at_rest), progress);
  const auto solved = [&](const std::string& name, double shift, bool is_answer) {
    if (solves.solve(name, shift, is_answer)) return true;
    spectrum.why_none =
        fmt::format("no impedance: the solve at {:.3g} omega_0 {}", shift / asked.characteristic,
                    why_not_reached(solves.last, std::min(in.settings.tolerance, tolerance_of_shifts),
                                    in.settings.max_iterations));
    return false;
  };
  std::size_t first_of_shifts = 2;
  if (asked.transfer > 0) {
    if (!solved("the impedance at zero frequency", asked.transfer, true)) return spectrum;
    const auto [lower, upper] = solves.last_bounds;
    spectrum.direct = 1 / (lower + (upper - lower) / 2);
    spectrum.direct_bounds = {1 / upper, 1 / lower};
    ++first_of_shifts;
  }
  std::vector<double> shift_of = on_logarithmic_scale(first_shift, last_shift, shifts);
  for (std::size_t k = 0; k < shift_of.size(); ++k) {
    shift_of[k] *= asked.characteristic;
    const std::string name = fmt::format("shift {} of {} of the impedance", k + 1, shifts);
    if (!solved(name, shift_of[k], false)) return spectrum;
  }
  const double classes = own.share() ? own.most_off() : 0;
  spectrum.curve = curve_of(solves.projection(), shift_of, first_of_shifts, classes, asked);
  tell(asked, solves.iterations, solves.solves, spectrum);
  return spectrum;
}

}  // namespace

void check_spectrum(const StudySettings& s, const ElectrodeUnits& units,
                    const std::optional<double>& conductivity) {
  if ((s.double_layer || s.charge_transfer_resistance) && !(units.edge && conductivity))
    throw Error(ExitCode::usage, "capacitance and resistance of the faces cannot be compared",
                s.double_layer ? "--double-layer" : "--charge-transfer-resistance",
                units.edge ? "the conductivity is not known in S/m" : "the size of a voxel is not known",
                units.edge ? "give --electrolyte, or --unit S/m and --conductivity" : "give --voxel-size");
}

Spectrum find_spectrum(const StudyInput& in, const Problem& steady, const Reacting& reacting, AtRest at_rest,
                       const ElectrodeResult& found, const ElectrodeUnits& units,
                       const std::optional<double>& conductivity, const OwnConductivities& own,
                       const Progress& progress) {
  const Asked asked(in.settings, found, units, conductivity);
  if (in.settings.precision == "double")
    return found_by<double>(in, steady, reacting, std::move(at_rest), asked, own, progress);
  return found_by<float>(in, steady, reacting, std::move(at_rest), asked, own, progress);
}

}  // namespace tauvox
