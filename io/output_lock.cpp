// A run that takes an hour must not learn at its end that another one wrote the same file. The lock is a
// claim beside the output, NAME.tauvox-lock.
#include <fmt/format.h>

#include "io/output.hpp"
#include "io/write.hpp"

namespace tauvox::io {
namespace {

Claim claim_or_refuse(const std::string& path, const std::string& lock) {
  if (std::optional<Claim> claim = Claim::take(lock)) return std::move(*claim);
  const std::optional<Claimant> holder = claimant_of(lock);
  const std::string who = holder ? holder->text() : "";
  throw Error(ExitCode::output, "another run writes this output", path,
              who.empty() ? "its lock does not say who" : who + " holds it",
              "wait for it, or choose another name; if that run is gone, remove " + lock);
}

}  // namespace

OutputLock::OutputLock(const std::string& path)
    : claim_(claim_or_refuse(path, output_target(path) + lock_ending)) {
  if (const std::optional<Claimant>& gone = claim_.taken_from())
    notice_ =
        fmt::format("the run that held {} has ended (process {}): its lock is removed", path, gone->process);
}

}  // namespace tauvox::io
