// Progress on standard error: a bar with the time left on a terminal, plain lines at most every 10 s in a
// log.
#pragma once

#include <string>

#include "kernels/base/clock.hpp"

namespace tauvox {

class ProgressPrinter {
 public:
  /// @param mode auto, always (bar), plain, never
  explicit ProgressPrinter(const std::string& mode);
  ~ProgressPrinter() { clear(); }
  /// @param fraction 0..1 of `doing`
  void operator()(const std::string& doing, double fraction, const std::string& remark);
  /// Removes the bar, so that other text can be printed.
  void clear();

 private:
  enum class Mode { never, plain, bar } mode_;
  std::string doing_;
  Clock::time_point start_, shown_;
  bool visible_ = false;
};

}  // namespace tauvox
