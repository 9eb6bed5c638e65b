// What tauvox wrote it also reads; and what it says of a file is true of the bytes that it read.
#include <sys/syscall.h>

#include <atomic>

#include "read_support.hpp"
#include "tests/io/write_support.hpp"

namespace tauvox::test {
namespace {

/// The close that fails next, counted down; 0: none.
std::atomic<int> failing_close{0};

}  // namespace
}  // namespace tauvox::test

/// Stands before the C library's for the whole program, HDF5 and libtiff included.
extern "C" int close(int descriptor) {
  const long result = ::syscall(SYS_close, descriptor);
  if (tauvox::test::failing_close > 0 && --tauvox::test::failing_close == 0) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(result);
}

namespace tauvox::test {
namespace {

struct Written : WriteTest, ::testing::WithParamInterface<const char*> {
  /// Labels with gaps, a concentration, a voxel size: as a solve leaves them.
  Volume write(const std::string& path, const std::vector<std::int64_t>& labels = {0, 7, 255}) {
    Volume volume = striped_volume({5, 4, 3}, labels);
    volume.voxel_size = {3e-7, 2e-7, 1e-7};
    volume.voxel_size_source = "--voxel-size";
    volume.path = "cathode.h5";
    volume.sha256 = std::string(64, 'a');
    const std::vector<float> ramp = ramp_with_nan(volume.extent);
    io::write_field(path,
                    {.volume = &volume,
                     .values = ramp,
                     .flux = [&](std::int64_t z, float* to) { numbered_layer(volume.extent, z, to); },
                     .axis = Axis::y,
                     .results = {{"converged", 1}}},
                    true);
    return volume;
  }
};

void expect_same_labels(const Volume& a, const Volume& b) {
  ASSERT_EQ(a.extent, b.extent);
  for (std::int64_t i = 0; i < a.extent.voxels(); ++i)
    ASSERT_EQ(a.labels[static_cast<std::size_t>(a.code(i))].value,
              b.labels[static_cast<std::size_t>(b.code(i))].value)
        << i;
}

}  // namespace

TEST_P(Written, IsReadAgainWithItsLabelsAndItsVoxelSize) {
  const std::string path = in(std::string("u") + GetParam());
  for (const std::vector<std::int64_t>& labels : {std::vector<std::int64_t>{0, 7, 255},
                                                  {-3, 0, 9},
                                                  {0, 70000},
                                                  {1, 1000},
                                                  {0, std::int64_t{1} << 40}}) {
    const Volume written = write(path, labels);
    const Volume read = io::read_volume(path);
    expect_same_labels(read, written);
    ASSERT_TRUE(read.voxel_size);
    for (std::size_t axis = 0; axis < 3; ++axis)
      EXPECT_NEAR((*read.voxel_size)[axis], (*written.voxel_size)[axis], 1e-20);
    EXPECT_TRUE(has_notice(read.notices, "label")) << "which of two arrays was taken is said";
  }
}

TEST_P(Written, IsCroppedAsAnyInput) {
  const std::string path = in(std::string("u") + GetParam());
  const Volume written = write(path);
  io::ReadOptions options;
  options.crop = io::Crop{{1, 0, 2}, {3, 3, -1}};
  const Volume part = io::read_volume(path, options);
  ASSERT_EQ(part.extent, (Extent{3, 3, 2}));
  for (std::int64_t z = 0; z < 2; ++z)
    for (std::int64_t y = 0; y < 3; ++y)
      for (std::int64_t x = 0; x < 3; ++x)
        EXPECT_EQ(label_at(part, z, y, x), label_at(written, z + 1, y, x + 2));
}

TEST_P(Written, IsRefusedWhenCutOff) {
  const std::string path = in(std::string("u") + GetParam());
  write(path);
  const std::string whole = contents(path);
  for (const std::size_t kept : {whole.size() / 2, whole.size() * 9 / 10, whole.size() - 40}) {
    put(path, whole.substr(0, kept));
    EXPECT_EQ(refused(path).code, 3) << kept << " of " << whole.size();
  }
}

TEST_P(Written, HasADigestOfTheBytesThatWereReadThoughTheNameLeadsElsewhereByThen) {
  const std::string path = in(std::string("u") + GetParam()), other = in(std::string("other") + GetParam());
  const Volume written = write(path);
  const std::string digest = io::read_volume(path).sha256;
  write(other, {1, 2, 3});
  bool replaced = false;
  const Volume read = io::read_volume(path, {}, [&](double) {
    if (!replaced) std::filesystem::rename(other, path);
    replaced = true;
  });
  ASSERT_TRUE(replaced);
  expect_same_labels(read, written);
  EXPECT_EQ(read.sha256, digest);
}

TEST_P(Written, IsReadWhicheverCloseFails) {
  const std::string path = in(std::string("u") + GetParam());
  write(path);
  for (int k = 1; k <= 12; ++k) {
    const Outcome outcome = outcome_in_child([&] {
      failing_close = k;
      io::read_volume(path);
      failing_close = 0;
    });
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 3)
        << k << ": " << outcome.code << " " << outcome.message;
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Written);
#ifdef TAUVOX_HAVE_VTK
INSTANTIATE_TEST_SUITE_P(Vti, Written, ::testing::Values(".vti"));
#endif
#ifdef TAUVOX_HAVE_HDF5
INSTANTIATE_TEST_SUITE_P(Hdf5, Written, ::testing::Values(".h5"));
#endif

}  // namespace tauvox::test
