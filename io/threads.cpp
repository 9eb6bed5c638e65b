#include "io/threads.hpp"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace tauvox::io {
namespace {

int threads = 1;

}  // namespace

void set_reading_threads(int count) { threads = std::max(count, 1); }
int reading_threads() { return threads; }

void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  try {
    while (others.size() + 1 < std::min(count, static_cast<std::size_t>(threads))) others.emplace_back(take);
  } catch (const std::system_error&) {  // the system gives no more: those that there are do it
  }
  take();
  for (std::thread& other : others) other.join();
}

}  // namespace tauvox::io
