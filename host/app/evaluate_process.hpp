// An evaluation in a process of its own: what ends that one is a fact about a volume, not the end of a batch.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace tauvox {

struct EvaluationEnd {
  int exit_code = 0;   // 128 and the signal where one ended it, as shells count
  std::string reason;  // what it said, or the signal; empty after success
};

/// `tauvox evaluate` with these words; it ends where this process does.
/// @param errors file for what it writes to standard error
/// @param is_wanted asked often; once it says no the process is killed
/// @throws Error(resources) where no process can be started
EvaluationEnd evaluate_in_a_process(const std::vector<std::string>& words, const std::string& errors,
                                    const std::function<bool()>& is_wanted);

}  // namespace tauvox
