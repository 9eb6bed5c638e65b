#include "host/studies/study.hpp"

namespace tauvox {

const std::vector<Study>& studies() {
  static const std::vector<Study> rows{
      {"effective_transport", "effective diffusivity or conductivity, tortuosity factor, fluxes, field",
       effective_transport},
  };
  return rows;
}

}  // namespace tauvox
