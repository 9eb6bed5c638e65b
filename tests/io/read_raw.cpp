#include <algorithm>
#include <limits>

#include "io/read.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

io::ReadOptions raw(const std::string& dtype, std::array<std::int64_t, 3> shape = fixture_extent.zyx()) {
  io::ReadOptions options;
  options.shape = shape;
  options.dtype = dtype;
  return options;
}

template <class T>
std::vector<T> formula_values(const Extent& extent = fixture_extent) {
  std::vector<T> values;
  for (std::int64_t z = 0; z < extent.nz; ++z)
    for (std::int64_t y = 0; y < extent.ny; ++y)
      for (std::int64_t x = 0; x < extent.nx; ++x) values.push_back(static_cast<T>(formula(z, y, x)));
  return values;
}

template <class T>
void check_both_byte_orders(const std::string& dtype) {
  const Folder folder;
  auto values = formula_values<T>();
  io::ReadOptions options = raw(dtype);
  expect_formula(io::read_volume(folder.write("little.raw", values), options));

  for (T& value : values) {
    auto* bytes = reinterpret_cast<unsigned char*>(&value);
    std::reverse(bytes, bytes + sizeof(T));
  }
  options.byte_order = "big";
  options.crop = io::Crop{{1, 2, 3}, {5, -1, 9}};
  expect_formula(io::read_volume(folder.write("big.raw", values), options), {6, 8, 4}, {1, 2, 3});
}

TEST(ReadRaw, GivesTheFormulaForEveryTypeInBothByteOrders) {
  check_both_byte_orders<std::uint8_t>("uint8");
  check_both_byte_orders<std::int8_t>("int8");
  check_both_byte_orders<std::uint16_t>("uint16");
  check_both_byte_orders<std::int16_t>("int16");
  check_both_byte_orders<std::uint32_t>("uint32");
  check_both_byte_orders<std::int32_t>("int32");
  check_both_byte_orders<std::uint64_t>("uint64");
  check_both_byte_orders<std::int64_t>("int64");
  check_both_byte_orders<float>("float32");
  check_both_byte_orders<double>("float64");
}

TEST(ReadRaw, SkipsTheHeader) {
  const Folder folder;
  const auto values = formula_values<std::uint8_t>();
  io::ReadOptions options = raw("uint8");
  options.header_bytes = 5;
  expect_formula(
      io::read_volume(folder.write("a.raw", "head:" + std::string(values.begin(), values.end())), options));
}

TEST(ReadRaw, EveryCropOfOneAxisGivesTheSameVoxels) {
  const Folder folder;
  const std::string path = folder.write("a.raw", formula_values<std::uint16_t>());
  for (int axis = 0; axis < 3; ++axis)
    for (std::int64_t begin = 0; begin < fixture_extent.zyx()[axis]; ++begin) {
      io::ReadOptions options = raw("uint16");
      options.crop = io::Crop{};
      options.crop->begin[axis] = begin;
      auto shape = fixture_extent.zyx();
      shape[axis] -= begin;
      expect_formula(io::read_volume(path, options), make_extent(shape), options.crop->begin);
    }
}

TEST(ReadRaw, CropOutsideTheVolumeNamesTheAxisAndTheValidRange) {
  const Folder folder;
  const std::string path = folder.write("a.raw", formula_values<std::uint8_t>());
  for (const auto& range :
       std::vector<std::array<std::int64_t, 2>>{{0, 11}, {-1, 4}, {5, 5}, {7, 3}, {10, -1}}) {
    io::ReadOptions options = raw("uint8");
    options.crop = io::Crop{{0, range[0], 0}, {-1, range[1], -1}};
    const Refusal refusal = refused(path, options);
    EXPECT_EQ(refusal.code, 2);
    EXPECT_SAYS(refusal, "along y");
    EXPECT_SAYS(refusal, "0:10");
  }
}

TEST(ReadRaw, NamesTheLayoutThatWouldFit) {
  const Folder folder;
  const std::string path = folder.write("a.raw", formula_values<std::uint16_t>());  // 1680 bytes
  const Refusal type = refused(path, raw("uint8"));
  EXPECT_EQ(type.code, 4);
  EXPECT_SAYS(type, "840 bytes, the file has 1680");
  EXPECT_SAYS(type, "16 bits per voxel would fit");
  EXPECT_SAYS(refused(path, raw("uint16", {5, 10, 14})), "--shape 6,10,14 would fit");
  EXPECT_SAYS(refused(folder.write("b.raw", std::string(1690, 'a')), raw("uint16")),
              "--header-bytes 10 would fit");
}

TEST(ReadRaw, RefusesShapesThatOverflow) {
  const Folder folder;
  const std::string path = folder.write("a.raw", std::string(100, 'a'));
  constexpr std::int64_t large = std::int64_t{1} << 31;
  EXPECT_EQ(refused(path, raw("uint8", {large, large, large})).code, 4);
  EXPECT_EQ(refused(path, raw("float64", {large, large / 4, 2})).code, 4);
  EXPECT_EQ(refused(path, raw("float64", {large, large / 4, 7})).code, 4);
  EXPECT_EQ(refused(path, raw("uint8", {0, 10, 10})).code, 4);
  EXPECT_EQ(refused(path, raw("uint8", {-1, -10, 10})).code, 4);
}

TEST(ReadRaw, RefusesLayoutsThatAreNoLayouts) {
  const Folder folder;
  const std::string path = folder.write("a.raw", std::string(840, 'a'));
  EXPECT_EQ(refused(path, raw("")).code, 2);
  EXPECT_SAYS(refused(path, raw("byte")), "uint8, int8");
  io::ReadOptions options = raw("uint8");
  options.byte_order = "middle";
  EXPECT_EQ(refused(path, options).code, 2);
  options = raw("uint8");
  options.header_bytes = -3;
  EXPECT_EQ(refused(path, options).code, 2);
  options = raw("uint8");
  options.dataset = "/volume";
  EXPECT_EQ(refused(path, options).code, 2);
}

TEST(ReadLabels, SixteenBitLabelsAboveAByteKeepTheirValues) {
  const Folder folder;
  std::vector<std::uint16_t> values(65536 + 64);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint16_t>(65535 - i);
  const Volume volume = io::read_volume(folder.write("a.raw", values), raw("uint16", {25, 41, 64}));
  ASSERT_EQ(volume.labels.size(), 65536u);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(values.size()); ++i)
    ASSERT_EQ(volume.labels[static_cast<std::size_t>(volume.code(i))].value,
              values[static_cast<std::size_t>(i)]);
}

TEST(ReadLabels, CodesStayOneByteUpTo256LabelsWhateverTheirValues) {
  const Folder folder;
  for (const int labels : {256, 257}) {
    std::vector<std::int64_t> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = (static_cast<std::int64_t>(i * 7919) % labels - 100) * 1'000'000'000'000;
    const Volume volume = io::read_volume(folder.write("a.raw", values), raw("int64", {10, 10, 10}));
    EXPECT_EQ(volume.labels.size(), static_cast<std::size_t>(labels));
    EXPECT_EQ(volume.codes.index(), labels == 256 ? 0u : 1u);
    for (std::int64_t i = 0; i < 1000; ++i)
      ASSERT_EQ(volume.labels[static_cast<std::size_t>(volume.code(i))].value,
                values[static_cast<std::size_t>(i)]);
  }
}

TEST(ReadLabels, MoreThan65536LabelsAreRefusedNotCutOff) {
  const Folder folder;
  std::vector<std::uint32_t> values(70000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint32_t>(i);
  const Refusal refusal = refused(folder.write("a.raw", values), raw("uint32", {7, 100, 100}));
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "more than 65536 in the first 65536 of 70000 voxels");
}

TEST(ReadLabels, ThresholdsCountForEveryType) {
  const Folder folder;
  const auto map = [](std::int64_t label) { return label < 3 ? std::int64_t{0} : label < 7 ? 1 : 2; };
  io::ReadOptions options = raw("uint8");
  options.thresholds.values = {3, 6.5};
  expect_formula(io::read_volume(folder.write("a.raw", formula_values<std::uint8_t>()), options),
                 fixture_extent, {0, 0, 0}, map);
  options.dtype = "float32";
  auto grey = formula_values<float>();
  for (float& value : grey) value += 0.25f;
  expect_formula(io::read_volume(folder.write("b.raw", grey), options), fixture_extent, {0, 0, 0}, map);
  options.dtype = "int32";
  expect_formula(io::read_volume(folder.write("c.raw", formula_values<std::int32_t>()), options),
                 fixture_extent, {0, 0, 0}, map);
}

TEST(ReadLabels, ThresholdsMustAscend) {
  const Folder folder;
  const std::string path = folder.write("a.raw", formula_values<std::uint8_t>());
  for (const std::vector<double>& wrong :
       std::vector<std::vector<double>>{{5, 3},
                                        {2, 2},
                                        {std::numeric_limits<double>::quiet_NaN()},
                                        {std::numeric_limits<double>::infinity()}}) {
    io::ReadOptions options = raw("uint8");
    options.thresholds.values = wrong;
    EXPECT_EQ(refused(path, options).code, 2);
  }
}

TEST(ReadVolume, ProgressRisesToOne) {
  const Folder folder;
  const Extent extent{300, 300, 300};
  std::vector<double> seen;
  io::read_volume(folder.write("a.raw", formula_values<std::uint8_t>(extent)), raw("uint8", extent.zyx()),
                  [&](double fraction) { seen.push_back(fraction); });
  EXPECT_GT(seen.size(), 2u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_DOUBLE_EQ(seen.back(), 1.0);
}

TEST(ReadVolume, TheVoxelSizeOptionIsCheckedAndSaysWhereItCameFrom) {
  const Folder folder;
  const std::string path = folder.write("a.raw", formula_values<std::uint8_t>());
  io::ReadOptions options = raw("uint8");
  EXPECT_FALSE(io::read_volume(path, options).voxel_size);
  options.voxel_size = {1e-6, 2e-6, 3e-6};
  EXPECT_EQ(io::read_volume(path, options).voxel_size_source, "--voxel-size");
  options.voxel_size = {1e-6, 0.0, 3e-6};
  EXPECT_EQ(refused(path, options).code, 2);
}

#ifdef TAUVOX_HAVE_OPENSSL
TEST(ReadVolume, TheHashIsThatOfTheBytes) {
  const Folder folder;
  EXPECT_EQ(io::read_volume(folder.write("a.raw", "abc"), raw("uint8", {1, 1, 3})).sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4, example 1
}
#endif

}  // namespace
}  // namespace tauvox::test
