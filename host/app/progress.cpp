#include "host/app/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "host/app/console.hpp"

namespace tauvox {

ProgressPrinter::ProgressPrinter(const std::string& mode) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  mode_ = mode == "never"                ? Mode::never
          : mode == "plain"              ? Mode::plain
          : mode == "always" || terminal ? Mode::bar
                                         : Mode::plain;
}

void ProgressPrinter::operator()(const std::string& doing, double fraction, const std::string& remark) {
  if (mode_ == Mode::never) return;
  const auto now = Clock::now();
  if (doing != doing_) {
    doing_ = doing;
    start_ = shown_ = now;
    return;
  }
  const double since = std::chrono::duration<double>(now - shown_).count();
  if (since < (mode_ == Mode::bar ? 0.1 : 10.0)) return;
  shown_ = now;
  const double done = std::clamp(fraction, 0.0, 1.0),
               spent = std::chrono::duration<double>(now - start_).count();
  const std::string left =
      done > 0.02 ? fmt::format("{:.0f} s left", spent * (1 - done) / done) : "estimating";
  if (mode_ == Mode::bar) {
    const int filled = static_cast<int>(done * 24);
    erase_line();
    print_unstamped(fmt::format("{} [{:=<{}}{: <{}}] {:3.0f} %  {}  {}", doing, "", filled, "", 24 - filled,
                                100 * done, left, remark));
    visible_ = true;
  } else {
    print_note(fmt::format("{}: {:.0f} %, {:.0f} s spent, {}; {}\n", doing, 100 * done, spent, left, remark));
  }
}

void ProgressPrinter::clear() {
  if (visible_) erase_line();
  visible_ = false;
}

}  // namespace tauvox
