// What the writers share with each other, and with who streams bytes of his own: errors with the system's
// reason, and a file that checks every write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "io/write.hpp"

namespace tauvox::io {

/// @throws Error(output) always: `what`, the path, and the text of errno with advice where there is some.
[[noreturn]] void throw_output(const std::string& what, const std::string& path, int error_number);

/// Of a claim: held by the one who replaces it.
inline constexpr const char* turn_ending = ".turn";

/// "." for a name without a folder.
std::string directory_of(const std::string& path);
/// The file that would be written: `path`, or what a link leads to, so that the link stays a link.
std::string output_target(const std::string& path);
/// rename that fails with EEXIST where `to` exists; 0 or errno.
int rename_to_new(const std::string& from, const std::string& to);

/// The temporary of a pending file, opened for writing from its start; every byte is accounted for.
class CheckedFile {
 public:
  explicit CheckedFile(const PendingFile& pending);  // messages name the final path
  ~CheckedFile();
  CheckedFile(const CheckedFile&) = delete;
  CheckedFile& operator=(const CheckedFile&) = delete;
  void write(const void* bytes, std::size_t count);
  std::uint64_t written() const { return written_; }
  /// Replaces bytes that were written.
  void replace(std::uint64_t offset, const std::string& bytes);
  /// Waits until what was written so far is on disk.
  void sync();
  /// Some file systems report a full disk or quota only here.
  void close();

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t written_ = 0;
};

}  // namespace tauvox::io
