// Pixels as the bytes of a PNG file.
#include <vtkImageData.h>
#include <vtkPNGWriter.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>

#include "io/vtk_messages.hpp"
#include "io/write.hpp"

namespace tauvox::io {

std::string png_of(int width, int height, std::span<const unsigned char> rgb) {
  vtkNew<vtkImageData> image;
  image->SetDimensions(width, height, 1);
  image->AllocateScalars(VTK_UNSIGNED_CHAR, 3);
  const auto row_bytes = static_cast<std::ptrdiff_t>(3) * width;
  for (int row = 0; row < height; ++row)  // VTK counts rows from the bottom
    std::copy_n(rgb.begin() + row * row_bytes, row_bytes,
                static_cast<unsigned char*>(image->GetScalarPointer(0, height - 1 - row, 0)));
  // Encoded in memory: VTK does not look at what fwrite and fclose return.
  const VtkMessages messages;
  vtkNew<vtkPNGWriter> writer;
  writer->SetInputData(image);
  writer->SetCompressionLevel(9);
  writer->WriteToMemoryOn();
  writer->Write();
  vtkUnsignedCharArray* bytes = writer->GetResult();
  messages.check(writer->GetErrorCode() == 0 && bytes != nullptr && bytes->GetNumberOfValues() > 0,
                 "cannot make the picture", "");
  return {reinterpret_cast<const char*>(bytes->GetPointer(0)),
          static_cast<std::size_t>(bytes->GetNumberOfValues())};
}

}  // namespace tauvox::io
