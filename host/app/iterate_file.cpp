#include "host/app/iterate_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "io/output.hpp"
#include "kernels/base/hash.hpp"

namespace tauvox {
namespace {

constexpr const char* layout = "tauvox-iterate-1";
constexpr std::size_t piece = std::size_t{8} << 20, synced = std::size_t{256} << 20;  // bytes
constexpr double most_share = 0.03;         // of the time of a solve, to write it
constexpr double least_seconds = 60;        // from one to the next
constexpr double least_work = 2;            // s, for the last one
constexpr double most_seconds_at_end = 20;  // of the 30 that Slurm gives a job it signals

struct Sizes {
  std::uint64_t numbers = 0, vector = 0;  // bytes
};

}  // namespace

IterateFile::IterateFile(std::string path, const std::string& identity, std::string of,
                         const std::optional<Deadline>& deadline, Say note, Say warn)
    : path_(std::move(path)),
      identity_(fmt::format("{:016x}", hash_of(identity))),
      of_(std::move(of)),
      deadline_(deadline),
      note_(std::move(note)),
      warn_(std::move(warn)) {}

std::string IterateFile::head() const { return fmt::format("{} {} {}\n", layout, identity_, solve_); }

/// @return the numbers, where all of it is as it was written
std::optional<std::string> IterateFile::read_all(const Take& take) const {
  std::ifstream file(path_, std::ios::binary);
  std::string line;
  Sizes sizes;
  std::getline(file, line);
  if (line + "\n" != head() || !file.read(reinterpret_cast<char*>(&sizes), sizeof sizes)) return std::nullopt;
  std::error_code unknown;
  const std::uint64_t all = std::filesystem::file_size(path_, unknown);
  if (unknown || sizes.numbers > all || sizes.vector > all ||
      all != line.size() + 1 + sizeof sizes + sizes.numbers + 3 * sizes.vector + sizeof(std::uint64_t))
    return std::nullopt;
  std::string numbers(sizes.numbers, '\0');
  file.read(numbers.data(), static_cast<std::streamsize>(numbers.size()));
  std::uint64_t sum = hash_of(numbers, hash_of(std::array{sizes}));
  std::vector<char> room(piece);
  for (std::size_t vector = 0; vector < 3; ++vector)
    for (std::size_t at = 0; at < sizes.vector && file; at += piece) {
      const std::span<char> part(room.data(), std::min<std::size_t>(piece, sizes.vector - at));
      file.read(part.data(), static_cast<std::streamsize>(part.size()));
      sum = hash_of(part, sum);
      if (take) take(vector, at, part);
    }
  std::uint64_t written = 0;
  if (!file.read(reinterpret_cast<char*>(&written), sizeof written) || written != sum) return std::nullopt;
  return numbers;
}

std::string IterateFile::begin(const std::string& solve) {
  solve_ = of_ + solve;
  begun_ = since_ = Clock::now();
  written_ = 0;
  std::error_code unknown;
  if (!std::filesystem::exists(path_, unknown)) return "";
  std::string line;
  std::getline(std::ifstream(path_, std::ios::binary), line);
  if (line + "\n" != head() && line.starts_with(fmt::format("{} {} ", layout, identity_))) return "";
  const std::optional<std::string> numbers = read_all({});
  note_(numbers ? fmt::format("{}: {} goes on within its solve", path_, solve_)
                : fmt::format("{} is damaged, or of another run: {} begins anew", path_, solve_));
  begun_ = since_ = Clock::now();
  return numbers.value_or("");
}

void IterateFile::read(const Device& device, const Vectors& to, std::size_t bytes) {
  const auto put = [&](std::size_t vector, std::size_t offset, std::span<const char> part) {
    if (offset + part.size() <= bytes)
      device.copy_in(static_cast<char*>(to[vector]) + offset, part.data(), part.size());
  };
  if (!read_all(put))
    throw Error(ExitCode::input_refused, "what is kept of a solve has changed while it was read", path_, "",
                "remove it, and run the same command again");
  since_ = Clock::now();
}

bool IterateFile::is_over(double in_seconds) const {
  const auto then =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(in_seconds));
  return asked_to_end() || (deadline_ && then > deadline_->at);
}

bool IterateFile::pays(const Times& t, bool ends) {
  return ends ? t.work > std::max(least_work, t.writing)
              : t.work > least_seconds && t.written + t.writing < most_share * t.all;
}

bool IterateFile::is_due(std::size_t bytes) {
  const double writing = static_cast<double>(bytes) / bytes_per_second_;
  return !failed_ &&
         pays({seconds_since(begun_), seconds_since(since_), written_, writing}, is_over(writing));
}

void IterateFile::keep(const Device& device, const std::string& numbers, const Vectors& from,
                       std::size_t bytes) {
  if (failed_) return;
  const auto start = Clock::now();
  std::optional<Clock::time_point> asked;
  try {
    io::PendingFile pending(path_, true);
    io::CheckedFile file(pending);
    const Sizes sizes{numbers.size(), bytes};
    const std::string line = head();
    file.write(line.data(), line.size());
    file.write(&sizes, sizeof sizes);
    file.write(numbers.data(), numbers.size());
    std::uint64_t sum = hash_of(numbers, hash_of(std::array{sizes}));
    std::vector<char> room(piece);
    std::size_t unsynced = 0;
    for (const void* vector : from)
      for (std::size_t at = 0; at < bytes; at += piece) {
        const std::span<char> part(room.data(), std::min(piece, bytes - at));
        device.copy_out(part.data(), static_cast<const char*>(vector) + at, part.size());
        file.write(part.data(), part.size());
        sum = hash_of(part, sum);
        if ((unsynced += part.size()) >= synced) {
          file.sync();
          unsynced = 0;
        }
        if (!asked && is_over(0)) asked = Clock::now();
        if (asked && seconds_since(*asked) > most_seconds_at_end) {  // the one before stays
          since_ = Clock::now();
          return;
        }
      }
    file.write(&sum, sizeof sum);
    file.close();
    pending.commit();
    kept_ = solve_;
  } catch (const Error& error) {
    failed_ = true;
    warn_(fmt::format("how far a solve came is not kept: {}", error.what()));
  }
  since_ = Clock::now();
  const double took = std::max(seconds_since(start), 1e-3);
  written_ += took;
  bytes_per_second_ = 3 * static_cast<double>(bytes) / took;
}

void IterateFile::remove() {
  std::error_code failed;  // then it stays until the run is over
  std::filesystem::remove(path_, failed);
  kept_.clear();
}

}  // namespace tauvox
