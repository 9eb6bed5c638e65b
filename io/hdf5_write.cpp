// Our own HDF5: /label, /concentration and the results as attributes of the root, as any reader since
// HDF5 1.8 and h5py open them. Chunks of whole slices, shuffled, deflated and with a Fletcher32 checksum.
//
// HDF5 keeps chunks in memory and may report success for writes and closes that ran out of disk: every slab
// is read back from the closed file and compared.
#include <hdf5.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "io/field_arrays.hpp"
#include "io/hdf5_driver.hpp"
#include "io/hdf5_own.hpp"
#include "io/output.hpp"

namespace tauvox::io {

namespace {

constexpr std::int64_t chunk_bytes = std::int64_t{1} << 20;  // a chunk that fills HDF5's default cache
constexpr std::int64_t slab_bytes = std::int64_t{16} << 20;

/// Keeps HDF5 from printing its errors while it lives.
class QuietErrors {
 public:
  QuietErrors() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~QuietErrors() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// The innermost error of HDF5's stack: the one nearest to the system call.
std::string hdf5_reason() {
  std::string reason;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* text) -> herr_t {
        if (static_cast<std::string*>(text)->empty() && error->desc)
          *static_cast<std::string*>(text) = error->desc;
        return 0;
      },
      &reason);
  return reason;
}

struct Hdf5File {
  std::string temporary, path;  // messages name the path
  int error_number = 0;         // of the first system call that failed

  [[noreturn]] void fail(const std::string& what) const {
    if (error_number != 0) throw_output(what, path, error_number);
    throw Error(ExitCode::output, what, path, hdf5_reason());
  }
  /// Return codes and identifiers alike: negative is a failure.
  template <class Code>
  Code check(Code code) const {
    if (code < 0 || error_number != 0) fail("cannot write the HDF5 file");
    return code;
  }
};

class Handle {
 public:
  Handle(hid_t id, herr_t (*closer)(hid_t), const Hdf5File& file) : id_(id), close_(closer) {
    if (id_ < 0) file.fail("cannot write the HDF5 file");
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }
  void close(const Hdf5File& file) { file.check(close_(std::exchange(id_, -1))); }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

hid_t memory_type(Scalar scalar) {
  switch (scalar) {
    case Scalar::int8:
      return H5T_NATIVE_INT8;
    case Scalar::uint8:
      return H5T_NATIVE_UINT8;
    case Scalar::int16:
      return H5T_NATIVE_INT16;
    case Scalar::uint16:
      return H5T_NATIVE_UINT16;
    case Scalar::int32:
      return H5T_NATIVE_INT32;
    case Scalar::uint32:
      return H5T_NATIVE_UINT32;
    case Scalar::int64:
      return H5T_NATIVE_INT64;
    case Scalar::float32:
      return H5T_NATIVE_FLOAT;
  }
  return H5I_INVALID_HID;
}

/// z, y, x; components are a fourth axis.
int rank_of(const FieldArray& array) { return array.components > 1 ? 4 : 3; }

std::array<hsize_t, 4> shape_of(const Extent& extent, const FieldArray& array) {
  const auto zyx = extent.zyx();
  return {static_cast<hsize_t>(zyx[0]), static_cast<hsize_t>(zyx[1]), static_cast<hsize_t>(zyx[2]),
          static_cast<hsize_t>(array.components)};
}

/// Whole slices while one fits into `chunk_bytes`, else rows of one slice.
std::array<hsize_t, 4> chunk_shape(const Extent& extent, const FieldArray& array) {
  const std::int64_t row = extent.nx * static_cast<std::int64_t>(array.bytes);
  const std::int64_t rows = std::clamp<std::int64_t>(chunk_bytes / row, 1, extent.ny);
  const std::int64_t slices = rows < extent.ny ? 1 : slab_slices(extent, array.bytes, chunk_bytes);
  const std::int64_t columns = std::min(extent.nx, chunk_bytes);
  return {static_cast<hsize_t>(slices), static_cast<hsize_t>(rows), static_cast<hsize_t>(columns),
          static_cast<hsize_t>(array.components)};
}

/// Slices per slab: whole chunks, so that HDF5 compresses each of them once.
std::int64_t slab_step(const Extent& extent, const FieldArray& array) {
  const auto chunk = static_cast<std::int64_t>(chunk_shape(extent, array)[0]);
  return std::max<std::int64_t>(slab_slices(extent, array.bytes, slab_bytes) / chunk, 1) * chunk;
}

void write_attribute(const Hdf5File& file, hid_t owner, const std::string& name, const double* values,
                     hsize_t count) {
  const Handle space(count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr), H5Sclose,
                     file);
  const Handle attribute(H5Acreate2(owner, name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose, file);
  file.check(H5Awrite(attribute, H5T_NATIVE_DOUBLE, values));
}

void write_text_attribute(const Hdf5File& file, hid_t owner, const std::string& name,
                          const std::string& text) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, file), type(H5Tcopy(H5T_C_S1), H5Tclose, file);
  file.check(H5Tset_size(type, text.size() + 1));
  file.check(H5Tset_cset(type, H5T_CSET_UTF8));
  const Handle attribute(H5Acreate2(owner, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         file);
  file.check(H5Awrite(attribute, type, text.c_str()));
}

/// Calls transfer(slab's memory space, slab's file space, first slice, slices) for every slab of the dataset.
template <class Transfer>
void for_each_slab(const Hdf5File& file, const Extent& extent, const FieldArray& array,
                   const Transfer& transfer) {
  const std::array<hsize_t, 4> shape = shape_of(extent, array);
  const Handle space(H5Screate_simple(rank_of(array), shape.data(), nullptr), H5Sclose, file);
  const std::int64_t step = slab_step(extent, array);
  for (std::int64_t z = 0; z < extent.nz; z += step) {
    const std::int64_t slices = std::min(step, extent.nz - z);
    const std::array<hsize_t, 4> start{static_cast<hsize_t>(z), 0, 0, 0};
    const std::array<hsize_t, 4> count{static_cast<hsize_t>(slices), shape[1], shape[2], shape[3]};
    const Handle memory(H5Screate_simple(rank_of(array), count.data(), nullptr), H5Sclose, file);
    file.check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
    transfer(memory, space, z, slices);
  }
}

void write_array(const Hdf5File& file, hid_t root, const Volume& volume, const FieldArray& array) {
  const std::array<hsize_t, 4> shape = shape_of(volume.extent, array);
  const auto chunk = chunk_shape(volume.extent, array);
  const Handle space(H5Screate_simple(rank_of(array), shape.data(), nullptr), H5Sclose, file);
  const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, file);
  file.check(H5Pset_chunk(layout, rank_of(array), chunk.data()));
  file.check(H5Pset_shuffle(layout));
  file.check(H5Pset_deflate(layout, 1));
  file.check(H5Pset_fletcher32(layout));
  const hid_t type = memory_type(array.scalar);
  Handle dataset(H5Dcreate2(root, array.name.c_str(), type, space, H5P_DEFAULT, layout, H5P_DEFAULT),
                 H5Dclose, file);
  if (volume.voxel_size) {
    std::array<double, 3> size{};  // z, y, x
    for (std::size_t axis = 0; axis < 3; ++axis) size[axis] = (*volume.voxel_size)[axis] * 1e6;
    write_attribute(file, dataset, "element_size_um", size.data(), 3);
  } else if (volume.voxel_ratio) {
    write_attribute(file, dataset, "voxel_ratio", volume.voxel_ratio->data(), 3);
  }
  if (array.components == 3) write_text_attribute(file, dataset, "components", "x,y,z");
  for_each_slab(file, volume.extent, array,
                [&](hid_t memory, hid_t place, std::int64_t z, std::int64_t slices) {
                  file.check(H5Dwrite(dataset, type, memory, place, H5P_DEFAULT, array.slab(z, slices)));
                });
  dataset.close(file);
}

void compare_array(const Hdf5File& file, hid_t root, const Extent& extent, const FieldArray& array) {
  const Handle dataset(H5Dopen2(root, array.name.c_str(), H5P_DEFAULT), H5Dclose, file);
  std::vector<unsigned char> stored;
  for_each_slab(file, extent, array, [&](hid_t memory, hid_t place, std::int64_t z, std::int64_t slices) {
    stored.resize(static_cast<std::size_t>(extent.nx * extent.ny * slices) * array.bytes);
    if (H5Dread(dataset, memory_type(array.scalar), memory, place, H5P_DEFAULT, stored.data()) < 0)
      file.fail("cannot read the HDF5 file back");
    if (std::memcmp(stored.data(), array.slab(z, slices), stored.size()) != 0)
      throw Error(ExitCode::output, "the HDF5 file does not hold what was written", file.path,
                  array.name + " differs", "the disk may be full or faulty; try another folder");
  });
}

/// Metadata with checksums, readable since HDF5 1.8; nothing stays open behind our back.
void set_access(Hdf5File& file, hid_t access) {
  file.check(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18));
  file.check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG));
  file.check(use_careful_driver(access, &file.error_number));
}

}  // namespace

void write_hdf5(const std::string& path, const FieldFile& contents, bool overwrite) {
  PendingFile pending(path, overwrite);
  const QuietErrors quiet;
  Hdf5File file{pending.temporary(), pending.path()};
  const auto arrays = field_arrays(contents);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, file);
  set_access(file, access);

  Handle written(H5Fcreate(file.temporary.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, file);
  for (const FieldArray& array : arrays) write_array(file, written, *contents.volume, array);
  for (const auto& [name, value] : contents.results) write_attribute(file, written, name, &value, 1);
  write_text_attribute(file, written, hdf5::own_mark, hdf5::own_mark_value);
  for (const auto& [name, text] : field_texts(contents)) write_text_attribute(file, written, name, text);
  file.check(H5Fflush(written, H5F_SCOPE_GLOBAL));
  written.close(file);

  const Handle reopened(H5Fopen(file.temporary.c_str(), H5F_ACC_RDONLY, access), H5Fclose, file);
  for (const FieldArray& array : arrays) compare_array(file, reopened, contents.volume->extent, array);
  for (const auto& [name, value] : contents.results) {
    double stored = 0;
    const Handle attribute(H5Aopen(reopened, name.c_str(), H5P_DEFAULT), H5Aclose, file);
    file.check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &stored));
    if (std::bit_cast<std::uint64_t>(stored) != std::bit_cast<std::uint64_t>(value))  // NaN equals NaN
      throw Error(ExitCode::output, "the HDF5 file does not hold what was written", file.path,
                  name + " differs");
  }
  pending.commit();
}

}  // namespace tauvox::io
