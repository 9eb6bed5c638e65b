// How the reader knows a field file that write_hdf5 made. Included by io/hdf5_*.cpp only.
#pragma once

#include "io/hdf5_handle.hpp"

namespace tauvox::io::hdf5 {

inline constexpr const char* own_labels = "/label";
/// An attribute of the root: the program and what the file is.
inline constexpr const char* own_mark = "written_by";
inline constexpr const char* own_mark_value = "tauvox field file";

/// Labels and a concentration that tauvox wrote. Before there was a mark, such a file had both and
/// "converged".
inline bool is_own_field_file(hid_t file) {
  if (H5Lexists(file, own_labels, H5P_DEFAULT) <= 0) return false;
  H5L_info_t link;
  if (H5Lget_info(file, own_labels, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) return false;
  if (H5Aexists(file, own_mark) > 0) {
    const Attribute mark(H5Aopen(file, own_mark, H5P_DEFAULT));
    const Datatype type(H5Aget_type(mark));
    std::string text(H5Tget_size(type), '\0');
    const bool fixed = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && text.size() < 256;
    return fixed && H5Aread(mark, type, text.data()) >= 0 && text.c_str() == std::string(own_mark_value);
  }
  return H5Aexists(file, "converged") > 0 && H5Lexists(file, "/concentration", H5P_DEFAULT) > 0;
}

}  // namespace tauvox::io::hdf5
