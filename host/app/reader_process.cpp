// The side of the program.
#include "host/app/reader_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "host/app/describe.hpp"
#include "host/app/interruption.hpp"
#include "host/app/message.hpp"
#include "host/app/reader_descriptors.hpp"
#include "host/app/reader_memory.hpp"
#include "io/other_files.hpp"

namespace tauvox {
namespace {

/// Beyond those that the process is given, so that handing them over overwrites none.
int moved_up(int descriptor) {
  const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 16);
  ::close(descriptor);
  return moved;
}

/// What another process says of a volume, held against what it is used for: no code without a label.
template <class Code>
bool codes_are_below(const LabelArray<Code>& codes, std::size_t labels) {
  Code most = 0;
  for (const Code code : codes) most = std::max(most, code);
  return most < labels;
}

bool is_sound(const Volume& volume) {
  std::int64_t voxels = volume.outside ? volume.outside->voxels : 0;
  if (volume.labels.empty() || voxels < 0 || voxels >= volume.extent.voxels()) return false;
  for (std::size_t i = 0; i < volume.labels.size(); ++i) {
    const Label& label = volume.labels[i];
    if (label.voxels < 1 || label.voxels > volume.extent.voxels() - voxels) return false;
    if (i > 0 && label.value <= volume.labels[i - 1].value) return false;
    voxels += label.voxels;
  }
  return voxels == volume.extent.voxels() &&
         std::visit([&](const auto& codes) { return codes_are_below(codes, volume.codes_there_are()); },
                    volume.codes);
}

/// Codes that did not fit into shared memory come after the message.
template <class Code>
LabelCodes received_codes(int socket, std::int64_t count) {
  std::vector<Code> codes(static_cast<std::size_t>(count));
  if (!receive_bytes(socket, codes.data(), codes.size() * sizeof(Code))) return LabelArray<Code>();
  return codes;
}

template <class Code>
LabelCodes mapped_codes(int shared, std::int64_t count) {
  auto mapped = map_codes<Code>(shared, count, false);
  return mapped ? LabelCodes(std::move(*mapped)) : LabelCodes(LabelArray<Code>());
}

std::int64_t size_of(const LabelCodes& codes) {
  return std::visit([](const auto& c) { return static_cast<std::int64_t>(c.size()); }, codes);
}

void throw_told(const Message& message) {
  const auto told = message.find("error");
  if (told != message.end())
    throw Error(static_cast<ExitCode>(told->at("code").get<int>()), told->at("what").get<std::string>());
}

/// Settings that say what is read, by their rows: a new one needs nothing here.
Message request(const Settings& settings) {
  Message message = Message::object();
  for (const Setting<Settings>& row : describe())
    if (row.group == "Input" || row.name == "threads") message[row.name] = row.value(settings);
  return message;
}

}  // namespace

ReaderProcess::ReaderProcess(const Settings& settings) : path_(settings.input), options_(settings.read) {
  if (!settings.mask_dataset.empty() && settings.mask.empty())
    throw Error(ExitCode::usage, "a dataset of no mask", "--mask-dataset", "", "give --mask FILE as well");
  if (!start()) {
    description_ = io::describe_volume(path_, options_);  // no process can be started: better read than not
    if (!options_.external_files.empty()) other_files_ = io::other_files(path_, options_);
    return;
  }
  try {
    ask(settings);
  } catch (...) {
    end();
    throw;
  }
}

ReaderProcess::~ReaderProcess() { end(); }

void ReaderProcess::end() {
  for (int* descriptor : {&socket_, &narrow_, &wide_, &counted_}) {
    if (*descriptor >= 0) ::close(*descriptor);
    *descriptor = -1;
  }
  stop();
}

void ReaderProcess::stop() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
}

bool ReaderProcess::start() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
  socket_ = ends[0];
  const std::array given{moved_up(ends[1]), moved_up(make_shared_memory()), moved_up(make_shared_memory()),
                         moved_up(make_shared_memory())};
  narrow_ = given[1];
  wide_ = given[2];
  counted_ = given[3];
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, given[0], reader_socket);
  ::posix_spawn_file_actions_adddup2(&actions, narrow_, reader_narrow);
  ::posix_spawn_file_actions_adddup2(&actions, wide_, reader_wide);
  ::posix_spawn_file_actions_adddup2(&actions, counted_, reader_counted);
  // Libraries that crash print; what the user has to know comes as a message
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (!keeps_standard_error || standard != STDERR_FILENO)
      ::posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0);
  std::string name = "tauvox", word = reader_word;
  const std::array<char*, 3> words{name.data(), word.data(), nullptr};
  pid_t process = -1;
  const bool have_all = given[0] >= 0 && narrow_ >= 0 && wide_ >= 0 && counted_ >= 0;
  const int failed =
      have_all ? ::posix_spawn(&process, "/proc/self/exe", &actions, nullptr, words.data(), environ) : EMFILE;
  ::posix_spawn_file_actions_destroy(&actions);
  if (given[0] >= 0) ::close(given[0]);
  if (failed == 0) process_ = process;
  if (failed != 0) end();
  return failed == 0;
}

void ReaderProcess::ask(const Settings& settings) {
  send(socket_, request(settings));
  const std::optional<Message> answer = receive(socket_);
  if (!answer) refuse_end();
  throw_told(*answer);
  try {
    description_ = description_from(*answer);
    other_files_ = answer->at("other_files").get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    refuse_end();
  }
}

Volume ReaderProcess::read(const std::function<void(double)>& progress, io::Read what, const Volume* mask) {
  LabelArray<std::uint8_t> counted;
  if (mask) counted = counted_in(*mask);
  if (process_ < 0)
    return io::read_volume(path_, options_, progress, io::own_memory, what, {counted.data(), counted.size()});
  send(socket_, Message{{"read", static_cast<int>(what)}, {"mask", mask != nullptr}});
  for (;;) {
    const std::optional<Message> answer = receive(socket_);
    if (!answer) refuse_end();
    throw_told(*answer);
    try {
      if (const auto fraction = answer->find("progress"); fraction != answer->end()) {
        if (progress) progress(std::clamp(fraction->get<double>(), 0.0, 1.0));
        continue;
      }
      Volume volume = volume_from(*answer);
      const std::int64_t count = volume.extent.voxels();
      if (volume.extent.zyx() != description_.read_extent.zyx()) refuse_end();
      const bool wide = answer->at("wide").get<bool>(), sent = answer->at("sent").get<bool>();
      if (sent)
        volume.codes = wide ? received_codes<std::uint16_t>(socket_, count)
                            : received_codes<std::uint8_t>(socket_, count);
      stop();  // what is looked at from here on nobody changes any more
      if (!sent)
        volume.codes =
            wide ? mapped_codes<std::uint16_t>(wide_, count) : mapped_codes<std::uint8_t>(narrow_, count);
      if (size_of(volume.codes) != count || !is_sound(volume)) refuse_end();
      end();
      return volume;
    } catch (const nlohmann::json::exception&) {
      refuse_end();
    }
  }
}

/// In memory that the process that reads sees too.
LabelArray<std::uint8_t> ReaderProcess::counted_in(const Volume& mask) const {
  const std::int64_t count = mask.extent.voxels();
  auto counted = process_ < 0
                     ? LabelArray<std::uint8_t>(std::vector<std::uint8_t>(static_cast<std::size_t>(count)))
                     : map_codes<std::uint8_t>(counted_, count, true);
  if (!counted)
    throw Error(ExitCode::resources, "not enough shared memory for the mask", path_,
                fmt::format("{} bytes", count),
                "see that memory is left, and ulimit -f; or give --threshold numbers");
  for (std::int64_t i = 0; i < count; ++i) {
    const std::size_t code = mask.code(i);
    (*counted)[static_cast<std::size_t>(i)] =
        code < mask.labels.size() && mask.labels[code].value != 0 ? 1 : 0;
  }
  return std::move(*counted);
}

/// It said nothing more, or nothing that makes sense.
void ReaderProcess::refuse_end() {
  end_if_asked();
  if (process_ < 0)
    throw Error(ExitCode::input_refused, "the file cannot be read", path_,
                "what the process that read it handed over makes no sense",
                "it is damaged, or made to do harm; export or copy it again");
  int status = 0;
  ::shutdown(socket_, SHUT_RDWR);
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  std::string why =
      signal == 0
          ? fmt::format("the process that read it ended with code {}", WEXITSTATUS(status))
          : fmt::format("the process that read it ended by signal {} ({})", signal, strsignal(signal));
  if (signal == SIGXCPU) end_if_asked();  // a batch system tells all processes of a run
  // What nothing in a file can cause: a crash has other signals. Most of these the process ignores once it
  // runs.
  if (signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT ||
      signal == SIGUSR1 || signal == SIGUSR2)
    throw Error(ExitCode::resources, "the process that read the file was ended from outside", path_, why,
                "the system does so where memory is short, a batch system at its limits of time and memory; "
                "ask for more, or use --crop");
  if (signal == SIGXCPU) why += ": too much CPU time";
  throw Error(ExitCode::input_refused, "the file cannot be read", path_, why,
              "it is damaged, or made to do harm; export or copy it again");
}

}  // namespace tauvox
