// What was built, and what it runs on: the head of a benchmark file.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "kernels/base/machine.hpp"

namespace tauvox::bench {

/// `git describe --always --dirty` of the sources when they were built; "unknown" outside a repository.
std::string commit();
/// Version, commit, compiler, flags, CUDA toolkit and architectures.
nlohmann::ordered_json build_json();
/// Processor, memory, operating system, device; `host` is null unless it is to be named.
nlohmann::ordered_json hardware_json(const Device& device, const GpuState& gpu, bool name_host);
/// "NVIDIA H200", or the model of the CPU.
std::string device_name(const Device& device);

/// Memory bandwidth by the data sheet of a GPU, bytes per second; 0 where the table does not have it.
/// Vendors' figures, not measured ones.
double data_sheet_bandwidth(const std::string& gpu_name);

}  // namespace tauvox::bench
