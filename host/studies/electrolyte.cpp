// effective_transport of what an electrolyte fills: its conductivity and salt diffusivity in the volume.
#include "host/studies/electrolytes.hpp"
#include "host/studies/study.hpp"

namespace tauvox {
namespace {

Report electrolyte(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  electrolyte_of(in.settings);
  StudyInput transport = in;
  if (in.finished)
    transport.finished = [&](Result result) {
      add_electrolyte(result, in.settings);
      in.finished(result);
    };
  Report report = effective_transport(transport, sink, progress);
  for (Result& result : report.results) add_electrolyte(result, in.settings);
  return report;
}

}  // namespace

Study electrolyte_study() {
  return {.name = "electrolyte",
          .meaning = "effective_transport with the conductivity and salt diffusivity of an electrolyte",
          .quantities = electrolyte_quantities(),
          .run = electrolyte,
          .extends = "effective_transport",
          .gives_field = true};
}

}  // namespace tauvox
