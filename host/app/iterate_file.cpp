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

constexpr const char* layout = "tauvox-iterate-2";
constexpr std::size_t piece = std::size_t{8} << 20, synced = std::size_t{256} << 20;  // bytes
constexpr double most_share = 0.03;         // of the time of a solve, to write it
constexpr double least_seconds = 60;        // from one to the next
constexpr double least_work = 2;            // s, for the last one
constexpr double most_seconds_at_end = 20;  // of the 30 that Slurm gives a job it signals

struct Sizes {
  std::uint64_t numbers = 0, vector = 0;  // bytes
};

[[noreturn]] void throw_changed(const std::string& path) {
  throw Error(ExitCode::input_refused, "what is kept of a solve has changed while it was read", path, "",
              "remove it, and run the same command again");
}

std::string first_line(const std::string& path) {
  std::string line;
  std::getline(std::ifstream(path, std::ios::binary), line);
  return line + "\n";
}

}  // namespace

IterateFile::IterateFile(std::string path, const std::string& identity, std::string of,
                         const std::optional<Deadline>& deadline, Say note, Say warn)
    : path_(std::move(path)),
      identity_(fmt::format("{:016x}", hash_of(identity))),
      of_(std::move(of)),
      deadline_(deadline),
      note_(std::move(note)),
      warn_(std::move(warn)) {}

std::string IterateFile::head(const std::string& solve) const {
  return fmt::format("{} {} {}{}\n", layout, identity_, of_, solve);
}

std::string IterateFile::path_of(int place) const { return fmt::format("{}.{}", path_, place); }

std::vector<std::string> IterateFile::paths_of(const std::string& path) {
  std::vector<std::string> paths{path};
  for (int place = 1; place <= places; ++place) paths.push_back(fmt::format("{}.{}", path, place));
  return paths;
}

/// @return the numbers, where all of it is as it was written
std::optional<std::string> IterateFile::read_all(const std::string& path, const std::string& solve,
                                                 std::size_t vectors, const Take& take) const {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  Sizes sizes;
  std::getline(file, line);
  if (line + "\n" != head(solve) || !file.read(reinterpret_cast<char*>(&sizes), sizeof sizes))
    return std::nullopt;
  std::error_code unknown;
  const std::uint64_t all = std::filesystem::file_size(path, unknown);
  if (unknown || sizes.numbers > all || sizes.vector > all ||
      all != line.size() + 1 + sizeof sizes + sizes.numbers + vectors * sizes.vector + sizeof(std::uint64_t))
    return std::nullopt;
  std::string numbers(sizes.numbers, '\0');
  file.read(numbers.data(), static_cast<std::streamsize>(numbers.size()));
  std::uint64_t sum = hash_of(numbers, hash_of(std::array{sizes}));
  std::vector<char> room(piece);
  for (std::size_t vector = 0; vector < vectors; ++vector)
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

bool IterateFile::is_of_another_solve(const std::string& path, const std::string& solve) const {
  const std::string line = first_line(path);
  return line != head(solve) && line.starts_with(fmt::format("{} {} ", layout, identity_));
}

std::string IterateFile::begin(const std::string& solve) {
  tell_taken();
  solve_ = solve;
  since_ = Clock::now();
  std::error_code unknown;
  if (!std::filesystem::exists(path_, unknown) || is_of_another_solve(path_, solve)) return "";
  const std::optional<std::string> numbers = read_all(path_, solve, 3, {});
  note_(numbers ? fmt::format("{}: {}{} goes on within its solve", path_, of_, solve)
                : fmt::format("{} is damaged, or of another run: {}{} begins anew", path_, of_, solve));
  if (numbers) at_work_ = solve;
  since_ = Clock::now();
  return numbers.value_or("");
}

void IterateFile::read(const Device& device, const Vectors& to, std::size_t bytes) {
  const auto put = [&](std::size_t vector, std::size_t offset, std::span<const char> part) {
    if (offset + part.size() <= bytes)
      device.copy_in(static_cast<char*>(to[vector]) + offset, part.data(), part.size());
  };
  if (!read_all(path_, solve_, 3, put)) throw_changed(path_);
  since_ = Clock::now();
}

std::string IterateFile::find(int place, const std::string& solve) {
  const std::string path = path_of(place);
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown) || is_of_another_solve(path, solve)) return "";
  const std::optional<std::string> numbers = read_all(path, solve, 1, {});
  if (numbers)
    taken_.push_back(solve);
  else
    note_(fmt::format("{} is damaged, or of another run: {}{} begins anew", path, of_, solve));
  return numbers.value_or("");
}

void IterateFile::read(int place, const std::string& solve, const Device& device, std::span<std::byte> to) {
  std::size_t copied = 0;
  const auto put = [&](std::size_t, std::size_t offset, std::span<const char> part) {
    copied += part.size();
    if (offset + part.size() <= to.size()) device.copy_in(to.data() + offset, part.data(), part.size());
  };
  if (!read_all(path_of(place), solve, 1, put) || copied != to.size()) throw_changed(path_of(place));
}

void IterateFile::tell_taken() {
  if (taken_.size() == 1)
    note_(fmt::format("{}: {}{} was finished before, and is taken", path_, of_, taken_.front()));
  else if (!taken_.empty())
    note_(fmt::format("{}: {} solves were finished before, and are taken: {}{} to {}", path_, taken_.size(),
                      of_, taken_.front(), taken_.back()));
  taken_.clear();
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

bool IterateFile::pays_finished(const Times& t, bool ends) {
  return ends ? t.work > std::max(least_work, t.writing)
              : t.all > least_work && t.written + t.writing < most_share * t.all;
}

bool IterateFile::is_due(std::size_t bytes) {
  const double writing = static_cast<double>(bytes) / bytes_per_second_;
  return failure_.empty() &&
         pays({seconds_since(begun_), seconds_since(since_), written_, writing}, is_over(writing));
}

bool IterateFile::is_due(std::size_t bytes, std::size_t all, double seconds) {
  if (!failure_.empty() || (asked_ && seconds_since(*asked_) > most_seconds_at_end)) return false;
  const double writing = static_cast<double>(bytes) / bytes_per_second_,
               writing_all = static_cast<double>(all) / bytes_per_second_;
  const bool ends = is_over(writing_all);
  return pays_finished({seconds_since(begun_), seconds, written_, ends ? writing_all : writing}, ends);
}

/// @return whether it is there now, and whole; else the one before it stays
bool IterateFile::write(const std::string& path, const std::string& solve, const Device& device,
                        const std::string& numbers, std::span<const void* const> from, std::size_t bytes) {
  if (!failure_.empty()) return false;
  const auto start = Clock::now();
  try {
    io::PendingFile pending(path, true);
    io::CheckedFile file(pending);
    const Sizes sizes{numbers.size(), bytes};
    const std::string line = head(solve);
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
        if (!asked_ && is_over(0)) asked_ = Clock::now();
        if (asked_ && seconds_since(*asked_) > most_seconds_at_end) return false;
      }
    file.write(&sum, sizeof sum);
    file.close();
    pending.commit();
  } catch (const Error& error) {
    failure_ = error.what();
    warn_(fmt::format("how far a solve came is not kept: {}", failure_));
    return false;
  }
  const double took = std::max(seconds_since(start), 1e-3);
  written_ += took;
  bytes_per_second_ = static_cast<double>(from.size() * bytes) / took;
  return true;
}

void IterateFile::keep(const Device& device, const std::string& numbers, const Vectors& from,
                       std::size_t bytes) {
  const std::array<const void*, 3> vectors{from[0], from[1], from[2]};
  if (write(path_, solve_, device, numbers, vectors, bytes)) kept_ = at_work_ = solve_;
  since_ = Clock::now();
}

void IterateFile::keep(const Kept& solve) {
  const std::array<const void*, 1> vectors{solve.vector.data()};
  if (solve.place > places ||
      !write(path_of(solve.place), solve.solve, *solve.device, solve.numbers, vectors, solve.vector.size()))
    return;
  kept_places_.push_back(solve.place);
  if (at_work_ != solve.solve) return;
  std::error_code failed;  // then it is replaced later, or with the run
  std::filesystem::remove(path_, failed);
  kept_.clear();
  at_work_.clear();
}

std::vector<std::string> IterateFile::kept() const {
  std::vector<std::string> texts;
  if (!kept_places_.empty()) {
    const int first = kept_places_.front(), last = kept_places_.back();
    texts.push_back(first == last ? fmt::format("a finished solve in {}", path_of(first))
                                  : fmt::format("{} finished solves in {} to .{}", kept_places_.size(),
                                                path_of(first), last));
  }
  if (!kept_.empty()) texts.push_back(fmt::format("how far {}{} came in {}", of_, kept_, path_));
  return texts;
}

void IterateFile::remove() {
  std::error_code failed;  // then it stays until the run is over
  std::filesystem::remove(path_, failed);
  for (const int place : kept_places_) std::filesystem::remove(path_of(place), failed);
  kept_.clear();
  kept_places_.clear();
}

}  // namespace tauvox
