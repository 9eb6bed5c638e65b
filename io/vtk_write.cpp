// ParaView's .vti: cells on a grid of (nx+1)(ny+1)(nz+1) points, arrays appended raw behind the XML, 64-bit
// lengths so that they may exceed 4 GiB, LZ4. VTK's i is our x: both run fastest, and no array is transposed.
//
// Memory besides the caller's arrays: the stored labels (1 byte per voxel and more for values above 255; none
// where the codes are the values), the flux (12 bytes per voxel), and slabs of a few megabytes while the file
// is read back.
#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkDoubleArray.h>
#include <vtkFieldData.h>
#include <vtkImageData.h>
#include <vtkStringArray.h>
#include <vtkXMLImageDataReader.h>
#include <vtkXMLImageDataWriter.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "io/field_arrays.hpp"
#include "io/output.hpp"
#include "io/vtk_messages.hpp"

namespace tauvox::io {

namespace {

int vtk_type(Scalar scalar) {
  switch (scalar) {
    case Scalar::int8:
      return VTK_TYPE_INT8;
    case Scalar::uint8:
      return VTK_TYPE_UINT8;
    case Scalar::int16:
      return VTK_TYPE_INT16;
    case Scalar::uint16:
      return VTK_TYPE_UINT16;
    case Scalar::int32:
      return VTK_TYPE_INT32;
    case Scalar::uint32:
      return VTK_TYPE_UINT32;
    case Scalar::int64:
      return VTK_TYPE_INT64;
    case Scalar::float32:
      return VTK_TYPE_FLOAT32;
  }
  return VTK_VOID;
}

/// x, y, z in um; the ratio of the edges when the voxel size is unknown. Metres would give bounds that
/// ParaView shows badly.
std::array<double, 3> spacing_of(const Volume& volume) {
  const double scale = volume.voxel_size ? 1e6 : 1;
  const std::array<double, 3> zyx = volume.spacing();
  return {zyx[2] * scale, zyx[1] * scale, zyx[0] * scale};
}

/// A name as it can stand in XML: VTK writes names as they are, and its reader resolves the entities.
std::string xml_name(const std::string& name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '&')
      escaped += "&amp;";
    else if (c == '"')
      escaped += "&quot;";
    else
      escaped += static_cast<unsigned char>(c) < 0x20 ? '_' : c;  // control characters: not even as entities
  }
  return escaped;
}

/// The name under which a reader finds it.
std::string read_name(std::string name) {
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x20) c = '_';
  return name;
}

void add_field_data(vtkFieldData& data, const FieldFile& file) {
  for (const auto& [name, text] : field_texts(file)) {
    vtkNew<vtkStringArray> array;
    array->SetName(name.c_str());
    array->InsertNextValue(text);
    data.AddArray(array);
  }
  for (const auto& [name, value] : file.results) {
    vtkNew<vtkDoubleArray> result;
    result->SetName(xml_name(name).c_str());
    result->InsertNextValue(value);
    data.AddArray(result);
  }
}

void write_image(const PendingFile& pending, const FieldFile& file, const VtkMessages& messages) {
  const Extent extent = file.volume->extent;
  const auto spacing = spacing_of(*file.volume);
  vtkNew<vtkImageData> image;
  image->SetDimensions(static_cast<int>(extent.nx + 1), static_cast<int>(extent.ny + 1),
                       static_cast<int>(extent.nz + 1));
  image->SetSpacing(spacing[0], spacing[1], spacing[2]);
  const auto arrays = field_arrays(file);
  for (const FieldArray& array : arrays) {
    const auto values =
        vtkSmartPointer<vtkDataArray>::Take(vtkDataArray::CreateDataArray(vtk_type(array.scalar)));
    values->SetName(xml_name(array.name).c_str());
    values->SetNumberOfComponents(array.components);
    // The 1 leaves the memory ours: VTK neither copies nor frees nor, in a writer, changes it.
    values->SetVoidArray(const_cast<void*>(array.slab(0, extent.nz)), extent.voxels() * array.components, 1);
    image->GetCellData()->AddArray(values);
  }
  image->GetCellData()->SetActiveScalars(
      xml_name(arrays.back().name).c_str());  // what ParaView colours by at first
  add_field_data(*image->GetFieldData(), file);

  vtkNew<vtkXMLImageDataWriter> writer;
  writer->SetFileName(pending.temporary().c_str());
  writer->SetInputData(image);
  writer->SetDataModeToAppended();
  writer->EncodeAppendedDataOff();
  writer->SetHeaderTypeToUInt64();
  writer->SetCompressorTypeToLZ4();
  errno = 0;
  const bool written = writer->Write() == 1 && writer->GetErrorCode() == 0;
  // VTK calls every failed write a lack of disk space; the system's own reason is still there.
  if (!written && errno != 0) throw_output("cannot write the .vti file", pending.path(), errno);
  messages.check(written, "cannot write the .vti file", pending.path());
}

/// @throws Error(output)
void check_same(bool same, const std::string& what, const std::string& path) {
  if (!same)
    throw Error(ExitCode::output, "the .vti file does not hold what was written", path, what + " differs",
                "the disk may be full or faulty; try another folder");
}

void check_field_data(vtkFieldData& data, const FieldFile& file, const std::string& path) {
  for (const auto& [name, text] : field_texts(file)) {
    auto* array = vtkStringArray::SafeDownCast(data.GetAbstractArray(name.c_str()));
    check_same(array != nullptr && array->GetNumberOfValues() == 1 && array->GetValue(0) == text, name, path);
  }
  for (const auto& [name, value] : file.results) {
    auto* result = vtkDoubleArray::SafeDownCast(data.GetAbstractArray(read_name(name).c_str()));
    check_same(result != nullptr && result->GetNumberOfValues() == 1, name, path);
    const double stored = result->GetValue(0);
    check_same(stored == value || (stored != stored && value != value), name, path);
  }
}

void compare_image(const PendingFile& pending, const FieldFile& file, const VtkMessages& messages) {
  const std::string& path = pending.path();
  const Extent extent = file.volume->extent;
  const auto spacing = spacing_of(*file.volume);
  const auto arrays = field_arrays(file);
  vtkNew<vtkXMLImageDataReader> reader;
  reader->SetFileName(pending.temporary().c_str());
  const std::int64_t step = slab_slices(extent, 12, std::int64_t{48} << 20);
  for (std::int64_t z = 0; z < extent.nz; z += step) {
    const std::int64_t slices = std::min(step, extent.nz - z);
    const int wanted[6] = {0,
                           static_cast<int>(extent.nx),
                           0,
                           static_cast<int>(extent.ny),
                           static_cast<int>(z),
                           static_cast<int>(z + slices)};
    const bool read =
        static_cast<vtkAlgorithm&>(*reader).UpdateExtent(wanted) == 1 && reader->GetErrorCode() == 0;
    messages.check(read, "cannot read the .vti file back", path);
    vtkImageData& image = *reader->GetOutput();
    check_same(std::equal(wanted, wanted + 6, image.GetExtent()), "the extent", path);
    check_same(std::equal(spacing.begin(), spacing.end(), image.GetSpacing()), "the spacing", path);
    if (z == 0) check_field_data(*image.GetFieldData(), file, path);
    for (const FieldArray& array : arrays) {
      vtkDataArray* values = image.GetCellData()->GetArray(read_name(array.name).c_str());
      const std::int64_t count = extent.nx * extent.ny * slices;
      check_same(values != nullptr && values->GetNumberOfTuples() == count &&
                     values->GetNumberOfComponents() == array.components &&
                     values->GetDataTypeSize() * array.components == static_cast<int>(array.bytes),
                 array.name, path);
      const std::size_t bytes = static_cast<std::size_t>(count) * array.bytes;
      check_same(std::memcmp(values->GetVoidPointer(0), array.slab(z, slices), bytes) == 0, array.name, path);
    }
  }
}

}  // namespace

void write_vti(const std::string& path, const FieldFile& file, bool overwrite) {
  PendingFile pending(path, overwrite);
  for (const Axis axis : all_axes)
    if (file.volume != nullptr && file.volume->extent.along(axis) >= std::numeric_limits<int>::max())
      throw Error(ExitCode::output, "the volume is too long for a .vti file", path,
                  "VTK counts points of an axis in 32 bits", "write .h5 instead");
  const VtkMessages messages;
  write_image(pending, file, messages);
  compare_image(pending, file, messages);
  pending.commit();
}

}  // namespace tauvox::io
