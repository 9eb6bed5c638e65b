// Field files in HDF5 as the C interface sees them, with nothing of tauvox in between.
#ifdef TAUVOX_HAVE_HDF5

#include <hdf5.h>

#include <algorithm>
#include <array>

#include "tests/io/write_support.hpp"

namespace tauvox::test {

using WriteHdf5 = WriteTest;

namespace {

struct Stored {
  std::vector<hsize_t> shape;
  H5T_class_t type_class = H5T_NO_CLASS;
  std::size_t bytes = 0;
  std::vector<double> values, element_size_um;
  std::vector<H5Z_filter_t> filters;
};

std::vector<double> read_attribute(hid_t owner, const char* name) {
  if (H5Aexists(owner, name) <= 0) return {};
  const hid_t attribute = H5Aopen(owner, name, H5P_DEFAULT), space = H5Aget_space(attribute);
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  EXPECT_GE(H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()), 0);
  H5Sclose(space);
  H5Aclose(attribute);
  return values;
}

Stored read_dataset(const std::string& path, const char* name) {
  Stored stored;
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset),
              layout = H5Dget_create_plist(dataset);
  stored.shape.resize(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, stored.shape.data(), nullptr);
  stored.type_class = H5Tget_class(type);
  stored.bytes = H5Tget_size(type);
  stored.values.resize(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  EXPECT_GE(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, stored.values.data()), 0);
  for (int i = 0; i < H5Pget_nfilters(layout); ++i) {
    unsigned flags = 0, config = 0;
    std::size_t parameters = 0;
    stored.filters.push_back(
        H5Pget_filter2(layout, static_cast<unsigned>(i), &flags, &parameters, nullptr, 0, nullptr, &config));
  }
  stored.element_size_um = read_attribute(dataset, "element_size_um");
  H5Pclose(layout);
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(dataset);
  H5Fclose(file);
  return stored;
}

bool has(const std::string& path, const char* name) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const bool found = H5Lexists(file, name, H5P_DEFAULT) > 0;
  H5Fclose(file);
  return found;
}

}  // namespace

TEST_F(WriteHdf5, HoldsLabelsAndConcentrationInFileOrder) {
  const Extent extent{5, 4, 3};
  Volume volume = striped_volume(extent, {-5, 0, 7});
  volume.voxel_size = {{3e-7, 2e-7, 1e-7}};
  const std::vector<float> values = ramp_with_nan(extent);
  io::write_hdf5(in("a.h5"),
                 {.volume = &volume, .values = values, .results = {{"tortuosity_factor", 1.0 / 3}}}, false);

  const Stored labels = read_dataset(in("a.h5"), "/label");
  EXPECT_EQ(labels.shape, (std::vector<hsize_t>{3, 4, 5}));
  EXPECT_EQ(labels.type_class, H5T_INTEGER);
  EXPECT_EQ(labels.bytes, 1u);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(labels.values[i], (std::array{-5, 0, 7}[i % 3]));
  ASSERT_EQ(labels.element_size_um.size(), 3u);
  for (std::size_t axis = 0; axis < 3; ++axis)
    EXPECT_NEAR(labels.element_size_um[axis], (std::array{0.3, 0.2, 0.1}[axis]), 1e-15);

  const Stored field = read_dataset(in("a.h5"), "/concentration");
  EXPECT_EQ(field.type_class, H5T_FLOAT);
  EXPECT_EQ(field.bytes, 4u);
  EXPECT_EQ(field.element_size_um, labels.element_size_um);
  for (std::size_t i = 0; i < 60; ++i)
    EXPECT_TRUE(field.values[i] == static_cast<double>(values[i]) ||
                (std::isnan(field.values[i]) && i % 5 == 0));

  const hid_t file = H5Fopen(in("a.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  EXPECT_EQ(read_attribute(file, "tortuosity_factor"), std::vector<double>{1.0 / 3});
  H5Fclose(file);
  EXPECT_EQ(files(), 1u);
}

TEST_F(WriteHdf5, AFluxHasItsComponentsLast) {
  for (const Extent extent : {Extent{5, 4, 3}, Extent{1200, 90, 40}}) {  // one chunk, and several slabs
    const Volume volume = striped_volume(extent, {0, 1});
    io::write_hdf5(
        in("a.h5"),
        {.volume = &volume, .flux = [&](std::int64_t z, float* to) { numbered_layer(extent, z, to); }}, true);
    const Stored flux = read_dataset(in("a.h5"), "/flux");
    const auto length = [](std::int64_t n) { return static_cast<hsize_t>(n); };
    EXPECT_EQ(flux.shape, (std::vector<hsize_t>{length(extent.nz), length(extent.ny), length(extent.nx), 3}));
    EXPECT_EQ(flux.bytes, 4u);
    for (std::size_t i = 0; i < flux.values.size(); ++i)
      ASSERT_EQ(flux.values[i], 0.25f * static_cast<float>(i)) << i;
  }
}

TEST_F(WriteHdf5, ChunksAreShuffledDeflatedAndChecked) {
  const Volume volume = striped_volume({50, 40, 30}, {0, 1});
  io::write_hdf5(in("a.h5"), {.volume = &volume}, false);
  EXPECT_EQ(read_dataset(in("a.h5"), "/label").filters,
            (std::vector<H5Z_filter_t>{H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32}));
  EXPECT_LT(std::filesystem::file_size(in("a.h5")), 20000u);
}

TEST_F(WriteHdf5, AVolumeAloneHasOneDataset) {
  io::write_volume(in("a.h5"), striped_volume({4, 3, 2}, {0, 300}), false);
  EXPECT_TRUE(has(in("a.h5"), "label"));
  EXPECT_FALSE(has(in("a.h5"), "concentration"));
  const Stored labels = read_dataset(in("a.h5"), "/label");
  EXPECT_EQ(labels.bytes, 2u);
  EXPECT_TRUE(labels.element_size_um.empty());
}

TEST_F(WriteHdf5, SlicesLargerThanAChunkAndSeveralSlabsComeBack) {
  for (const Extent extent :
       {Extent{1, 1, 1}, Extent{1500, 1100, 3}, Extent{200, 150, 170}, Extent{3000000, 1, 2}}) {
    const Volume volume = striped_volume(extent, {0, 1, 2});
    const std::vector<float> values = noise(extent);
    io::write_hdf5(in("a.h5"), {.volume = &volume, .values = values}, true);
    const Stored field = read_dataset(in("a.h5"), "/concentration");
    ASSERT_EQ(field.values.size(), values.size());
    EXPECT_TRUE(std::equal(values.begin(), values.end(), field.values.begin()));
  }
}

TEST_F(WriteHdf5, RefusesAnExistingFileUnlessOverwriting) {
  put(in("a.h5"), "old");
  const Volume volume = striped_volume({4, 3, 2}, {0, 1});
  EXPECT_EQ(outcome_of([&] { io::write_hdf5(in("a.h5"), {.volume = &volume}, false); }).code, output_code);
  EXPECT_EQ(contents(in("a.h5")), "old");
  io::write_hdf5(in("a.h5"), {.volume = &volume}, true);
  EXPECT_EQ(read_dataset(in("a.h5"), "/label").values.size(), 24u);
}

}  // namespace tauvox::test

#endif
