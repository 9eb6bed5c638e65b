// HDF5: one dataset, read box by box. Links, storage or filters that would reach outside the file are
// refused.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "io/formats.hpp"
#include "io/hdf5_catalogue.hpp"
#include "io/hdf5_driver.hpp"
#include "io/hdf5_own.hpp"
#include "io/printable.hpp"

namespace tauvox::io {
namespace {

using namespace hdf5;

constexpr std::size_t largest_chunk = std::size_t{1} << 30;

/// The number after `word` in HDF5's own message, e.g. "eof = 1234".
std::uint64_t number_after(const std::string& text, const std::string& word) {
  const std::size_t at = text.find(word);
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + word.size(), nullptr, 10);
}

[[noreturn]] void refuse_open(const InputFile& file, const std::string& reason) {
  if (reason.find("truncated") != std::string::npos)
    throw Error(
        ExitCode::input_refused, "HDF5 file is truncated", file.path(),
        fmt::format("expected {} bytes, found {}", number_after(reason, "stored_eof = "), file.size()),
        "copy or export it again");
  std::string advice = "check it with h5dump -H, or copy it again";
  if (reason.find("lock") != std::string::npos)
    advice = "another program may hold it; on a file system without locks set HDF5_USE_FILE_LOCKING=FALSE";
  if (reason.find("already open for write") != std::string::npos)
    advice = "a writer was killed or still runs; if it is dead, run h5clear -s on a copy";
  throw Error(ExitCode::input_refused, "HDF5 file cannot be opened", file.path(), reason, advice);
}

/// What HDF5 says of a failure, or the system where it was the system that failed.
std::string reason(int error_number) {
  return error_number != 0 ? std::strerror(error_number) : last_error();
}

File open_file(const InputFile& file, int* error_number) {
  const PropertyList access(H5Pcreate(H5P_FILE_ACCESS));
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, true, true);  // best effort: a file system without locks is no reason to stop
#endif
  use_reading_driver(access, file.descriptor(), error_number);
  File opened(H5Fopen(file.path().c_str(), H5F_ACC_RDONLY, access));
  if (!opened) refuse_open(file, reason(*error_number));
  return opened;
}

/// The only volume of the file, or why there is none to choose.
std::string only_volume(hid_t file, const std::string& path, bool as_2d) {
  if (is_own_field_file(file)) return own_labels;
  const Catalogue catalogue = list_datasets(file, "/");
  std::vector<Entry> found = catalogue.volumes(false);
  if (found.empty() && as_2d) found = catalogue.volumes(true);
  if (found.size() == 1) return found.front().path;
  const std::string cut = catalogue.complete ? "" : "; the list is cut at 10000 objects, 64 groups deep";
  if (found.size() > 1)
    throw Error(ExitCode::usage, "several datasets could be the volume", path, list_text(found) + cut,
                "choose one with --dataset");
  std::string why =
      catalogue.entries.empty() ? "the file holds no dataset" : "it holds " + list_text(catalogue.entries);
  if (!catalogue.external_links.empty())
    why += fmt::format(", and {} external links that are not followed, such as {}",
                       catalogue.external_links.size(), catalogue.external_links.front());
  const bool flat = !catalogue.volumes(true).empty();
  throw Error(ExitCode::input_invalid, "no 3-D dataset of numbers", path, why + cut,
              flat ? "pass --as-2d for a 2-D image" : "export the segmented volume as a 3-D integer array");
}

/// @return the dataset's path without links.
std::string named_dataset(hid_t file, const std::string& path, const std::string& wanted, bool as_2d) {
  const auto found = resolve(file, wanted, path);
  const Object object(found ? H5Oopen(file, found->c_str(), H5P_DEFAULT) : -1);
  if (object && H5Iget_type(object) == H5I_DATASET) return *found;
  if (!found)  // a name as messages and reports show it is an answer too
    for (const Entry& entry : list_datasets(file, "/").entries)
      if (const std::string shown = printable(entry.path); shown == wanted || shown == "/" + wanted)
        return entry.path;
  const bool is_group = object && H5Iget_type(object) == H5I_GROUP;
  const auto volumes = list_datasets(file, is_group ? *found : "/").volumes(as_2d);
  const std::string choices = volumes.empty() ? "no 3-D dataset there" : list_text(volumes);
  if (is_group)
    throw Error(ExitCode::input_refused, "this is a group, not a dataset", path + ":" + wanted,
                "it holds " + choices, "name the dataset");
  throw Error(ExitCode::input_refused, "no such dataset", path + ":" + wanted, "the file holds " + choices,
              "name one of these with --dataset");
}

void check_shape(const Entry& entry, const std::string& where, bool as_2d) {
  if (!entry.layout.empty())
    throw Error(ExitCode::input_refused, "refused: " + entry.layout, where, "its values lie in other files",
                "copy the data into the file, e.g. with h5py or h5repack");
  if (!entry.is_number)
    throw Error(ExitCode::input_invalid, "dataset holds no numbers", where, "its type is " + entry.type,
                "labels must be integers, bool or whole floats of at most 64 bits");
  if (entry.shape.empty())
    throw Error(ExitCode::input_invalid, "dataset is no array", where, "its dataspace is scalar or null",
                "choose a 3-D dataset");
  if (entry.bytes == 0)
    throw Error(ExitCode::input_invalid, "dataset is empty", where, "its shape is " + shape_text(entry.shape),
                "every axis needs at least one voxel");
  if (entry.shape.size() == 2 && !as_2d)
    throw Error(ExitCode::input_invalid, "dataset is 2-D", where, "its shape is " + shape_text(entry.shape),
                "pass --as-2d to take it as one layer");
  if (!volume_axes(entry.shape, as_2d))
    throw Error(ExitCode::input_invalid, fmt::format("dataset is {}-D", entry.shape.size()), where,
                "its shape is " + shape_text(entry.shape),
                "save one 3-D volume (one time, one channel) of it");
}

void check_filters(hid_t creation, const std::string& where) {
  const int count = H5Pget_nfilters(creation);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t parameters = 0;
    char name[128] = {};
    const H5Z_filter_t id = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &parameters, nullptr,
                                           sizeof name - 1, name, &config);
    if (id >= 0 && H5Zfilter_avail(id) > 0) continue;
    throw Error(ExitCode::input_refused, "compression filter is missing", where,
                fmt::format("filter {} ({})", static_cast<int>(id), *name ? name : "no name"),
                "rewrite the file where the filter exists: h5repack -f GZIP=1 in.h5 out.h5");
  }
}

class Hdf5Source final : public VolumeSource {
 public:
  Hdf5Source(const InputFile& input, const ReadOptions& options) : path_(input.path()) {
    const Quiet quiet;
    file_ = open_file(input, &error_number_);
    const std::string name = options.dataset.empty()
                                 ? only_volume(file_, path_, options.as_2d)
                                 : named_dataset(file_, path_, options.dataset, options.as_2d);
    where_ = path_ + ":" + name;
    open_dataset(name);
    const Entry entry = describe(dataset_, name);
    check_shape(entry, where_, options.as_2d);
    axes_ = *volume_axes(entry.shape, options.as_2d);
    shape_ = entry.shape;
    const Datatype type(H5Dget_type(dataset_));
    std::string type_name;
    const NumberType number = *number_type(type, type_name);
    element = number.element;
    memory_type_ = number.memory;
    refuse_implausible_size(where_, entry.bytes, input.size());
    describe_array(name, number.name, options.dataset.empty());
  }

  ~Hdf5Source() override {
    const Quiet quiet;  // before the handles close
    dataset_.close();
    file_.close();
  }

  void read(const Region& region, void* out) override {
    const Quiet quiet;
    std::vector<hsize_t> start(shape_.size(), 0), count(shape_.size(), 1);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (axes_.of[axis] < 0) continue;
      start[static_cast<std::size_t>(axes_.of[axis])] = static_cast<hsize_t>(region.begin[axis]);
      count[static_cast<std::size_t>(axes_.of[axis])] =
          static_cast<hsize_t>(region.size(static_cast<int>(axis)));
    }
    const Dataspace stored(H5Dget_space(dataset_));
    const auto voxels = static_cast<hsize_t>(region.voxels());
    const Dataspace memory(H5Screate_simple(1, &voxels, nullptr));
    if (H5Sselect_hyperslab(stored, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
        H5Dread(dataset_, memory_type_, memory, stored, H5P_DEFAULT, out) < 0)
      throw Error(
          ExitCode::input_refused, "HDF5 data cannot be read", where_,
          fmt::format("{} in layers z = {}:{}", reason(error_number_), region.begin[0], region.end[0]),
          "the file is damaged; copy or export it again");
  }

 private:
  /// Opened twice: the first time to see the chunks, the second with a cache that holds one of them at least.
  void open_dataset(const std::string& name) {
    dataset_ = Dataset(H5Dopen2(file_, name.c_str(), H5P_DEFAULT));
    if (!dataset_)
      throw Error(ExitCode::input_refused, "HDF5 dataset cannot be opened", where_, reason(error_number_),
                  "check it with h5ls");
    const PropertyList creation(H5Dget_create_plist(dataset_));
    check_filters(creation, where_);
    if (H5Pget_layout(creation) != H5D_CHUNKED) return;
    chunk_.resize(H5S_MAX_RANK);
    chunk_.resize(static_cast<std::size_t>(std::max(0, H5Pget_chunk(creation, H5S_MAX_RANK, chunk_.data()))));
    const Datatype type(H5Dget_type(dataset_));
    std::size_t bytes = H5Tget_size(type);
    for (const hsize_t length : chunk_)
      if (__builtin_mul_overflow(bytes, length, &bytes) || bytes > largest_chunk)
        throw Error(ExitCode::input_refused, "HDF5 chunks are too large", where_, "over 1 GiB each",
                    "rewrite it with smaller chunks: h5repack -l CHUNK=64x64x64");
    const PropertyList access(H5Pcreate(H5P_DATASET_ACCESS));
    // Boxes follow the chunks, so each chunk is wanted once; the cache matters where a crop cuts through
    // them.
    H5Pset_chunk_cache(access, 12421, std::max(bytes, std::size_t{16} << 20), 1.0);
    dataset_ = Dataset(H5Dopen2(file_, name.c_str(), access));
    if (!dataset_)
      throw Error(ExitCode::input_refused, "HDF5 dataset cannot be opened", where_, reason(error_number_),
                  "check it with h5ls");
  }

  void describe_array(const std::string& name, const std::string& type, bool chosen_here) {
    std::array<std::int64_t, 3> zyx{1, 1, 1};
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (axes_.of[axis] >= 0)
        zyx[axis] = static_cast<std::int64_t>(
            std::min<std::uint64_t>(shape_[static_cast<std::size_t>(axes_.of[axis])], INT64_MAX));
    description.extent = make_extent(zyx, where_);
    description.layer_added = axes_.of[0] < 0;
    description.dataset = name;
    description.stored_type = type;
    if (chosen_here)
      description.notices.push_back("dataset " + name + " taken: " +
                                    (name == own_labels && is_own_field_file(file_)
                                         ? "the labels in a file that tauvox wrote"
                                         : "the only 3-D one"));
    if (axes_.squeezed)
      description.notices.push_back(fmt::format("axes of length 1 dropped: {} read as {}", shape_text(shape_),
                                                to_string(description.extent)));
    if (H5Aexists(dataset_, "MATLAB_class") > 0)
      description.notices.push_back(
          "written by MATLAB, which stores axes in reverse: z here is its third index");
    if (!chunk_.empty()) {
      if (axes_.of[0] >= 0)
        granularity_z = static_cast<std::int64_t>(chunk_[static_cast<std::size_t>(axes_.of[0])]);
      granularity_y = static_cast<std::int64_t>(chunk_[static_cast<std::size_t>(axes_.of[1])]);
    }
    read_voxel_size();
  }

  /// Attribute element_size_um: three numbers z, y, x (HDF5 Vibez and our own files).
  void read_voxel_size() {
    if (H5Aexists(dataset_, "element_size_um") <= 0) return;
    const Attribute attribute(H5Aopen(dataset_, "element_size_um", H5P_DEFAULT));
    const Dataspace space(H5Aget_space(attribute));
    const Datatype type(H5Aget_type(attribute));
    std::array<double, 3> size{};
    const H5T_class_t kind = H5Tget_class(type);
    const bool fits = (kind == H5T_FLOAT || kind == H5T_INTEGER) &&
                      H5Sget_simple_extent_npoints(space) == 3 &&
                      H5Aread(attribute, H5T_NATIVE_DOUBLE, size.data()) >= 0;
    if (!fits ||
        !std::all_of(size.begin(), size.end(), [](double um) { return std::isfinite(um) && um > 0; })) {
      description.notices.push_back("attribute element_size_um ignored: not three positive numbers");
      return;
    }
    for (double& um : size) um *= 1e-6;
    description.voxel_size = size;
    description.voxel_size_source = "attribute element_size_um";
  }

  std::string path_, where_;
  int error_number_ = 0;  // of the first read that failed
  File file_;
  Dataset dataset_;
  hid_t memory_type_ = -1;
  Axes axes_;
  std::vector<std::uint64_t> shape_;
  std::vector<hsize_t> chunk_;
};

}  // namespace

std::unique_ptr<VolumeSource> open_hdf5(const InputFile& file, const ReadOptions& options) {
  return std::make_unique<Hdf5Source>(file, options);
}

}  // namespace tauvox::io
