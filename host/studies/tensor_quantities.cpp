// The rows of the tensor, and what fills them.
#include "host/studies/tensor_quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tauvox {
namespace {

/// An entry by its position, and as names end: "zy".
struct Entry {
  std::size_t i, j;
  std::string name() const { return std::string(axis_name(all_axes[i])) + axis_name(all_axes[j]); }
  bool diagonal() const { return i == j; }
};
constexpr std::array<Entry, 6> entries{{{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}}};

constexpr double none = -std::numeric_limits<double>::infinity();

/// A value with the rows of its unit, of SI, and of nothing.
void add_entry(QuantityDefinitions& rows, Entry entry) {
  const std::string ij = entry.name(), symbol = "{D}_" + ij;
  const double least = entry.diagonal() ? 0 : none;
  const std::string meaning =
      entry.diagonal()
          ? fmt::format(
                "D_{0}/D0, entry of the tensor over the largest value of a phase: mean flux along {1} of a "
                "gradient of 1 along {1} in the volume repeated without end (opposite sides joined), by the "
                "energy, sum over faces of g (du)^2 / voxels; 0 where no path comes back to itself along "
                "{1}. Sides of a cut image do not match, so it is not effective_ratio, which is between "
                "plates.",
                ij, axis_name(all_axes[entry.i]))
          : fmt::format(
                "D_{0}/D0 = D_{1}/D0, entry of the tensor, by the energies E of gradients: 2 D_{0} = "
                "E(a e_{2} + e_{3}/a) - a^2 D_{2}{2} - D_{3}{3}/a^2 with a^4 = D_{3}{3}/D_{2}{2}.",
                ij, std::string(ij.rbegin(), ij.rend()), ij[0], ij[1]);
  rows.push_back({.name = "effective_ratio_" + ij,
                  .title = "relative {property} " + ij,
                  .symbol = symbol + "/{D}0",
                  .definition = meaning,
                  .uncertainties = {ErrorSource::solver},
                  .bounded = true,
                  .least = least,
                  .known = Known::with_result});
}

void add_values(QuantityDefinitions& rows, Entry entry) {
  const std::string ij = entry.name();
  const double least = entry.diagonal() ? 0 : none;
  rows.push_back(
      {.name = "effective_value_" + ij,
       .title = "{property} " + ij,
       .symbol = "{D}_" + ij,
       .unit = given_unit,
       .definition = fmt::format("effective_ratio_{} x largest value of a phase, in the unit given.", ij),
       .uncertainties = {ErrorSource::solver},
       .bounded = true,
       .least = least,
       .known = Known::with_result});
}

void add_si_values(QuantityDefinitions& rows, Entry entry) {
  const std::string ij = entry.name();
  rows.push_back(
      {.name = "effective_value_si_" + ij,
       .title = "{property} in SI, " + ij,
       .symbol = "{D}_" + ij,
       .unit = si_unit,
       .definition = fmt::format("effective_value_{} in m2/s, S/m or W/(m K); undefined where the unit is "
                                 "none of that kind.",
                                 ij),
       .uncertainties = {ErrorSource::solver},
       .bounded = true,
       .least = entry.diagonal() ? 0 : none,
       .in_text = false});
}

void add_tortuosity(QuantityDefinitions& rows, Axis axis) {
  const char* i = axis_name(axis);
  rows.push_back(
      {.name = fmt::format("tortuosity_factor_{0}{0}", i),
       .title = fmt::format("tortuosity factor {0}{0}", i),
       .symbol = fmt::format("tau_{0}{0}", i),
       .definition = fmt::format("(sum over phases of volume fraction x D) / D_{0}{0} over all voxels, of "
                                 "the volume repeated without end; infinite without a path along {0}.",
                                 i),
       .uncertainties = {ErrorSource::solver},
       .bounded = true,
       .least = 0,
       .known = Known::along_paths});
}

void add_principal(QuantityDefinitions& rows, int k) {
  rows.push_back(
      {.name = fmt::format("principal_ratio_{}", k),
       .title = fmt::format("principal value {}", k),
       .symbol = fmt::format("{{D}}_{}/{{D}}0", k),
       .definition = fmt::format(
           "Principal value (eigenvalue) {} of the tensor over the largest value of a phase, the largest "
           "first; exactly 0 across all directions with a path.",
           k),
       .uncertainties = {ErrorSource::solver},
       .bounded = true,
       .least = 0,
       .known = Known::with_result});
  rows.push_back(
      {.name = fmt::format("principal_value_{}", k),
       .title = "the same in the unit given",
       .symbol = fmt::format("{{D}}_{}", k),
       .unit = given_unit,
       .definition = fmt::format("principal_ratio_{} x largest value of a phase, in the unit given.", k),
       .uncertainties = {ErrorSource::solver},
       .bounded = true,
       .least = 0,
       .known = Known::with_result});
  for (const Axis axis : all_axes)
    rows.push_back(
        {.name = fmt::format("principal_direction_{}_{}", k, axis_name(axis)),
         .title = fmt::format("its direction, along {}", axis_name(axis)),
         .symbol = fmt::format("e_{}{}", k, axis_name(axis)),
         .definition = fmt::format(
             "Part along {} of the unit vector of principal value {}; its largest part is positive. "
             "Undefined where the bounds do not tell another principal value apart from this one.",
             axis_name(axis), k),
         .uncertainties = {ErrorSource::solver},
         .least = -1.000001,
         .most = 1.000001,
         .in_text = false});
}

/// The value in the middle of its bounds.
Quantity between(const std::string& name, double lower, double upper, double value) {
  Quantity q{name, value};
  q.uncertainties = {{ErrorSource::solver, std::max(value - lower, upper - value), true}};
  q.bounds = {lower, upper};
  return q;
}
Quantity between(const std::string& name, const Bounds& b) {
  return between(name, b.lower, b.upper, b.middle());
}

/// In another unit; f of `derived` would need positive numbers.
Quantity scaled(const std::string& name, const Bounds& b, double factor) {
  return between(name, {b.lower * factor, b.upper * factor});
}

Quantity infinite(const std::string& name) {
  Quantity q{name, {}};
  q.infinite = true;
  return q;
}

/// a / b of bounds above 0.
Quantity quotient(const std::string& name, const Bounds& a, const Bounds& b) {
  if (!(b.upper > 0)) return a.upper > 0 ? infinite(name) : Quantity{name, {}};
  if (!(b.lower > 0)) return {name, {}};
  return between(name, a.lower / b.upper, a.upper / b.lower, a.middle() / b.middle());
}

class TensorQuantities {
 public:
  TensorQuantities(const TensorResult& found, const Materials& materials, const Extent& extent,
                   const std::array<double, 3>& spacing, Axis through)
      : found_(found), materials_(materials), extent_(extent), spacing_(spacing), through_(through) {
    result_.study = "tensor";
    result_.status = found.status;
    result_.reason = found.reason;
    result_.percolates = found.windings.rank() > 0;
    result_.solver = found.solver;
    result_.stages = found.stages;
    result_.seconds = found.seconds;
  }
  Result result() {
    const bool stands = found_.status == Status::converged || found_.status == Status::not_percolating;
    if (stands)
      numbers();
    else
      for (const QuantityDefinition& row : tensor_quantities())
        if (row.known != Known::not_converged) result_.quantities.push_back({row.name, {}});
    if (found_.status == Status::not_converged)
      for (const Entry& entry : entries)  // directions that were not come to have none
        if (std::isfinite(of(entry).middle())) add(between("best_estimate_" + entry.name(), of(entry)));
    counted();
    remarks(stands);
    return std::move(result_);
  }

 private:
  const Bounds& of(Entry entry) const { return found_.tensor[entry.i][entry.j]; }
  const Bounds& along(Axis axis) const {
    return found_.tensor[static_cast<std::size_t>(axis)][static_cast<std::size_t>(axis)];
  }
  void add(Quantity q) { result_.quantities.push_back(std::move(q)); }

  void numbers() {
    const double largest = materials_.largest;
    for (const Entry& entry : entries) add(between("effective_ratio_" + entry.name(), of(entry)));
    for (const Entry& entry : entries) add(scaled("effective_value_" + entry.name(), of(entry), largest));
    for (const Entry& entry : entries) {
      const std::string name = "effective_value_si_" + entry.name();
      add(materials_.to_si ? scaled(name, of(entry), largest * *materials_.to_si) : Quantity{name, {}});
    }
    for (const Axis axis : all_axes)
      add(quotient(fmt::format("tortuosity_factor_{0}{0}", axis_name(axis)), {found_.mean, found_.mean},
                   along(axis)));
    principal();
    Bounds in_plane;
    for (const Axis axis : all_axes)
      if (axis != through_) {
        in_plane.lower += along(axis).lower / 2;
        in_plane.upper += along(axis).upper / 2;
      }
    add(quotient("in_plane_over_through_plane", in_plane, along(through_)));
  }

  void principal() {
    const std::vector<Vector3> range = orthonormal(directions_of_paths());
    values_ = principal_values(found_.tensor, range);
    const auto bounds = [](const PrincipalValue& v) {
      return Bounds{std::max(0.0, v.value - v.half_width), v.value + v.half_width};
    };
    for (std::size_t k = 0; k < 3; ++k) {
      const PrincipalValue& v = values_[k];
      const Bounds b = bounds(v);
      const double largest = materials_.largest;
      add(between(fmt::format("principal_ratio_{}", k + 1), b.lower, b.upper, v.value));
      add(between(fmt::format("principal_value_{}", k + 1), b.lower * largest, b.upper * largest,
                  v.value * largest));
      for (std::size_t i = 0; i < 3; ++i) {
        Quantity part{fmt::format("principal_direction_{}_{}", k + 1, axis_name(all_axes[i])), {}};
        if (v.direction) {
          part.value = (*v.direction)[i];
          // A chord is at most the root of 2 times the sine.
          part.uncertainties = {{ErrorSource::solver, std::sqrt(2) * v.sine + 1e-15, true}};
        }
        add(part);
      }
    }
    add(quotient("anisotropy", bounds(values_[0]), bounds(values_[2])));
  }
  /// Winding vectors in space.
  std::vector<Vector3> directions_of_paths() const {
    std::vector<Vector3> paths;
    for (const Winding& w : found_.windings.independent()) {
      Vector3& path = paths.emplace_back();
      for (std::size_t i = 0; i < 3; ++i)
        path[i] = static_cast<double>(w[i] * extent_.along(all_axes[i])) * spacing_[i];
    }
    return paths;
  }

  /// What is known whatever became of the solve.
  void counted() {
    std::erase_if(result_.quantities, [](const Quantity& q) {
      return q.name == "path_directions" || q.name == "wrapping_volume_fraction" ||
             q.name == "volume_fraction";
    });
    add({"path_directions", static_cast<double>(found_.windings.rank())});
    add({"volume_fraction", materials_.volume_fraction});
    add({"wrapping_volume_fraction", found_.wrapping_volume_fraction});
  }

  void remarks(bool stands) {
    if (!stands) return;
    std::vector<std::string>& out = result_.remarks;
    if (!found_.remark.empty()) out.push_back(found_.remark);
    const std::size_t rank = found_.windings.rank();
    if (rank > 0) say_directions(out);
    if (rank > 0 && rank < 3) {
      std::string blocked;
      for (const Axis axis : all_axes)
        if (!found_.windings.reach(axis))
          blocked += std::string(blocked.empty() ? "" : " and ") + axis_name(axis);
      out.push_back(
          fmt::format("paths come back to themselves in {} of 3 directions of space: {} exactly 0{}", rank,
                      rank == 2 ? "one principal value is" : "two principal values are",
                      blocked.empty() ? "" : fmt::format(", and so is every entry along {}", blocked)));
    }
    for (const Axis axis : all_axes)
      if (extent_.along(axis) == 1)
        out.push_back(fmt::format("the volume is one voxel long along {0}: {0}{0} is the mean of that layer",
                                  axis_name(axis)));
    out.push_back(fmt::format("through-plane is {} (--thickness)", axis_name(through_)));
    out.push_back(
        "periodic: the volume is taken as repeated without end, its opposite sides joined; those of a cut "
        "image do not match, which cuts paths");
    out.push_back(
        "the diagonal therefore differs from effective_transport, which is between plates; of a mirrored "
        "volume both are the same");
  }
  /// With four digits, without a sign before zero.
  static double shown(double part) { return std::round(part * 1e4) / 1e4 + 0.0; }
  void say_directions(std::vector<std::string>& out) const {
    for (std::size_t k = 0; k < 3; ++k) {
      const PrincipalValue& v = values_[k];
      if (v.direction)
        out.push_back(fmt::format(
            "direction of principal value {} (z, y, x): {:.4f}, {:.4f}, {:.4f}{}", k + 1,
            shown((*v.direction)[0]), shown((*v.direction)[1]), shown((*v.direction)[2]),
            v.sine > 1e-3 ? fmt::format(", within {:.2g} degrees by the bounds", std::asin(v.sine) * 57.2958)
                          : ""));
      else
        out.push_back(
            fmt::format("principal value {} is not told apart from another one: it has no direction of its "
                        "own within the bounds",
                        k + 1));
    }
  }

  const TensorResult& found_;
  const Materials& materials_;
  const Extent extent_;
  const std::array<double, 3> spacing_;
  const Axis through_;
  std::array<PrincipalValue, 3> values_;
  Result result_;
};

}  // namespace

QuantityDefinitions tensor_quantities() {
  QuantityDefinitions rows;
  for (const Entry& entry : entries) add_entry(rows, entry);
  for (const Entry& entry : entries) add_values(rows, entry);
  for (const Entry& entry : entries) add_si_values(rows, entry);
  for (const Axis axis : all_axes) add_tortuosity(rows, axis);
  for (const int k : {1, 2, 3}) add_principal(rows, k);
  rows.push_back({.name = "anisotropy",
                  .title = "largest over smallest",
                  .symbol = "{D}_1/{D}_3",
                  .definition = "Largest over smallest principal value; infinite where that is 0.",
                  .uncertainties = {ErrorSource::solver},
                  .bounded = true,
                  .least = 0,
                  .known = Known::along_paths});
  rows.push_back({.name = "in_plane_over_through_plane",
                  .title = "in-plane over through-plane",
                  .symbol = "{D}_in/{D}_thr",
                  .definition =
                      "Mean of the two diagonal entries across the thickness (--thickness, z unless said) "
                      "over the one along it; infinite where that is 0.",
                  .uncertainties = {ErrorSource::solver},
                  .bounded = true,
                  .least = 0,
                  .known = Known::along_paths});
  rows.push_back({.name = "path_directions",
                  .title = "independent directions with a path",
                  .symbol = "r",
                  .definition =
                      "Rank of the tensor: how many independent directions have paths of face-sharing "
                      "voxels that come back to themselves across joined sides (winding vectors).",
                  .least = 0,
                  .most = 3,
                  .known = Known::always});
  rows.push_back(volume_fraction_row());
  rows.push_back(
      {.name = "wrapping_volume_fraction",
       .title = "wrapping volume fraction",
       .symbol = "eps_w",
       .definition = "Voxels in clusters with such a path over all voxels; the others carry nothing.",
       .least = 0,
       .most = 1,
       .known = Known::always});
  for (const Entry& entry : entries)
    rows.push_back(
        {.name = "best_estimate_" + entry.name(),
         .title = fmt::format("best estimate so far, {}", entry.name()),
         .symbol = "{D}_best/{D}0",
         .definition = fmt::format("effective_ratio_{} at the point where the solver stopped; not a result.",
                                   entry.name()),
         .uncertainties = {ErrorSource::solver},
         .bounded = true,
         .known = Known::not_converged,
         .in_text = false});
  for (QuantityDefinition& row : rows)
    if (row.unit == si_unit) row.needs.clear();
  return rows;
}

Result result_of(const TensorResult& found, const Materials& materials, const Extent& extent,
                 const std::array<double, 3>& spacing, Axis through) {
  return TensorQuantities(found, materials, extent, spacing, through).result();
}

}  // namespace tauvox
