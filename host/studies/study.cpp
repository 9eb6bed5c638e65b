#include "host/studies/study.hpp"

namespace tauvox {

const std::vector<Study>& studies() {
  static const std::vector<Study> rows{
      {"effective_transport", "effective diffusivity or conductivity, tortuosity factor, fluxes, field",
       effective_transport},
  };
  return rows;
}

std::vector<std::string> study_names() {
  std::vector<std::string> names;
  for (const Study& study : studies()) names.push_back(study.name);
  return names;
}

}  // namespace tauvox
