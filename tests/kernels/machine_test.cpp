// Counters: energy from files as Linux writes them, and bytes that kernels must move.
#include "kernels/base/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "kernels/base/vector.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

class Counters : public testing::Test {
 protected:
  // Tests run side by side, each in a process of its own.
  Counters() : folder_(fs::path(testing::TempDir()) / ("powercap-" + std::to_string(getpid()))) {}
  ~Counters() override { fs::remove_all(folder_); }
  void domain(const std::string& zone, const std::string& name, long long microjoule) {
    fs::create_directories(folder_ / zone);
    std::ofstream(folder_ / zone / "name") << name << "\n";
    std::ofstream(folder_ / zone / "max_energy_range_uj") << 10'000'000 << "\n";
    std::ofstream(folder_ / zone / "energy_uj") << microjoule << "\n";
  }
  fs::path folder_;
};

TEST_F(Counters, AddPackagesAndTheirMemoryButNotTheirParts) {
  domain("intel-rapl:0", "package-0", 1'000'000);
  domain("intel-rapl:1", "package-1", 2'000'000);
  domain("intel-rapl:0:0", "core", 1'000'000);
  domain("intel-rapl:0:1", "dram", 0);
  domain("intel-rapl:2", "psys", 0);
  PackageEnergy energy(folder_.string());
  domain("intel-rapl:0", "package-0", 1'500'000);
  domain("intel-rapl:1", "package-1", 3'000'000);
  domain("intel-rapl:0:0", "core", 9'000'000);
  domain("intel-rapl:0:1", "dram", 250'000);
  domain("intel-rapl:2", "psys", 9'000'000);
  EXPECT_DOUBLE_EQ(energy.joule().value(), 0.5 + 1 + 0.25);
}

TEST_F(Counters, GoOnWhenTheyWrap) {
  domain("intel-rapl:0", "package-0", 9'000'000);
  PackageEnergy energy(folder_.string());
  domain("intel-rapl:0", "package-0", 500'000);
  EXPECT_DOUBLE_EQ(energy.joule().value(), 1.5);
  domain("intel-rapl:0", "package-0", 700'000);
  EXPECT_DOUBLE_EQ(energy.joule().value(), 1.7);
}

TEST_F(Counters, AreEmptyWhereThereAreNone) { EXPECT_FALSE(PackageEnergy(folder_.string()).joule()); }

TEST(Traffic, CountsTheArraysOfAKernelOnce) {
  const Device device = test::device();
  Buffer<float> a(device, 1000), b(device, 1000);
  a.zero();
  b.zero();
  const std::int64_t before = device.traffic_bytes();
  add_scaled(a, 2, b);
  EXPECT_EQ(device.traffic_bytes() - before, 3 * 1000 * 4);
}

}  // namespace
}  // namespace tauvox
