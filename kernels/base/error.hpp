// The one exception type of tauvox, and the exit codes of the program.
//
// A message says what is wrong, where, why, and what to do about it:
//   what (where); why; what to do
#pragma once

#include <stdexcept>
#include <string>

namespace tauvox {

/// Exit codes of the program; every Error carries one.
enum class ExitCode : int {
  success = 0,
  usage = 2,           // command line or study file
  input_refused = 3,   // the input cannot be opened, read or trusted
  input_invalid = 4,   // readable, but its contents do not fit the request
  resources = 5,       // memory or disk, found before the work starts
  not_converged = 6,   // best value written, marked as such
  output = 7,          // an output cannot be written
  device = 8,          // the GPU, its driver, or the request for one
  internal = 9,        // a self-check failed: never trust the number
  not_decided = 10,    // limits: passed or failed on condition, or not decided
  failed_limits = 11,  // limits: failed
  incomplete = 12,     // batch: a volume has no results
  interrupted = 75,    // asked to end before it was done: the same command goes on
};

class Error : public std::runtime_error {
 public:
  /// @param what   one clause: what is wrong
  /// @param where  file, dataset, option or line; may be empty
  /// @param why    what was found instead; may be empty
  /// @param advice what the user can do, with the valid choices; may be empty
  Error(ExitCode code, const std::string& what, const std::string& where = "", const std::string& why = "",
        const std::string& advice = "")
      : std::runtime_error(what + (where.empty() ? "" : " (" + where + ")") +
                           (why.empty() ? "" : "; " + why) + (advice.empty() ? "" : "; " + advice)),
        code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace tauvox
