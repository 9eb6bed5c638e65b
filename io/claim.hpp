// A claim: a file that says which process, on which machine, has something for itself.
#pragma once

#include <optional>
#include <string>

namespace tauvox::io {

std::string host_name();

struct Claimant {
  std::string host;
  long process = 0;
  std::string
      start;        // of the process, in clock ticks since boot: tells it from a later one of the same number
  std::string job;  // of the batch system, where there is one
  bool operator==(const Claimant&) const = default;
  /// "process 12 on node1, job 33"; empty where the file did not say who.
  std::string text() const;
};

/// What a claim says; nothing where there is none.
std::optional<Claimant> claimant_of(const std::string& file);

/// Held while it lives.
class Claim {
 public:
  /// Nothing where another one has it. The claim of a process of this machine that is gone is taken over.
  /// @param silence in s: so is that of another machine without a sign of life for so long; empty: never
  /// @param job of the batch system, for others to read
  /// @throws Error(output) where the file cannot be written
  static std::optional<Claim> take(const std::string& file, std::optional<double> silence = {},
                                   const std::string& job = "");
  ~Claim();
  Claim(Claim&&) noexcept;
  Claim& operator=(Claim&&) = delete;
  /// A sign of life. False once another one has taken it over.
  bool renew() const;
  /// Whose it was, where it was taken over.
  const std::optional<Claimant>& taken_from() const { return taken_from_; }

 private:
  Claim(std::string file, Claimant self) : file_(std::move(file)), self_(std::move(self)) {}
  bool is_ours() const;

  std::string file_;
  Claimant self_;
  std::optional<Claimant> taken_from_;
};

}  // namespace tauvox::io
