// Limits that a process puts on itself before it reads a file from elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tauvox {

/// Ends with the program that started it; limits on memory, CPU time, open files, no core files; no new
/// rights; where the kernel has Landlock and seccomp, no file but `root` or, where that is a
/// folder, those in it, and no network or other program.
/// @param besides files and folders that may be read all the same: filters and their libraries, other files
/// of the volume; some that are not there do no harm. With them more files may be open at once.
/// @param cpu_seconds after which the kernel ends the process; until confine_for_reading there are fewer, and
/// less memory
void confine(const std::string& root, std::uint64_t cpu_seconds,
             const std::vector<std::string>& besides = {});

/// For what comes after the metadata, for which half a minute and 1 GiB are enough: up to the limits that
/// `confine` set.
/// @param cpu_seconds as there
void confine_for_reading(std::uint64_t cpu_seconds);

}  // namespace tauvox
