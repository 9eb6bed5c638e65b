// What the results of an evaluation are of: how many phases, along which axes, whose transport. A limit of
// something else would be open after a run of hours.
#pragma once

#include <optional>
#include <string>

#include "host/app/limits.hpp"

namespace tauvox {

struct Misfit {
  std::string why, advice;
};

/// Why no result of the run can be what the limit is of; nothing where one can.
std::optional<Misfit> misfit_of(const Limit& limit, const Limitable& of);

/// Names of phases as a part of a key: in quotation marks where TOML needs them.
std::string part_of_key(const std::string& names);

/// Whether only the transport of ions has it.
bool is_of_ions_alone(const std::string& quantity);

}  // namespace tauvox
