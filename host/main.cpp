// The program: the table of its commands; errors become messages and exit codes.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <new>
#include <system_error>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/interruption.hpp"
#include "host/app/program.hpp"
#include "host/app/reader_process.hpp"
#include "host/bench/command.hpp"
#include "io/write.hpp"

namespace {

using namespace tauvox;

std::vector<Command> commands() {
  return {solve_command(),    evaluate_command(), batch_command(),  collect_command(),
          inspect_command(),  convert_command(),  export_command(), explain_command(),
          generate_command(), bench::command(),   info_command()};
}

/// Two things that libraries read before main, so the program starts itself again. Idle threads must sleep,
/// not spin: on a shared machine a spinning one takes the core from who has work (a 48^3 solve took ten times
/// as long). And large arrays shall lie in huge pages where the system has them for those who ask: an
/// evaluation of 250^3 voxels has a quarter of the faults of memory then.
void prepare_libraries(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 0);
  execv("/proc/self/exe", argv);  // comes back only where it fails, and then both are only slower
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == reader_word) return run_reader();
  prepare_libraries(argv);
  guard_standard_streams();
  say_when_memory_ends();
  bool json_to_stdout = false;
  const auto failed = [&](ExitCode code, const std::string& message) {
    const std::string line =
        report_failure(code == ExitCode::interrupted ? "interrupted" : "failed", code, message);
    if (json_to_stdout) print_text(line);  // whoever reads reports there gets the status there
    return static_cast<int>(code);
  };
  try {
    const ExitCode code = run_program(commands(), {argv + (argc > 0), argv + argc}, json_to_stdout);
    check_standard_output();
    return static_cast<int>(code);
  } catch (const Interrupted& asked) {
    return failed(
        ExitCode::interrupted,
        std::string("ended by ") + asked.what() + " before anything was finished; " +
            (asked.by_limit_of_time ? "it is too short for reading: run the same command with more time"
                                    : "run the same command again"));
  } catch (const Error& error) {
    return failed(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return failed(ExitCode::resources, "out of memory; use --crop or --precision mixed");
  } catch (const std::filesystem::filesystem_error& error) {
    return failed(ExitCode::output, io::error_of(error).what());
  } catch (const std::system_error& error) {
    const bool is_memory = error.code() == std::errc::not_enough_memory;
    return failed(is_memory ? ExitCode::resources : ExitCode::internal, error.what());
  } catch (const std::exception& error) {
    return failed(ExitCode::internal, std::string("internal error: ") + error.what());
  }
}
