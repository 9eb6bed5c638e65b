// What the program hands to its reader process.
#pragma once

namespace tauvox {

inline constexpr int reader_socket = 3;                   // messages both ways
inline constexpr int reader_narrow = 4, reader_wide = 5;  // memory for codes of one byte, of two
inline constexpr int reader_counted = 6;                  // memory for which voxels count

// A sanitizer's report goes to standard error.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool keeps_standard_error = true;
#else
inline constexpr bool keeps_standard_error = false;
#endif

}  // namespace tauvox
