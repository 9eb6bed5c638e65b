// MetaImage and NIfTI files as VTK's readers see them: its code for MetaImage is ITK's.
#ifdef TAUVOX_HAVE_VTK
#ifdef TAUVOX_HAVE_ZLIB

#include <vtkDataArray.h>
#include <vtkImageData.h>
#include <vtkMetaImageReader.h>
#include <vtkNIFTIImageReader.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkSmartPointer.h>

#include "tests/io/write_support.hpp"

namespace tauvox::test {

using WriteHeader = WriteTest;

namespace {

template <class Reader>
vtkSmartPointer<vtkImageData> read_by_vtk(const std::string& path) {
  vtkNew<Reader> reader;
  reader->SetFileName(path.c_str());
  reader->Update();
  return reader->GetOutput();
}

void expect_same(vtkImageData& image, const Volume& volume, double rounding) {
  int lengths[3];
  image.GetDimensions(lengths);
  ASSERT_EQ(make_extent({lengths[2], lengths[1], lengths[0]}, ""), volume.extent);
  for (int axis = 0; axis < 3; ++axis)  // z, y, x in m; x, y, z in mm
    EXPECT_NEAR(image.GetSpacing()[2 - axis], 1e3 * (*volume.voxel_size)[static_cast<std::size_t>(axis)],
                rounding);
  const auto& codes = std::get<LabelArray<std::uint8_t>>(volume.codes);
  for (std::size_t i = 0; i < codes.size(); ++i)
    ASSERT_EQ(image.GetPointData()->GetScalars()->GetComponent(static_cast<vtkIdType>(i), 0),
              static_cast<double>(volume.labels[codes[i]].value))
        << i;
}

}  // namespace

TEST_F(WriteHeader, IsReadByVtk) {
  for (const std::vector<std::int64_t>& labels : {std::vector<std::int64_t>{0, 3, 200},
                                                  {-3, 0, 100},
                                                  {0, 60000},
                                                  {-300, 5},
                                                  {0, 3'000'000'000},
                                                  {-1, 70000}}) {
    Volume volume = striped_volume({7, 5, 3}, labels);
    volume.voxel_size = {{2e-6, 1e-6, 0.4e-6}};
    io::write_volume(in("a.mha"), volume, true);
    io::write_volume(in("a.nii"), volume, true);
    io::write_volume(in("a.nii.gz"), volume, true);
    expect_same(*read_by_vtk<vtkMetaImageReader>(in("a.mha")), volume, 1e-15);
    expect_same(*read_by_vtk<vtkNIFTIImageReader>(in("a.nii")), volume, 1e-9);
    expect_same(*read_by_vtk<vtkNIFTIImageReader>(in("a.nii.gz")), volume, 1e-9);
  }
}

}  // namespace tauvox::test

#endif
#endif
