// HDF5: one dataset, read box by box. Links, storage or filters that would reach outside the file are
// refused.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "io/box.hpp"
#include "io/formats.hpp"
#include "io/hdf5_catalogue.hpp"
#include "io/hdf5_choose.hpp"
#include "io/hdf5_chunks.hpp"
#include "io/hdf5_claims.hpp"
#include "io/hdf5_driver.hpp"
#include "io/hdf5_external.hpp"
#include "io/hdf5_layouts.hpp"
#include "io/hdf5_statements.hpp"
#include "io/hdf5_values.hpp"
#include "io/hdf5_virtual.hpp"

namespace tauvox::io {
namespace {

using namespace hdf5;

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

File open_file(const InputFile& file, ReadingWatch* watch) {
  const PropertyList access(H5Pcreate(H5P_FILE_ACCESS));
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, true, true);  // best effort: a file system without locks is no reason to stop
#endif
  use_reading_driver(access, file.descriptor(), watch);
  File opened(H5Fopen(file.path().c_str(), H5F_ACC_RDONLY, access));
  if (!opened) refuse_open(file, reason(watch->error_number));
  const PropertyList creation(H5Fget_create_plist(opened));
  std::size_t offset_bytes = 0, length_bytes = 0;
  watch->has_lengths_of_8_bytes =
      H5Pget_sizes(creation, &offset_bytes, &length_bytes) >= 0 && length_bytes == 8;
  return opened;
}

/// Of that folder alone, whatever the environment says.
void allow_plugins(const std::string& folder) {
  const Quiet quiet;
  unsigned places = 0;
  while (H5PLsize(&places) >= 0 && places > 0 && H5PLremove(places - 1) >= 0) {
  }
  if (!is_folder(folder) || H5PLprepend(folder.c_str()) < 0)
    throw Error(ExitCode::usage, "no folder of filters", folder, "", "correct --hdf5-plugins");
  plugins_are_allowed = true;
}

class Hdf5Source final : public VolumeSource {
 public:
  Hdf5Source(const InputFile& input, const ReadOptions& options)
      : path_(input.path()), others_(options.external_files) {
    const Quiet quiet;
    if (others_.are_allowed())
      watch_.open_other = [this](const std::string& name) {
        const InputFile* other = others_.open(name);
        return other ? other->descriptor() : -1;
      };
    file_ = open_file(input, &watch_);
    const std::string name = choose_dataset(file_, path_, options, description.notices);
    where_ = path_ + ":" + name;
    open_dataset(name, input.size());
    Entry entry = described(name);
    check_shape(entry, where_, options.as_2d);
    crop_to_image(entry);
    const Claims claims = read_claims(file_, dataset_, name, entry.shape, options);
    axes_ = choose_axes(claims.axis_names, entry.shape, options, "dataset", where_);
    shape_ = entry.shape;
    const Datatype type(H5Dget_type(dataset_));
    std::string type_name;
    const NumberType number = *number_type(type, type_name);
    element = number.element;
    memory_type_ = number.memory;
    open_others(entry);
    refuse_implausible_size(where_, entry.bytes, input.size() + others_.bytes());
    describe_array(name, number.name);
    use(claims);
    description.stated = statements_in(input, file_, dataset_, name);
    description.no_data = no_data_of(dataset_);
    for (const std::string& notice : notices_of(axes_, entry.shape, options))
      description.notices.push_back(notice);
  }

  ~Hdf5Source() override {
    const Quiet quiet;  // before the handles close
    dataset_.close();
    file_.close();
  }

  void prepare(const Region& region) override {
    const Quiet quiet;
    if (chunks_) return chunks_->require_stored(stored_box(region));
    if (sources_) return sources_->require_whole(stored_box(region));
    if (external_) return;
    if (H5Dget_storage_size(dataset_) > 0) return;
    throw Error(ExitCode::input_refused, "HDF5 dataset was never written", where_, "no voxel of it is stored",
                "the program that wrote it may have been stopped: export it again");
  }

  void read(const Region& region, void* out) override {
    const Quiet quiet;
    auto* to = static_cast<std::uint8_t*>(out);
    if (chunks_ && chunks_->can_be_read())
      read_chunks(region, to);
    else if (external_)
      read_external(region, to);
    else
      read_by_library(region, to);
    if (description.stored_type == "bool") require_bools(to, region.voxels());
  }

  void visit_files(const std::function<void(const InputFile&)>& visit) const override {
    for (const auto& file : others_.opened()) visit(*file);
  }

 private:
  /// What lies in other files, and their names.
  void open_others(const Entry& entry) {
    const PropertyList creation(H5Dget_create_plist(dataset_));
    if (H5Pget_external_count(creation) > 0)
      external_.emplace(creation, entry.bytes, path_, where_, others_);
    else if (H5Pget_layout(creation) == H5D_VIRTUAL)
      sources_.emplace(file_, dataset_, entry.shape, where_, path_, others_, &watch_);
    std::vector<std::string> names;
    for (const auto& file : others_.opened()) names.push_back(file->path());
    if (!names.empty())
      description.notices.push_back(
          fmt::format("read besides, and part of the SHA-256: {}", list_text(names)));
  }

  void crop_to_image(Entry& entry) {
    const auto size = imaris_size(file_, entry);
    if (!size || std::equal(size->begin(), size->end(), entry.shape.begin())) return;
    description.notices.push_back(fmt::format("Imaris stores whole blocks: {} cropped to its image of {}",
                                              shape_text(entry.shape),
                                              shape_text({size->begin(), size->end()})));
    entry.shape.assign(size->begin(), size->end());
  }

  /// Opened twice: the first time to see the filters, the second with a cache that holds a chunk at least.
  void open_dataset(const std::string& name, std::uint64_t file_bytes) {
    const auto open = [&](hid_t access) {
      dataset_ = Dataset(H5Dopen2(file_, name.c_str(), access));
      if (!dataset_)
        throw Error(ExitCode::input_refused, "HDF5 dataset cannot be opened", where_,
                    reason(watch_.error_number), "check it with h5ls");
    };
    open(H5P_DEFAULT);
    const PropertyList creation(H5Dget_create_plist(dataset_));
    check_filters(creation, where_);
    if (H5Pget_layout(creation) != H5D_CHUNKED) return;
    const std::vector<std::uint64_t> stored = described(name).shape;
    const std::vector<hsize_t> shape(stored.begin(), stored.end());
    const auto look = [&] { chunks_.emplace(dataset_, shape, where_, &watch_, file_bytes); };
    look();
    if (chunks_->can_be_read()) return;
    const PropertyList access(H5Pcreate(H5P_DATASET_ACCESS));
    // Boxes follow the chunks, so each chunk is wanted once; the cache matters where a crop cuts through
    // them.
    H5Pset_chunk_cache(access, 12421, std::max(chunks_->bytes(), std::size_t{16} << 20), 1.0);
    open(access);
    look();
  }

  Entry described(const std::string& name) const {
    if (auto entry = describe(dataset_, name)) return *entry;
    throw Error(ExitCode::input_refused, "HDF5 dataset cannot be read", where_, reason(watch_.error_number),
                "check it with h5ls");
  }

  StoredBox stored_box(const Region& region) const {
    StoredBox box{std::vector<hsize_t>(axes_.index.begin(), axes_.index.end()), {}};
    for (const hsize_t index : box.begin) box.end.push_back(index + 1);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (axes_.of[axis] < 0) continue;
      const auto stored = static_cast<std::size_t>(axes_.of[axis]);
      box.begin[stored] = static_cast<hsize_t>(region.begin[axis]);
      box.end[stored] = static_cast<hsize_t>(region.end[axis]);
    }
    return box;
  }

  /// Elements from one voxel to the next along z, y, x in an array of these lengths along the stored axes.
  Steps steps_in(const std::vector<hsize_t>& lengths) const {
    Steps steps{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (axes_.of[axis] >= 0) steps[axis] = step_along(static_cast<std::size_t>(axes_.of[axis]), lengths);
    return steps;
  }

  static std::int64_t step_along(std::size_t stored, const std::vector<hsize_t>& lengths) {
    std::int64_t step = 1;
    for (std::size_t later = stored + 1; later < lengths.size(); ++later)
      step *= static_cast<std::int64_t>(lengths[later]);
    return step;
  }

  /// Elements from the first of a chunk to those that --slice chose along the other axes.
  std::int64_t offset_of_slice(const std::vector<hsize_t>& begin) const {
    std::int64_t offset = 0;
    for (std::size_t stored = 0; stored < shape_.size(); ++stored)
      if (std::find(axes_.of.begin(), axes_.of.end(), static_cast<int>(stored)) == axes_.of.end())
        offset += (axes_.index[stored] - static_cast<std::int64_t>(begin[stored])) *
                  step_along(stored, chunks_->lengths());
    return offset;
  }

  void read_chunks(const Region& region, std::uint8_t* out) {
    const std::size_t bytes = info(element).bytes;
    const Steps from_steps = steps_in(chunks_->lengths()), to_steps = steps_of(region);
    const bool is_as_stored = H5Tequal(Datatype(H5Dget_type(dataset_)), memory_type_) > 0;
    const auto take = [&](const std::vector<hsize_t>& begin, Bytes& elements) {
      if (!is_as_stored) convert(elements);
      Region part = region;
      std::int64_t from = offset_of_slice(begin);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        if (axes_.of[axis] < 0) continue;
        const auto stored = static_cast<std::size_t>(axes_.of[axis]);
        const auto first = static_cast<std::int64_t>(begin[stored]);
        part.begin[axis] = std::max(region.begin[axis], first);
        part.end[axis] =
            std::min(region.end[axis], static_cast<std::int64_t>(first + chunks_->lengths()[stored]));
        from += (part.begin[axis] - first) * from_steps[axis];
      }
      copy_box(elements.data() + static_cast<std::size_t>(from) * bytes, from_steps,
               out + static_cast<std::size_t>(offset_in(region, part)) * bytes, to_steps, part, bytes);
    };
    chunks_->read(stored_box(region), take, is_as_stored);
  }

  /// From the stored type to the one in memory, in place.
  void convert(Bytes& elements) const {
    const Datatype type(H5Dget_type(dataset_));
    if (H5Tequal(type, memory_type_) > 0) return;
    const std::size_t stored = H5Tget_size(type), native = info(element).bytes;
    const std::size_t count = elements.size() / stored;
    elements.resize(count * std::max(stored, native));
    if (H5Tconvert(type, memory_type_, count, elements.data(), nullptr, H5P_DEFAULT) < 0)
      throw Error(ExitCode::input_refused, "HDF5 numbers cannot be converted", where_, last_error(),
                  "rewrite them as 8- or 16-bit unsigned integers");
  }

  /// Contiguous and compact data, and filters that are the library's.
  void read_by_library(const Region& region, std::uint8_t* out) {
    const StoredBox box = stored_box(region);
    std::vector<hsize_t> count(shape_.size());
    for (std::size_t axis = 0; axis < count.size(); ++axis) count[axis] = box.end[axis] - box.begin[axis];
    const Dataspace stored(H5Dget_space(dataset_));
    // One axis of memory in place of the dataset's own makes HDF5 many times slower
    const Dataspace memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
    const Steps from_steps = steps_in(count), to_steps = steps_of(region);
    const bool in_place = axes_.are_in_order();
    if (!in_place) turned_.resize(static_cast<std::size_t>(region.voxels()) * info(element).bytes);
    if (H5Sselect_hyperslab(stored, H5S_SELECT_SET, box.begin.data(), nullptr, count.data(), nullptr) < 0 ||
        H5Dread(dataset_, memory_type_, memory, stored, H5P_DEFAULT, in_place ? out : turned_.data()) < 0)
      throw Error(
          ExitCode::input_refused, "HDF5 data cannot be read", where_,
          fmt::format("{} in layers z = {}:{}", reason(watch_.error_number), region.begin[0], region.end[0]),
          "the file is damaged; copy or export it again");
    if (!in_place) copy_box(turned_.data(), from_steps, out, to_steps, region, info(element).bytes);
  }

  /// As contiguous data, from the files that hold them.
  void read_external(const Region& region, std::uint8_t* out) {
    const StoredBox box = stored_box(region);
    const Datatype type(H5Dget_type(dataset_));
    const std::size_t bytes = H5Tget_size(type), rank = shape_.size();
    std::vector<hsize_t> count(rank);
    for (std::size_t axis = 0; axis < rank; ++axis) count[axis] = box.end[axis] - box.begin[axis];
    std::size_t last = rank - 1;  // all axes behind it are wanted whole: one run
    while (last > 0 && count[last] == shape_[last]) --last;
    std::size_t run = bytes;
    for (std::size_t axis = last; axis < rank; ++axis) run *= count[axis];
    turned_.resize(static_cast<std::size_t>(region.voxels()) * bytes);
    std::vector<hsize_t> at = box.begin;
    for (std::size_t done = 0; done < turned_.size(); done += run) {
      std::uint64_t first = 0;
      for (std::size_t axis = 0; axis < rank; ++axis) first = first * shape_[axis] + at[axis];
      external_->read(first * bytes, turned_.data() + done, run);
      for (std::size_t axis = last; axis-- > 0;) {
        if (++at[axis] < box.end[axis]) break;
        at[axis] = box.begin[axis];
      }
    }
    convert(turned_);
    copy_box(turned_.data(), steps_in(count), out, steps_of(region), region, info(element).bytes);
  }

  void require_bools(const std::uint8_t* values, std::int64_t count) const {
    const auto* wrong = std::find_if(values, values + count, [](std::uint8_t value) { return value > 1; });
    if (wrong == values + count) return;
    throw Error(ExitCode::input_invalid, "bool dataset holds other values than 0 and 1", where_,
                fmt::format("one of them is {}", *wrong), "the file is damaged; copy or export it again");
  }

  void use(const Claims& claims) {
    description.voxel_size = claims.voxel_size;
    description.voxel_ratio = claims.voxel_ratio;
    description.voxel_size_source = claims.voxel_size_source;
    description.notices.insert(description.notices.end(), claims.notices.begin(), claims.notices.end());
    description.warnings.insert(description.warnings.end(), claims.warnings.begin(), claims.warnings.end());
  }

  void describe_array(const std::string& name, const std::string& type) {
    std::array<std::int64_t, 3> zyx{1, 1, 1};
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (axes_.of[axis] >= 0)
        zyx[axis] = static_cast<std::int64_t>(
            std::min<std::uint64_t>(shape_[static_cast<std::size_t>(axes_.of[axis])], INT64_MAX));
    description.extent = make_extent(zyx, where_);
    description.layer_added = axes_.of[0] < 0;
    description.dataset = name;
    description.stored_type = type;
    if (axes_.squeezed)
      description.notices.push_back(fmt::format("axes of length 1 dropped: {} read as {}", shape_text(shape_),
                                                to_string(description.extent)));
    if (H5Aexists(dataset_, "MATLAB_class") > 0)
      description.notices.push_back(
          "written by MATLAB, which stores axes in reverse: z here is its third index");
    if (chunks_) {
      const std::vector<hsize_t>& chunk = chunks_->lengths();
      if (axes_.of[0] >= 0)
        granularity_z = static_cast<std::int64_t>(chunk[static_cast<std::size_t>(axes_.of[0])]);
      granularity_y = static_cast<std::int64_t>(chunk[static_cast<std::size_t>(axes_.of[1])]);
    }
  }

  std::string path_, where_;
  ExternalFiles others_;
  ReadingWatch watch_;
  File file_;
  Dataset dataset_;
  hid_t memory_type_ = -1;
  AxisChoice axes_;
  std::vector<std::uint64_t> shape_;
  std::optional<Chunks> chunks_;
  std::optional<ExternalStorage> external_;
  std::optional<VirtualSources> sources_;
  Bytes turned_;  // a box along the stored axes, where these are not z, y, x
};

}  // namespace

std::unique_ptr<VolumeSource> open_hdf5(const InputFile& file, const ReadOptions& options) {
  if (!options.hdf5_plugins.empty()) allow_plugins(options.hdf5_plugins);
  other_files_are_allowed = !options.external_files.empty();
  return std::make_unique<Hdf5Source>(file, options);
}

}  // namespace tauvox::io
