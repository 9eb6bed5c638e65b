#include <vtkFloatArray.h>
#include <vtkImageData.h>
#include <vtkImageGaussianSmooth.h>
#include <vtkImageMedian3D.h>
#include <vtkNew.h>
#include <vtkPointData.h>

#include <algorithm>
#include <new>

#include "io/grey_filter.hpp"

namespace tauvox::io {

void apply(const GreyFilter& filter, const Extent& extent, std::vector<float>& values) {
  vtkNew<vtkFloatArray> array;
  array->SetArray(values.data(), static_cast<vtkIdType>(values.size()), 1);  // which stays ours
  vtkNew<vtkImageData> image;
  image->SetDimensions(static_cast<int>(extent.nx), static_cast<int>(extent.ny), static_cast<int>(extent.nz));
  image->GetPointData()->SetScalars(array);
  const auto take = [&](auto& algorithm) {
    algorithm.SetInputData(image);
    algorithm.Update();
    const auto* filtered = static_cast<const float*>(algorithm.GetOutput()->GetScalarPointer());
    if (filtered == nullptr) throw std::bad_alloc();
    std::copy_n(filtered, values.size(), values.data());
  };
  if (filter.kind == GreyFilter::Kind::median) {
    vtkNew<vtkImageMedian3D> median;
    const int edge = static_cast<int>(filter.size);
    // one layer has no neighbours across it
    median->SetKernelSize(extent.nx > 1 ? edge : 1, extent.ny > 1 ? edge : 1, extent.nz > 1 ? edge : 1);
    take(*median);
  } else {
    vtkNew<vtkImageGaussianSmooth> smooth;
    constexpr double reach = 4;  // standard deviations
    smooth->SetDimensionality(extent.nz > 1 ? 3 : 2);
    smooth->SetStandardDeviations(filter.size, filter.size, filter.size);
    smooth->SetRadiusFactors(reach, reach, reach);
    take(*smooth);
  }
}

}  // namespace tauvox::io
