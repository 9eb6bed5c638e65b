#include "host/app/reader_memory.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tauvox {

int make_shared_memory() { return ::memfd_create("tauvox codes", MFD_CLOEXEC); }

template <class Code>
std::optional<LabelArray<Code>> map_codes(int file, std::int64_t count, bool grow) {
  const auto size = static_cast<std::size_t>(count);
  const std::size_t bytes = size * sizeof(Code);
  struct stat status {};
  if (grow && ::ftruncate(file, static_cast<off_t>(bytes)) != 0)
    return std::nullopt;  // ulimit -f counts here too
  if (::fstat(file, &status) != 0 || static_cast<std::size_t>(status.st_size) != bytes) return std::nullopt;
  void* memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | (grow ? 0 : MAP_POPULATE), file, 0);
  if (memory == MAP_FAILED) return std::nullopt;
  const std::shared_ptr<void> held(memory, [bytes](void* mapped) { ::munmap(mapped, bytes); });
  return LabelArray<Code>(std::span<Code>(static_cast<Code*>(memory), size), held);
}

template std::optional<LabelArray<std::uint8_t>> map_codes(int, std::int64_t, bool);
template std::optional<LabelArray<std::uint16_t>> map_codes(int, std::int64_t, bool);

}  // namespace tauvox
