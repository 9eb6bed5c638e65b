#include "host/batch/in_threads.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "kernels/base/process.hpp"

namespace tauvox {

void in_threads(std::size_t count, const std::function<void(std::size_t)>& act) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) act(i);
  };
  std::vector<std::jthread> others(startable_threads(usable_processors()) - 1);
  for (std::jthread& other : others) other = std::jthread(work);
  work();
}

}  // namespace tauvox
