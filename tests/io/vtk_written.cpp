// .vti and PNG files as VTK's own readers see them.
#ifdef TAUVOX_HAVE_VTK

#include <vtkCell.h>
#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkDoubleArray.h>
#include <vtkFieldData.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPNGReader.h>
#include <vtkPointData.h>
#include <vtkSmartPointer.h>
#include <vtkStringArray.h>
#include <vtkXMLImageDataReader.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "tests/io/write_support.hpp"

namespace tauvox::test {

using WriteVti = WriteTest;
using WritePng = WriteTest;

namespace {

vtkSmartPointer<vtkImageData> read_vti(const std::string& path) {
  vtkNew<vtkXMLImageDataReader> reader;
  reader->SetFileName(path.c_str());
  reader->Update();
  return reader->GetOutput();
}

Volume volume_with_one_marked_voxel(const Extent& extent, std::int64_t x, std::int64_t y, std::int64_t z) {
  Volume volume;
  volume.extent = extent;
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(extent.voxels()), 0);
  codes[static_cast<std::size_t>((z * extent.ny + y) * extent.nx + x)] = 1;
  volume.codes = std::move(codes);
  volume.labels = {{0, extent.voxels() - 1}, {9, 1}};
  return volume;
}

struct Picture {
  std::array<int, 2> size{};  // width, height
  vtkSmartPointer<vtkImageData> image;
  /// Colour at `right` pixels from the left and `down` from the top.
  std::array<int, 3> at(int right, int down) const {
    const auto* pixel =
        static_cast<const unsigned char*>(image->GetScalarPointer(right, size[1] - 1 - down, 0));
    return {pixel[0], pixel[1], pixel[2]};
  }
};

Picture read_png(const std::string& path) {
  vtkNew<vtkPNGReader> reader;
  reader->SetFileName(path.c_str());
  reader->Update();
  Picture picture;
  picture.image = reader->GetOutput();
  picture.size = {picture.image->GetDimensions()[0], picture.image->GetDimensions()[1]};
  return picture;
}

}  // namespace

TEST_F(WriteVti, PutsTheMarkedVoxelWhereItBelongs) {
  const Extent extent{5, 4, 3};
  Volume volume = volume_with_one_marked_voxel(extent, 3, 1, 2);
  volume.voxel_size = {{400e-9, 300e-9, 200e-9}};  // z, y, x
  io::write_vti(in("volume.vti"), {.volume = &volume}, false);

  const auto image = read_vti(in("volume.vti"));
  EXPECT_EQ(image->GetNumberOfCells(), 60);
  EXPECT_EQ(image->GetNumberOfPoints(), 6 * 5 * 4);
  EXPECT_EQ(image->GetPointData()->GetNumberOfArrays(), 0);
  vtkDataArray* labels = image->GetCellData()->GetArray("label");
  ASSERT_NE(labels, nullptr);
  ASSERT_EQ(labels->GetNumberOfTuples(), 60);
  int marked = -1;
  for (int cell = 0; cell < 60; ++cell)
    if (labels->GetTuple1(cell) == 9) marked = cell;
  EXPECT_EQ(marked, (2 * 4 + 1) * 5 + 3);
  double bounds[6];  // um: x, y, z
  image->GetCell(marked)->GetBounds(bounds);
  const double expected[6] = {3 * 0.2, 4 * 0.2, 1 * 0.3, 2 * 0.3, 2 * 0.4, 3 * 0.4};
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(bounds[i], expected[i], 1e-12);
  const double centre[3] = {3.5 * 0.2, 1.5 * 0.3, 2.5 * 0.4};
  double inside[3], weights[8];
  int part = 0;
  EXPECT_EQ(image->FindCell(const_cast<double*>(centre), nullptr, -1, 0, part, inside, weights), marked);
}

TEST_F(WriteVti, AFluxIsAVectorOfEachCell) {
  const Extent extent{5, 4, 3};
  const Volume volume = striped_volume(extent, {0, 1});
  io::write_vti(
      in("volume.vti"),
      {.volume = &volume, .flux = [&](std::int64_t z, float* to) { numbered_layer(extent, z, to); }}, false);
  const auto image = read_vti(in("volume.vti"));
  vtkDataArray* flux = image->GetCellData()->GetArray("flux");
  ASSERT_NE(flux, nullptr);
  ASSERT_EQ(flux->GetNumberOfComponents(), 3);
  ASSERT_EQ(flux->GetNumberOfTuples(), 60);
  for (int cell = 0; cell < 60; ++cell)
    for (int component = 0; component < 3; ++component)
      EXPECT_EQ(flux->GetComponent(cell, component), 0.25 * (3 * cell + component));
}

TEST_F(WriteVti, IsAppendedRawWithLengthsOf64Bits) {
  const Volume volume = striped_volume({7, 5, 3}, {0, 1, 2});
  io::write_vti(in("volume.vti"), {.volume = &volume}, false);
  const std::string text = contents(in("volume.vti"));
  EXPECT_NE(text.find("type=\"ImageData\""), std::string::npos);
  EXPECT_NE(text.find("header_type=\"UInt64\""), std::string::npos);
  EXPECT_NE(text.find("<AppendedData encoding=\"raw\">"), std::string::npos);
  EXPECT_NE(text.find("WholeExtent=\"0 7 0 5 0 3\""), std::string::npos);
  EXPECT_NE(text.find("vtkLZ4DataCompressor"), std::string::npos);
  EXPECT_EQ(files(), 1u);
}

TEST_F(WriteVti, StoresLabelValuesInTheSmallestTypeThatHoldsThem) {
  struct Case {
    std::vector<std::int64_t> values;
    int bytes;
  };
  for (const Case& c :
       {Case{{0, 1, 255}, 1}, Case{{-128, 0, 127}, 1}, Case{{-1, 200}, 2}, Case{{7, 256, 65535}, 2},
        Case{{0, 65536}, 4}, Case{{-70000, 5}, 4}, Case{{-3000000000, 5}, 8}, Case{{1, 5000000000}, 8}}) {
    const Volume volume = striped_volume({4, 3, 2}, c.values);
    io::write_vti(in("volume.vti"), {.volume = &volume}, true);
    const auto image = read_vti(in("volume.vti"));
    vtkDataArray* labels = image->GetCellData()->GetArray("label");
    ASSERT_NE(labels, nullptr);
    EXPECT_EQ(labels->GetDataTypeSize(), c.bytes);
    for (int i = 0; i < 24; ++i)
      EXPECT_EQ(labels->GetTuple1(i),
                static_cast<double>(c.values[static_cast<std::size_t>(i) % c.values.size()]));
  }
}

TEST_F(WriteVti, StoresMoreThan256Labels) {
  std::vector<std::int64_t> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(3 * i);
  const Volume volume = striped_volume({20, 11, 10}, values);
  io::write_vti(in("volume.vti"), {.volume = &volume}, false);
  const auto image = read_vti(in("volume.vti"));
  EXPECT_EQ(image->GetCellData()->GetArray("label")->GetTuple1(1501), 3.0 * 501);
}

TEST_F(WriteVti, KeepsTheConcentrationBitByBitAndNaN) {
  const Extent extent{6, 5, 4};
  const Volume volume = striped_volume(extent, {0, 1});
  const std::vector<float> values = ramp_with_nan(extent);
  io::write_vti(in("field.vti"), {.volume = &volume, .values = values}, false);
  const auto image = read_vti(in("field.vti"));
  vtkDataArray* stored = image->GetCellData()->GetArray("concentration");
  ASSERT_NE(stored, nullptr);
  EXPECT_EQ(stored->GetDataType(), VTK_FLOAT);
  EXPECT_EQ(std::memcmp(stored->GetVoidPointer(0), values.data(), values.size() * sizeof(float)), 0);
  EXPECT_TRUE(std::isnan(stored->GetTuple1(0)));
}

TEST_F(WriteVti, SaysUnitsAndResultsInFieldData) {
  Volume volume = striped_volume({3, 2, 2}, {0, 1});
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  io::write_vti(in("a.vti"),
                {.volume = &volume, .results = {{"tortuosity_factor", 1.0 / 3}, {"none", not_a_number}}},
                false);
  auto image = read_vti(in("a.vti"));
  vtkFieldData* data = image->GetFieldData();
  EXPECT_EQ(vtkStringArray::SafeDownCast(data->GetAbstractArray("length_unit"))->GetValue(0), "voxel");
  EXPECT_EQ(vtkDoubleArray::SafeDownCast(data->GetAbstractArray("tortuosity_factor"))->GetValue(0), 1.0 / 3);
  EXPECT_EQ(image->GetSpacing()[0], 1.0);
  volume.voxel_size = {{1e-6, 1e-6, 1e-6}};
  io::write_vti(in("b.vti"), {.volume = &volume}, false);
  image = read_vti(in("b.vti"));
  EXPECT_EQ(vtkStringArray::SafeDownCast(image->GetFieldData()->GetAbstractArray("length_unit"))->GetValue(0),
            "um");
}

TEST_F(WriteVti, EscapesNamesThatXmlReserves) {
  const Extent extent{3, 2, 2};
  const Volume volume = striped_volume(extent, {0, 1});
  const std::vector<float> values(12, 0.5f);
  const std::string name = "c <in> \"NMC\" & 'binder' &lt;";
  io::write_vti(in("a.vti"),
                {.volume = &volume, .values = values, .name = name, .results = {{"tau <x&\"y\">", 2}}},
                false);
  const auto image = read_vti(in("a.vti"));
  EXPECT_NE(image->GetCellData()->GetArray(name.c_str()), nullptr);
  EXPECT_NE(image->GetFieldData()->GetAbstractArray("tau <x&\"y\">"), nullptr);
}

TEST_F(WriteVti, SingleVoxelsAndSeveralSlabsAreRead) {
  for (const Extent extent :
       {Extent{1, 1, 1}, Extent{1, 1, 9}, Extent{300, 200, 200}}) {  // the last: several slabs
    const Volume volume = striped_volume(extent, {0, 1, 2});
    const std::vector<float> values = noise(extent);
    EXPECT_NO_THROW(io::write_vti(in("a.vti"), {.volume = &volume, .values = values}, true));
  }
}

TEST_F(WriteVti, RefusesArraysThatDoNotFit) {
  const Volume volume = striped_volume({3, 2, 2}, {0, 1});
  const std::vector<float> values(11);
  EXPECT_EQ(
      outcome_of([&] { io::write_vti(in("a.vti"), {.volume = &volume, .values = values}, false); }).code,
      static_cast<int>(ExitCode::internal));
  EXPECT_EQ(files(), 0u);
}

TEST_F(WritePng, PixelsStandWhereTheyWerePut) {
  const std::vector<unsigned char> rgb{1,   2,   3,   40, 50, 60, 7,   8,   9,
                                       100, 110, 120, 13, 14, 15, 250, 251, 252};
  io::write_text(in("a.png"), io::png_of(2, 3, rgb), false);
  const Picture picture = read_png(in("a.png"));
  ASSERT_EQ(picture.size, (std::array<int, 2>{2, 3}));
  for (int down = 0; down < 3; ++down)
    for (int right = 0; right < 2; ++right)
      for (std::size_t colour = 0; colour < 3; ++colour)
        EXPECT_EQ(picture.at(right, down)[colour],
                  rgb[static_cast<std::size_t>(3 * (2 * down + right)) + colour]);
}

}  // namespace tauvox::test

#endif
