// Which axes of a stored array are z, y and x, and where along its others it is read: what the user says,
// what the file calls them, never a guess.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/read.hpp"

namespace tauvox::io {

struct AxisChoice {
  std::array<int, 3> of{-1, -1,
                        -1};  // stored axes of z, y, x; -1: one of length 1 that the array does not have
  std::vector<std::int64_t> index;  // along each stored axis; counts where that is none of them
  bool squeezed = false;            // axes of length 1 were dropped

  /// Whether the array as stored has z, y, x in this order.
  bool are_in_order() const { return of[0] < of[1] && of[1] < of[2]; }
};

/// Where z, y and x are among names; empty where one of them is missing (z may be, of a 2-D array).
std::optional<std::array<int, 3>> places_of_zyx(const std::vector<std::string>& names, bool as_2d);

/// The three axes of an array without names: all, or those left when axes of length 1 are dropped.
std::optional<AxisChoice> axes_left(const std::vector<std::uint64_t>& shape, bool as_2d);

/// @param names one for each axis, slowest first; empty where the file has none: then they are called 0, 1,
/// ...
/// @param what  "dataset", "TIFF": begins the message
/// @throws Error(usage) for --axes and --slice that do not fit; Error(input_invalid) for a choice that is not
///         made, listing the choices
AxisChoice choose_axes(std::vector<std::string> names, const std::vector<std::uint64_t>& shape,
                       const ReadOptions& options, const std::string& what, const std::string& where);

/// "axes x,y,z (--axes): 4x3x2 is turned to z,y,x"; "t=1, c=0 taken (--slice)".
std::vector<std::string> notices_of(const AxisChoice& choice, const std::vector<std::uint64_t>& shape,
                                    const ReadOptions& options);

}  // namespace tauvox::io
