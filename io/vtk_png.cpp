// Middle slices as PNG. Labels: the lowest value (pore in most files) nearly black, the others in the order
// of their values in the colours of Okabe and Ito, which most colour-blind people can tell apart
// (https://jfly.uni-koeln.de/color/). Concentration: viridis from 0 to 1, insulators grey.
#include <vtkImageData.h>
#include <vtkPNGWriter.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "io/vtk_messages.hpp"
#include "io/write.hpp"

namespace tauvox::io {

namespace {

using Colour = std::array<unsigned char, 3>;  // red, green, blue

constexpr std::int64_t smallest_side = 512;  // pixels

constexpr Colour insulator_grey{190, 190, 190};

Colour mix(Colour a, Colour b, double share_of_b) {
  Colour mixed{};
  for (int i = 0; i < 3; ++i)
    mixed[i] =
        static_cast<unsigned char>(std::lround(a[i] + share_of_b * (static_cast<double>(b[i]) - a[i])));
  return mixed;
}

Colour label_colour(std::int64_t code) {
  constexpr Colour first{22, 22, 28};
  constexpr std::array<Colour, 7> wheel{{{230, 159, 0},    // orange
                                         {86, 180, 233},   // sky blue
                                         {0, 158, 115},    // bluish green
                                         {204, 121, 167},  // reddish purple
                                         {240, 228, 66},   // yellow
                                         {0, 114, 178},    // blue
                                         {213, 94, 0}}};   // vermilion
  if (code == 0) return first;
  // From the eighth on the wheel turns again, darker and paler in turns; after five turns colours repeat.
  const std::int64_t turn = (code - 1) / 7 % 5;
  const Colour base = wheel[static_cast<std::size_t>((code - 1) % 7)];
  if (turn == 0) return base;
  const double share = turn <= 2 ? 0.45 : 0.7;
  return mix(base, turn % 2 == 1 ? Colour{0, 0, 0} : Colour{255, 255, 255}, share);
}

Colour concentration_colour(float value) {
  constexpr std::array<Colour, 9> viridis{{{68, 1, 84},
                                           {71, 45, 123},
                                           {59, 82, 139},
                                           {44, 114, 142},
                                           {33, 144, 140},
                                           {39, 173, 129},
                                           {93, 200, 99},
                                           {170, 220, 50},
                                           {253, 231, 37}}};
  if (std::isnan(value)) return insulator_grey;
  const double position = 8.0 * std::clamp(static_cast<double>(value), 0.0, 1.0);
  const std::size_t below = std::min<std::size_t>(static_cast<std::size_t>(position), 7);
  return mix(viridis[below], viridis[below + 1], position - static_cast<double>(below));
}

/// @param colour of the voxel with this index: Colour(std::int64_t)
template <class ColourOf>
void write_slice(const std::string& path, const Extent& extent, Axis normal, bool overwrite,
                 const ColourOf& colour) {
  const Axis down = normal == Axis::z ? Axis::y : Axis::z, right = normal == Axis::x ? Axis::y : Axis::x;
  const auto step = [&](Axis axis) {
    return axis == Axis::z ? extent.nx * extent.ny : axis == Axis::y ? extent.nx : 1;
  };
  const std::int64_t rows = extent.along(down), columns = extent.along(right),
                     longer = std::max(rows, columns);
  const std::int64_t factor = (smallest_side + longer - 1) / longer;  // 1 for slices that are large enough
  const std::int64_t width = columns * factor, height = rows * factor;
  if (std::max(width, height) > 65500)
    throw Error(ExitCode::output, "the slice is too large for a picture", path,
                std::to_string(height) + "x" + std::to_string(width) + " pixels",
                "choose another axis, or crop");

  std::vector<unsigned char> rgb(static_cast<std::size_t>(3 * width * height));
  auto pixel = rgb.begin();
  const std::int64_t middle = extent.along(normal) / 2 * step(normal);
  for (std::int64_t row = 0; row < height; ++row)
    for (std::int64_t column = 0; column < columns; ++column) {
      const Colour c = colour(middle + row / factor * step(down) + column * step(right));
      for (std::int64_t repeat = 0; repeat < factor; ++repeat) pixel = std::copy(c.begin(), c.end(), pixel);
    }
  write_text(path, png_of(static_cast<int>(width), static_cast<int>(height), rgb), overwrite);
}

}  // namespace

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

void write_label_png(const std::string& path, const Volume& volume, Axis normal, bool overwrite) {
  write_slice(path, volume.extent, normal, overwrite,
              [&volume](std::int64_t i) { return label_colour(volume.code(i)); });
}

void write_concentration_png(const std::string& path, const Volume& volume,
                             std::span<const float> concentration, Axis normal, bool overwrite) {
  if (concentration.size() != static_cast<std::size_t>(volume.extent.voxels()))
    throw Error(ExitCode::internal, "the concentration does not fit the volume", path);
  write_slice(path, volume.extent, normal, overwrite, [concentration](std::int64_t i) {
    return concentration_colour(concentration[static_cast<std::size_t>(i)]);
  });
}

}  // namespace tauvox::io
