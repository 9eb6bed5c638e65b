// The side of the process that reads.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <new>
#include <utility>

#include "host/app/confine.hpp"
#include "host/app/describe.hpp"
#include "host/app/message.hpp"
#include "host/app/reader_descriptors.hpp"
#include "host/app/reader_memory.hpp"
#include "host/app/reader_process.hpp"
#include "io/input_file.hpp"
#include "io/other_files.hpp"
#include "io/threads.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

/// Two minutes, and as long as a slow library takes for a file of this size; a day for filters, which are
/// wanted, and where other files belong to it, whose sizes are not known yet.
std::uint64_t cpu_seconds_for(const std::string& root, const io::ReadOptions& options) {
  if (!options.filters.empty() || !options.external_files.empty()) return 24 * 3600;
  constexpr std::uint64_t least = 120, slowest = 1 << 20;  // bytes a second
  namespace fs = std::filesystem;
  std::error_code failed;
  std::uint64_t bytes = 0;
  const auto add = [&](const fs::path& path) {
    std::error_code none;
    if (fs::is_regular_file(path, none)) bytes += fs::file_size(path, none);
  };
  add(root);
  if (io::is_folder(root))
    for (fs::directory_iterator at(root, failed), end; !failed && at != end; at.increment(failed))
      add(at->path());
  return least + bytes / slowest;
}

/// What the user lets in: other files; filters, and the libraries that they may be linked to.
std::vector<std::string> allowed_besides(const io::ReadOptions& options) {
  std::vector<std::string> roots;
  if (!options.external_files.empty()) roots.push_back(options.external_files);
  if (!options.hdf5_plugins.empty())
    roots.insert(roots.end(),
                 {options.hdf5_plugins, "/lib", "/lib64", "/usr/lib", "/usr/local/lib", "/etc/ld.so.cache"});
  return roots;
}

/// Codes in the memory that the program sees too; where that cannot be so large, in that of this process.
LabelCodes shared_or_own(std::int64_t voxels, bool wide) {
  if (wide) {
    auto codes = map_codes<std::uint16_t>(reader_wide, voxels, true);
    return codes ? LabelCodes(std::move(*codes)) : io::own_memory(voxels, true);
  }
  auto codes = map_codes<std::uint8_t>(reader_narrow, voxels, true);
  return codes ? LabelCodes(std::move(*codes)) : io::own_memory(voxels, false);
}

/// Whether the codes lie in the memory that was handed over.
bool is_shared(const Volume& volume) {
  const bool wide = volume.codes.index() == 1;
  struct stat status {};
  return ::fstat(wide ? reader_wide : reader_narrow, &status) == 0 &&
         status.st_size == volume.extent.voxels() * (wide ? 2 : 1);
}

void send_volume(const Volume& volume) {
  if (volume.codes.index() == 1) (void)!::ftruncate(reader_narrow, 0);  // given up for the wide ones
  Message message = to_message(volume);
  message["sent"] = !is_shared(volume);
  if (!send(reader_socket, message) || is_shared(volume)) return;
  std::visit([](const auto& codes) { send_bytes(reader_socket, codes.data(), codes.size_bytes()); },
             volume.codes);
}

void serve() {
  const std::optional<Message> asked = receive(reader_socket);
  if (!asked) return;
  Settings settings;
  for (const Setting<Settings>& row : describe())
    if (const auto value = asked->find(row.name); value != asked->end() && !value->is_null())
      row.assign(settings, *value);
  io::set_reading_threads(settings.threads > 0 ? settings.threads : usable_processors());
  // what is wrong with the name is said while folders can be listed
  const std::string root = io::root_of_reading(settings.input);
  const std::uint64_t cpu_seconds = cpu_seconds_for(root, settings.read);
  confine(root, cpu_seconds, allowed_besides(settings.read));
  Message described = to_message(io::describe_volume(settings.input, settings.read));
  std::vector<std::string> others;
  if (!settings.read.external_files.empty()) others = io::other_files(settings.input, settings.read);
  described["other_files"] = others;
  if (!send(reader_socket, described)) return;
  const std::optional<Message> what = receive(reader_socket);
  if (!what) return;
  const auto progress = [&, is_opened = false](double fraction) mutable {
    if (!std::exchange(is_opened, true))
      confine_for_reading(cpu_seconds);  // its metadata were read once more
    send(reader_socket, Message{{"progress", fraction}});
  };
  LabelArray<std::uint8_t> counted;
  if (what->at("mask").get<bool>()) {
    struct stat status {};
    auto mapped = ::fstat(reader_counted, &status) == 0
                      ? map_codes<std::uint8_t>(reader_counted, status.st_size, false)
                      : std::nullopt;
    if (!mapped)
      throw Error(ExitCode::resources, "the mask cannot be seen by the process that reads", settings.input,
                  "", "see that memory is left");
    counted = std::move(*mapped);
  }
  send_volume(io::read_volume(settings.input, settings.read, progress, shared_or_own,
                              static_cast<io::Read>(what->at("read").get<int>()),
                              {counted.data(), counted.size()}));
}

void tell(ExitCode code, const std::string& what) {
  send(reader_socket, Message{{"error", {{"code", static_cast<int>(code)}, {"what", what}}}});
}

}  // namespace

int run_reader() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  // A terminal or a batch system sends these to all processes of a run: what is to be done is for the one
  // that asked for the file to decide, which ends this one. XCPU is of the limit that this one sets itself.
  for (const int signal : signals_to_end)
    if (signal != SIGXCPU) std::signal(signal, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  try {
    serve();
  } catch (const Error& error) {
    tell(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    tell(ExitCode::resources, "out of memory while the file was read; use --crop");
  } catch (const std::exception& error) {
    tell(ExitCode::internal, std::string("internal error: ") + error.what());
  }
  return 0;
}

}  // namespace tauvox
