// Transport with the liquid in phases whose pores no voxel shows.
#include "host/studies/liquid.hpp"
#include "host/studies/study.hpp"

namespace tauvox {

Study effective_transport_study();  // whose effective_value all follows from

namespace {

Report porous_phases(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  StudyInput transport = in;
  if (in.finished)
    transport.finished = [&](Result result) {
      add_liquid(result, in.materials, in.materials.largest);
      in.finished(result);
    };
  Report report = effective_transport(transport, sink, progress);
  for (Result& result : report.results) add_liquid(result, in.materials, in.materials.largest);
  return report;
}

QuantityDefinitions liquid_quantities() {
  QuantityDefinition tau = effective_transport_study().quantities.front();  // for all that it may have
  tau.name = "tortuosity_factor_liquid";
  tau.title = "tortuosity factor, of the liquid";
  tau.symbol = "tau_l";
  tau.definition =
      "tau_l = D0 x liquid_volume_fraction / D_eff, D0 that of free liquid: of the liquid, also of what "
      "--phase-porosity says is in voxels of porous phases; tortuosity_factor has the mean conductivity in "
      "its place. Infinite without a path.";
  tau.most = std::numeric_limits<double>::infinity();
  tau.known = Known::maybe;
  return {{.name = "liquid_volume_fraction",
           .title = "volume fraction of the liquid",
           .symbol = "eps_l",
           .definition = "Sum over phases that conduct of volume fraction x porosity, with the porosity that "
                         "--phase-porosity gives and 1 for the others: the porosity, pores that no voxel "
                         "shows counted; volume_fraction counts voxels of porous phases as a whole.",
           .evaluated = {ErrorSource::sampling, ErrorSource::segmentation},
           .needs = {ErrorSource::sampling, ErrorSource::segmentation},
           .least = 0,
           .most = 1},
          tau};
}

}  // namespace

Study porous_phases_study() {
  return {.name = "porous_phases",
          .meaning = "effective_transport with the liquid in phases that --phase-porosity names",
          .quantities = liquid_quantities(),
          .run = porous_phases,
          .extends = "effective_transport",
          .gives_field = true};
}

}  // namespace tauvox
