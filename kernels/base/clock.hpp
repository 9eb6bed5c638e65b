// Wall time, and the time of day.
#pragma once

#include <array>
#include <chrono>
#include <ctime>
#include <string>

namespace tauvox {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// "2026-11-25T13:45:00Z"
inline std::string utc_text(std::time_t time) {
  std::array<char, 32> text{};
  std::tm parts{};
  if (!::gmtime_r(&time, &parts)) return "";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace tauvox
