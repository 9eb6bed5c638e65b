#include "host/report/build_id.hpp"

#include "host/report/sources.hpp"  // made by sources.cmake at each build

namespace tauvox {

std::string build_id() { return TAUVOX_VERSION " (sources " TAUVOX_SOURCES ")"; }

}  // namespace tauvox
