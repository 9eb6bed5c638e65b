// Units of length as programs write them into files.
#pragma once

#include <optional>
#include <string>

namespace tauvox::io {

/// Metres in one `unit` ("um", "micrometer", "µm", "nm", "cm", "Å", ...); empty for what is none we know.
std::optional<double> metres_in(const std::string& unit);

}  // namespace tauvox::io
