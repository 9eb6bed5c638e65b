// Helpers of the reader tests: files from make_fixtures.py, files made on the spot, the formula both sides
// know.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "io/read.hpp"

namespace tauvox::test {

inline constexpr Extent fixture_extent{14, 10, 6};  // as SHAPE in make_fixtures.py

inline std::int64_t formula(std::int64_t z, std::int64_t y, std::int64_t x) {
  return (3 * z + 5 * y + 7 * x) % 11;
}

/// Path of a file that make_fixtures.py wrote; the test fails when it is not there.
inline std::string fixture(const std::string& name) {
  const std::string path = std::string(TAUVOX_TEST_FILES) + "/" + name;
  EXPECT_TRUE(std::filesystem::exists(path)) << path
                                             << " is missing: run the tests by ctest, with python3-h5py and "
                                                "python3-tifffile installed";
  return path;
}

inline std::int64_t label_at(const Volume& volume, std::int64_t z, std::int64_t y, std::int64_t x) {
  const Extent& e = volume.extent;
  return volume.labels.at(static_cast<std::size_t>(volume.code((z * e.ny + y) * e.nx + x))).value;
}

/// Every voxel is map(formula) of its place in the file, and the labels are counted right.
inline void expect_formula(
    const Volume& volume, const Extent& extent = fixture_extent,
    std::array<std::int64_t, 3> origin = {0, 0, 0},
    const std::function<std::int64_t(std::int64_t)>& map = [](std::int64_t label) { return label; }) {
  ASSERT_EQ(volume.extent, extent) << to_string(volume.extent);
  std::vector<std::int64_t> counts(volume.labels.size(), 0);
  for (std::int64_t z = 0; z < extent.nz; ++z)
    for (std::int64_t y = 0; y < extent.ny; ++y)
      for (std::int64_t x = 0; x < extent.nx; ++x) {
        ASSERT_EQ(label_at(volume, z, y, x), map(formula(z + origin[0], y + origin[1], x + origin[2])))
            << z << "," << y << "," << x;
        ++counts[static_cast<std::size_t>(volume.code((z * extent.ny + y) * extent.nx + x))];
      }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    EXPECT_EQ(volume.labels[i].voxels, counts[i]);
    EXPECT_GT(counts[i], 0);
    if (i > 0) {
      EXPECT_LT(volume.labels[i - 1].value, volume.labels[i].value);
    }
  }
}

struct Refusal {
  int code = 0;
  std::string message;
  bool says(const std::string& text) const { return message.find(text) != std::string::npos; }
};

/// What read_volume throws; a success is a failure of the test.
inline Refusal refused(const std::string& path, const io::ReadOptions& options = {}) {
  try {
    io::read_volume(path, options);
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  }
  ADD_FAILURE() << path << " was read";
  return {};
}

#define EXPECT_SAYS(refusal_, text_) EXPECT_TRUE((refusal_).says(text_)) << (refusal_).message

inline bool has_notice(const std::vector<std::string>& notices, const std::string& text) {
  for (const std::string& notice : notices)
    if (notice.find(text) != std::string::npos) return true;
  return false;
}

inline io::ReadOptions with_dataset(const std::string& name) {
  io::ReadOptions options;
  options.dataset = name;
  return options;
}

/// A directory of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tauvox_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(*this / name, std::ios::binary) << bytes;
    return *this / name;
  }
  template <class T>
  std::string write(const std::string& name, const std::vector<T>& values) const {
    return write(name, std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
  }

 private:
  std::string path_;
};

}  // namespace tauvox::test
