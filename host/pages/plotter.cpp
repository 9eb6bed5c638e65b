#include "host/pages/plotter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "host/report/escape.hpp"
#include "io/write.hpp"
#include "kernels/base/process.hpp"

extern char** environ;

namespace tauvox::pages {
namespace {

namespace fs = std::filesystem;

constexpr const char* program = "gnuplot";
constexpr int dots_per_inch = 300;
constexpr double font_points = 8;
constexpr std::chrono::seconds longest{60};

/// What names of folders begin with, before the number of their process: processes of containers that share
/// the folder for temporaries are counted apart.
std::string folder_prefix() {
  struct stat counted {};
  const bool known = ::stat("/proc/self/ns/pid", &counted) == 0;
  return fmt::format("tauvox-figure-{}-", known ? counted.st_ino : 0);
}

/// Of processes that were killed.
void remove_left_folders(const fs::path& among) {
  const std::string prefix = folder_prefix();
  std::error_code failed;
  for (fs::directory_iterator entry(among, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    pid_t process = 0;
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), process);
    struct stat facts {};
    const bool ours =
        ::lstat(entry->path().c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == ::geteuid();
    std::error_code kept;  // then by the next one
    if (ours && process > 0 && ::kill(process, 0) != 0 && errno == ESRCH) fs::remove_all(entry->path(), kept);
  }
}

/// A folder of its own that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code failed;
    const fs::path among = fs::temp_directory_path(failed);
    if (failed) return;
    static const bool looked = (remove_left_folders(among), true);
    (void)looked;
    std::string name = (among / fmt::format("{}{}-XXXXXX", folder_prefix(), ::getpid())).string();
    if (::mkdtemp(name.data())) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code failed;
    if (!path_.empty()) fs::remove_all(path_, failed);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  explicit operator bool() const { return !path_.empty(); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool put(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return !file.fail();
}

/// One size in all three: points and lines are as large on paper, whatever the form.
std::string whole_script(const Drawing& d, const fs::path& folder) {
  const double pixels_per_inch = 96;  // of CSS
  const auto form = [&](const std::string& terminal, const char* ending) {
    return fmt::format("set terminal {}\nset output 'out.{}'\nload 'body.gp'\nset output\nreset\n", terminal,
                       ending);
  };
  const std::string png =
      form(fmt::format("pngcairo size {:.0f},{:.0f} font 'sans-serif,{}' fontscale {:.3f} linewidth {:.3f} "
                       "pointscale {:.3f}",
                       d.width * dots_per_inch, d.height * dots_per_inch, font_points,
                       dots_per_inch / pixels_per_inch, dots_per_inch / pixels_per_inch,
                       dots_per_inch / pixels_per_inch),
           "png");
  std::string begin = fmt::format("cd {}\n", plotter_text(folder.string(), 4096)) + png;
  if (d.png_alone) return begin;
  return begin +
         form(fmt::format(
                  "svg size {:.0f},{:.0f} font 'sans-serif,{:.2f}' linewidth 1 standalone name 'figure'",
                  d.width * pixels_per_inch, d.height * pixels_per_inch, font_points * pixels_per_inch / 72),
              "svg") +
         form(fmt::format("pdfcairo size {:.3f}in,{:.3f}in font 'sans-serif,{}' fontscale 1 linewidth 1 "
                          "pointscale 0.6",
                          d.width, d.height, font_points),
              "pdf");
}

/// What asks a run to end goes to all of its processes (a terminal, Slurm): the run hears it, and its figures
/// are finished.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int signal : signals_to_end) sigaddset(&blocked, signal);
    sigaddset(&blocked, SIGHUP);
    is_there_ = posix_spawnattr_init(&attributes_) == 0;
    if (!is_there_) return;
    posix_spawnattr_setsigmask(&attributes_, &blocked);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~WithoutSignals() {
    if (is_there_) posix_spawnattr_destroy(&attributes_);
  }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;
  const posix_spawnattr_t* attributes() const { return is_there_ ? &attributes_ : nullptr; }

 private:
  posix_spawnattr_t attributes_{};
  bool is_there_ = false;
};

/// The exit status; -1 where the program cannot be started or takes too long.
int run_plotter(const fs::path& script, const fs::path& log) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return -1;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  std::string name = program, no_settings_of_the_user = "-d", file = script.string();
  char* arguments[] = {name.data(), no_settings_of_the_user.data(), file.data(), nullptr};
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, program, &actions, WithoutSignals().attributes(), arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  const auto end = std::chrono::steady_clock::now() + longest;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return -1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string in_form(const Figure& figure, const std::string& ending) {
  return ending == ".svg" ? figure.svg : ending == ".pdf" ? figure.pdf : figure.png;
}

std::string plotter_text(const std::string& text, std::size_t most) {
  std::string quoted = "'";
  for (const char c : harmless(text, most)) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

bool have_plotter() {
  const char* path = std::getenv("PATH");
  std::string rest = path ? path : "";
  for (;;) {
    const std::size_t colon = rest.find(':');
    const std::string folder = rest.substr(0, colon);
    if (!folder.empty() && ::access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
    if (colon == std::string::npos) return false;
    rest.erase(0, colon + 1);
  }
}

std::optional<Figure> draw(const Drawing& drawing, std::string& problem) {
  const TemporaryFolder folder;
  if (!folder) {
    problem = "no temporary folder can be made (TMPDIR)";
    return std::nullopt;
  }
  bool is_written =
      put(folder.path() / "body.gp", "set termoption noenhanced\nset encoding utf8\n" + drawing.script) &&
      put(folder.path() / "all.gp", whole_script(drawing, folder.path()));
  for (const auto& [name, bytes] : drawing.files) is_written = is_written && put(folder.path() / name, bytes);
  if (!is_written) {
    problem = "the temporary folder takes no more (TMPDIR)";
    return std::nullopt;
  }
  const int status = run_plotter(folder.path() / "all.gp", folder.path() / "log");
  const auto form = [&](const char* ending) {
    return bytes_of(folder.path() / fmt::format("out.{}", ending));
  };
  Figure figure{drawing.name, form("svg"), form("png"), form("pdf")};
  const bool whole =
      !figure.png.empty() && (drawing.png_alone || (!figure.svg.empty() && !figure.pdf.empty()));
  if (status == 0 && whole) return figure;
  problem = harmless(fmt::format("gnuplot ended with {}: {}", status, bytes_of(folder.path() / "log")), 300);
  return std::nullopt;
}

}  // namespace tauvox::pages
