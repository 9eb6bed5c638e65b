#include "host/studies/wrapped.hpp"

#include "host/studies/percolating.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {

Wrapped find_wrapped(const Codes& codes, const Materials& materials) {
  const Runs runs(unknowns_of(codes, conducting_codes(materials)));
  const Clusters open = find_clusters(runs);
  const Wrapping found = find_wrapping(runs, open);
  Wrapped wrapped;
  wrapped.open_clusters = open.count();
  wrapped.windings = found.windings;
  for (std::size_t k = 0; k < found.wraps.size(); ++k)
    if (found.wraps[k]) wrapped.voxels += open.voxels[k];
  if (wrapped.voxels > 0) wrapped.unknowns = std::make_shared<Unknowns>(voxels_of(runs, open, found.wraps));
  return wrapped;
}

Problem problem_of(const Wrapped& wrapped, std::shared_ptr<const Codes> codes, const Materials& materials,
                   const std::array<double, 3>& spacing) {
  Problem problem;
  problem.unknowns = wrapped.unknowns;
  problem.conductivity = materials.class_conductivity;
  for (const Axis axis : all_axes) problem.sides.join(axis);
  problem.spacing = spacing;
  if (problem.one_class()) return problem;
  problem.codes = std::move(codes);
  problem.class_of_code = materials.class_of_code;
  return problem;
}

}  // namespace tauvox
