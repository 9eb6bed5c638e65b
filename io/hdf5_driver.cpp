// An HDF5 virtual file driver (reference: H5FD_class_t in the HDF5 reference manual, "virtual file layer").
#include "io/hdf5_driver.hpp"

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <new>
#include <utility>

namespace tauvox::io {

namespace {

struct DriverInfo {
  int* error_number;
  int descriptor;       // to read from, not ours to close; -1: open the name
  ReadingWatch* watch;  // null for what is written
};

struct DriverFile {
  H5FD_t base;  // first: HDF5 sees this part only, and fills it
  int descriptor;
  bool is_lent;  // closed by who opened it
  int* error_number;
  ReadingWatch* watch;
  DriverInfo info;
  haddr_t end_of_addresses, end_of_file;
  dev_t device;
  ino_t inode;
};

DriverFile& ours(H5FD_t* file) { return *reinterpret_cast<DriverFile*>(file); }
const DriverFile& ours(const H5FD_t* file) { return *reinterpret_cast<const DriverFile*>(file); }

void remember(const DriverFile& file, int error_number) {
  if (*file.error_number == 0) *file.error_number = error_number;
}

/// Of the file that was lent, of another that it names, or of a file of ours by its name.
int descriptor_of(const char* name, int mode, const DriverInfo& info) {
  if (info.descriptor < 0) return ::open(name, mode);  // never creates: the pending file is there
  if (!std::exchange(info.watch->is_opened, true)) return info.descriptor;
  return info.watch->open_other ? info.watch->open_other(name) : -1;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t access, haddr_t) {
  const auto* info = static_cast<const DriverInfo*>(H5Pget_driver_info(access));
  if (info == nullptr) return nullptr;
  const bool write = (flags & H5F_ACC_RDWR) != 0;
  const int mode = (write ? O_RDWR : O_RDONLY) | ((flags & H5F_ACC_TRUNC) != 0 ? O_TRUNC : 0) | O_CLOEXEC;
  const bool is_lent = info->descriptor >= 0;
  if (is_lent && write) return nullptr;
  const int descriptor = descriptor_of(name, mode, *info);
  struct stat status {};
  const bool known = descriptor >= 0 && ::fstat(descriptor, &status) == 0;
  if (!known && (!is_lent || descriptor >= 0)) *info->error_number = errno;
  auto* file = known ? new (std::nothrow) DriverFile{} : nullptr;
  if (file == nullptr) {
    if (descriptor >= 0 && !is_lent) ::close(descriptor);
    return nullptr;
  }
  file->descriptor = descriptor;
  file->is_lent = is_lent;
  file->error_number = info->error_number;
  file->watch = info->watch;
  file->info = *info;
  file->end_of_file = static_cast<haddr_t>(status.st_size);
  file->device = status.st_dev;
  file->inode = status.st_ino;
  return &file->base;
}

herr_t close_file(H5FD_t* base) {
  DriverFile& file = ours(base);
  // HDF5 keeps a file whose driver fails to close, and falls over it when the program ends.
  if (!file.is_lent && ::close(file.descriptor) != 0) remember(file, errno);
  delete &file;
  return 0;
}

/// For the files that this one names, which HDF5 opens as it. HDF5 frees it.
void* info_of_file(H5FD_t* base) {
  auto* copy = static_cast<DriverInfo*>(std::malloc(sizeof(DriverInfo)));
  if (copy != nullptr) *copy = ours(base).info;
  return copy;
}

int compare_files(const H5FD_t* left, const H5FD_t* right) {
  const DriverFile &a = ours(left), &b = ours(right);
  if (a.device != b.device) return a.device < b.device ? -1 : 1;
  return a.inode == b.inode ? 0 : a.inode < b.inode ? -1 : 1;
}

herr_t features(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr)
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t end_of_addresses(const H5FD_t* file, H5FD_mem_t) { return ours(file).end_of_addresses; }
herr_t set_end_of_addresses(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  ours(file).end_of_addresses = end;
  return 0;
}
haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) { return ours(file).end_of_file; }

std::uint64_t length_at(const unsigned char* bytes) {
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | bytes[i];
  return length;
}

/// A global heap (strings of attributes) with an object that has no length or ends beyond it: HDF5 1.10 loops
/// for ever, or reads beyond its memory.
bool is_damaged_heap(const unsigned char* bytes, std::size_t count) {
  constexpr std::size_t head = 16;
  if (count < head || std::memcmp(bytes, "GCOL\1", 5) != 0) return false;
  const std::uint64_t size = length_at(bytes + 8);
  if (size > count) return false;  // HDF5 will read all of it next
  for (std::uint64_t at = head; at + head <= size;) {
    const std::uint64_t length = length_at(bytes + at + 8), left = size - at;
    const bool is_free = bytes[at] == 0 && bytes[at + 1] == 0;  // its length counts its head
    if (length > left || (is_free && length < head)) return true;
    const std::uint64_t step = is_free ? length : head + (length + 7) / 8 * 8;
    if (step > left) return true;
    at += step;
  }
  return false;
}

herr_t read_bytes(H5FD_t* base, H5FD_mem_t kind, hid_t, haddr_t address, std::size_t count, void* buffer) {
  const DriverFile& file = ours(base);
  if (kind == H5FD_MEM_DRAW && file.watch != nullptr) {
    file.watch->last_raw_bytes = count;
    if (count > file.watch->most_raw_bytes) return -1;
  }
  const std::size_t wanted = count;
  auto* next = static_cast<char*>(buffer);
  while (count > 0) {
    const ssize_t got = ::pread(file.descriptor, next, count, static_cast<off_t>(address));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      remember(file, errno);
      return -1;
    }
    if (got == 0) {  // beyond the end HDF5 expects zeros
      std::memset(next, 0, count);
      break;
    }
    next += got;
    address += static_cast<haddr_t>(got);
    count -= static_cast<std::size_t>(got);
  }
  if (kind == H5FD_MEM_DRAW && file.watch != nullptr && file.watch->has_lengths_of_8_bytes &&
      is_damaged_heap(static_cast<const unsigned char*>(buffer), wanted))
    return -1;
  return 0;
}

herr_t write_bytes(H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, std::size_t count, const void* buffer) {
  DriverFile& file = ours(base);
  const auto* next = static_cast<const char*>(buffer);
  while (count > 0 && *file.error_number == 0) {
    const ssize_t written = ::pwrite(file.descriptor, next, count, static_cast<off_t>(address));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      remember(file, written == 0 ? ENOSPC : errno);
      break;
    }
    next += written;
    address += static_cast<haddr_t>(written);
    count -= static_cast<std::size_t>(written);
  }
  file.end_of_file = std::max(file.end_of_file, address + count);
  return 0;
}

herr_t truncate_file(H5FD_t* base, hid_t, hbool_t) {
  DriverFile& file = ours(base);
  if (file.end_of_addresses == file.end_of_file) return 0;
  if (*file.error_number == 0 && ::ftruncate(file.descriptor, static_cast<off_t>(file.end_of_addresses)) != 0)
    remember(file, errno);
  file.end_of_file = file.end_of_addresses;
  return 0;
}

/// As HDF5's own driver does, so that a file that another program writes to is noticed. A file system without
/// locks is no reason to stop.
herr_t lock_file(H5FD_t* base, hbool_t) {
  if (::flock(ours(base).descriptor, LOCK_SH | LOCK_NB) == 0) return 0;
  return errno == EWOULDBLOCK ? -1 : 0;
}
herr_t unlock_file(H5FD_t* base) {
  (void)::flock(ours(base).descriptor, LOCK_UN);
  return 0;
}

H5FD_class_t make_driver(bool reads_lent_files) {
  H5FD_class_t driver{};
#if H5_VERSION_GE(1, 13, 2)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(
      reads_lent_files ? 601 : 600);  // 512 and above: not registered with the HDF Group
#endif
  driver.name = reads_lent_files ? "tauvox_read" : "tauvox";
  driver.maxaddr = static_cast<haddr_t>(std::numeric_limits<off_t>::max());
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(DriverInfo);  // copied by memcpy
  driver.fapl_get = info_of_file;
  driver.open = open_file;
  driver.close = close_file;
  driver.cmp = compare_files;
  driver.query = features;
  driver.get_eoa = end_of_addresses;
  driver.set_eoa = set_end_of_addresses;
  driver.get_eof = end_of_file;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate_file;
  if (reads_lent_files) {
    driver.lock = lock_file;
    driver.unlock = unlock_file;
  }
  constexpr H5FD_mem_t map[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(map), std::end(map), std::begin(driver.fl_map));
  return driver;
}

/// Registered for good: closing a file, HDF5 lets go of the driver first and calls it then.
herr_t use(hid_t driver, hid_t access, const DriverInfo& info) {
  return driver < 0 ? -1 : H5Pset_driver(access, driver, &info);
}

}  // namespace

herr_t use_careful_driver(hid_t access, int* error_number) {
  static const H5FD_class_t driver = make_driver(false);
  static const hid_t registered = H5FDregister(&driver);
  return use(registered, access, {error_number, -1, nullptr});
}

herr_t use_reading_driver(hid_t access, int descriptor, ReadingWatch* watch) {
  static const H5FD_class_t driver = make_driver(true);
  static const hid_t registered = H5FDregister(&driver);
  return use(registered, access, {&watch->error_number, descriptor, watch});
}

}  // namespace tauvox::io
