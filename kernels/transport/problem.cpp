#include "kernels/transport/problem.hpp"

#include <algorithm>

namespace tauvox {

std::array<double, 3> Problem::scale() const {
  std::array<double, 3> scale;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double ratio = spacing[static_cast<std::size_t>(unit_axis)] / spacing[axis];
    scale[axis] = ratio * ratio;
  }
  return scale;
}

double Problem::least_conductance() const {
  const std::array<double, 3> s = scale();
  return *std::min_element(conductivity.begin(), conductivity.end()) * *std::min_element(s.begin(), s.end());
}

void Problem::check() const {
  const auto refuse = [](const char* what) {
    throw Error(ExitCode::internal, "this problem cannot be solved", "", what, "please report this");
  };
  if (!unknowns) refuse("it has no unknowns");
  if (!one_class() && !codes) refuse("several conductivities need the codes of the voxels");
  if (!(shift >= 0)) refuse("the shift is below zero");
  if (load && load->size() != unknowns->count()) refuse("the load has another size than the unknowns");
  if (kinds && (kinds->size() != unknowns->count() || weight_of_kind.empty() || weight_of_kind.size() > 256))
    refuse("the kinds have another size than the unknowns, or no weights");
  for (const Axis axis : all_axes) {
    if ((sides.before(axis).kind == SideKind::joined) != (sides.behind(axis).kind == SideKind::joined))
      refuse("only one of two opposite sides is joined");
    if (rise[static_cast<std::size_t>(axis)] != 0 && !sides.is_joined(axis))
      refuse("a gradient is imposed along an axis that is not joined");
  }
}

}  // namespace tauvox
