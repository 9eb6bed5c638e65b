// `tauvox bench` on the command line: the suite, and the comparison of files.
#pragma once

#include <memory>

#include "kernels/base/error.hpp"

namespace CLI {
class App;
}

namespace tauvox::bench {

class Command {
 public:
  /// Adds `bench` with its options and subcommands to the program.
  explicit Command(CLI::App& program);
  ~Command();

  /// Whether the command line asked for it.   @pre the program's arguments are parsed
  bool chosen() const;
  /// @throws Error
  ExitCode run() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tauvox::bench
