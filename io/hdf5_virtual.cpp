#include "io/hdf5_virtual.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "io/hdf5_catalogue.hpp"
#include "io/printable.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io::hdf5 {
namespace {

constexpr const char* copy_advice =
    "copy the data into one dataset with h5py: out['labels'] = file['labels'][...]";

/// H5Pget_virtual_filename or H5Pget_virtual_dsetname.
std::string text_of(ssize_t (*get)(hid_t, std::size_t, char*, std::size_t), hid_t creation,
                    std::size_t index) {
  const ssize_t length = get(creation, index, nullptr, 0);
  if (length < 0) return "";
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  get(creation, index, text.data(), text.size());
  text.pop_back();
  return text;
}

bool is_of_own_file(hid_t creation, std::size_t index) {
  return text_of(H5Pget_virtual_filename, creation, index) == ".";
}

std::size_t count_of(hid_t creation) {
  std::size_t count = 0;
  return H5Pget_virtual_count(creation, &count) >= 0 ? count : 0;
}

bool has_sources(hid_t dataset) {
  const PropertyList creation(H5Dget_create_plist(dataset));
  return H5Pget_layout(creation) == H5D_VIRTUAL || H5Pget_external_count(creation) > 0;
}

struct Bounds {
  std::vector<hsize_t> low, high;

  explicit Bounds(hid_t space)
      : low(static_cast<std::size_t>(std::max(H5Sget_simple_extent_ndims(space), 0))), high(low.size()) {
    if (H5Sget_select_bounds(space, low.data(), high.data()) < 0) low.clear();
  }
  void add(const Bounds& other) {
    for (std::size_t axis = 0; axis < low.size(); ++axis) {
      low[axis] = std::min(low[axis], other.low[axis]);
      high[axis] = std::max(high[axis], other.high[axis]);
    }
  }
};

}  // namespace

bool is_made_of_own_file(hid_t creation) {
  for (std::size_t i = 0; i < count_of(creation); ++i)
    if (!is_of_own_file(creation, i)) return false;
  return true;
}

struct VirtualSources::Source {
  std::string file_name, path;  // as the virtual dataset has them
  Bounds place, part;           // in the virtual dataset; of the source
  std::uint64_t voxels = 0;
  bool is_whole = false;  // the part is all of it, which says nothing of its size

  std::string text() const { return printable(file_name + ":" + path); }
};

/// A source, open.
struct VirtualSources::Opened {
  File file;
  Dataset dataset;
  std::uint64_t file_bytes = 0;
};

VirtualSources::VirtualSources(hid_t file, hid_t dataset, const std::vector<std::uint64_t>& shape,
                               std::string where, std::string path, ExternalFiles& files, ReadingWatch* watch)
    : file_(file), where_(std::move(where)), path_(std::move(path)), files_(files), watch_(watch) {
  // HDF5 would look there first, and what it finds is not what is looked at here
  for (const char* name : {"HDF5_VDS_PREFIX", "HDF5_EXT_PREFIX"}) ::unsetenv(name);
  const PropertyList creation(H5Dget_create_plist(dataset));
  const Datatype type(H5Dget_type(dataset));
  std::string type_name;
  const auto number = number_type(type, type_name);
  std::uint64_t voxels = 1;
  for (const std::uint64_t length : shape) voxels *= length;
  Dataspace covered;
  std::uint64_t covered_voxels = 0;
  for (std::size_t i = 0; i < count_of(creation); ++i) {
    const Dataspace place(H5Pget_virtual_vspace(creation, i)), part(H5Pget_virtual_srcspace(creation, i));
    Source source{text_of(H5Pget_virtual_filename, creation, i),
                  text_of(H5Pget_virtual_dsetname, creation, i), Bounds(place), Bounds(part)};
    const hssize_t selected = place ? H5Sget_select_npoints(place) : -1;
    if (selected == 0) continue;
    source.voxels = static_cast<std::uint64_t>(selected);
    source.is_whole = H5Sget_select_type(part) == H5S_SEL_ALL;
    const bool is_pattern = (source.file_name + source.path).find('%') != std::string::npos;
    if (selected < 0 || is_pattern || source.place.low.size() != shape.size() ||
        (source.part.low.empty() && !source.is_whole))
      refuse("virtual dataset without fixed sources",
             fmt::format("{} is of no fixed size, or named by a pattern", source.text()), copy_advice);
    covered_voxels += static_cast<std::uint64_t>(selected);
    if (H5Sget_select_type(place) == H5S_SEL_ALL) {  // no hyperslab
      const std::vector<hsize_t> none(shape.size()), all(shape.begin(), shape.end());
      H5Sselect_hyperslab(place, H5S_SELECT_SET, none.data(), nullptr, all.data(), nullptr);
    }
    Dataspace both(covered ? H5Scombine_select(covered, H5S_SELECT_OR, place) : H5Scopy(place));
    covered = std::move(both);
    if (number) add(std::move(source), *number);
  }
  const hssize_t joined = covered ? H5Sget_select_npoints(covered) : 0;
  if (joined < 0 || covered_voxels != static_cast<std::uint64_t>(joined) || covered_voxels != voxels)
    refuse("parts of the virtual dataset have no source",
           fmt::format("{} of {} voxels have one, {} are named twice", joined, voxels,
                       covered_voxels - static_cast<std::uint64_t>(std::max<hssize_t>(joined, 0))),
           "the program that wrote it may have been stopped: make it again");
}

VirtualSources::~VirtualSources() = default;

/// Looked at once, whatever the number of parts that are taken from it.
void VirtualSources::add(Source source, const NumberType& number) {
  const Opened opened = open(source);
  const auto entry = describe(opened.dataset, source.path);
  if (!entry || !entry->layout.empty() || has_sources(opened.dataset))
    refuse("a source of the virtual dataset has sources of its own", source.text(), copy_advice);
  const Datatype type(H5Dget_type(opened.dataset));
  std::string type_name;
  const auto found = number_type(type, type_name);
  if (!found || found->element != number.element)
    refuse("a source of the virtual dataset is of another type",
           fmt::format("{} holds {}, the dataset {}", source.text(), type_name, number.name), copy_advice);
  if (source.is_whole) {
    source.part.low.assign(entry->shape.size(), 0);
    source.part.high.assign(entry->shape.begin(), entry->shape.end());
    for (hsize_t& end : source.part.high) end -= end > 0 ? 1 : 0;
  }
  const bool has_all = !source.is_whole || source.voxels == entry->bytes / H5Tget_size(type);
  for (std::size_t axis = 0; axis < source.part.high.size(); ++axis)
    if (!has_all || entry->shape.size() != source.part.high.size() ||
        source.part.high[axis] >= entry->shape[axis])
      refuse("a source of the virtual dataset is too small",
             fmt::format("{} has {}", source.text(), shape_text(entry->shape)), "make it again");
  const auto known = std::find_if(sources_.begin(), sources_.end(), [&](const Source& other) {
    return other.file_name == source.file_name && other.path == source.path;
  });
  if (known == sources_.end()) {
    sources_.push_back(std::move(source));
  } else {
    known->place.add(source.place);
    known->part.add(source.part);
  }
}

VirtualSources::Opened VirtualSources::open(const Source& source) const {
  Opened opened;
  if (source.file_name == ".") {
    opened.file_bytes = UINT64_MAX;
    opened.dataset = Dataset(H5Dopen2(file_, source.path.c_str(), H5P_DEFAULT));
  } else {
    const PropertyList access(H5Fget_access_plist(file_));
    for (const std::string& place : places_of_other_file(path_, source.file_name)) {
      const InputFile* file = files_.open(place);
      if (file == nullptr) continue;
      opened.file_bytes = file->size();
      opened.file = File(H5Fopen(place.c_str(), H5F_ACC_RDONLY, access));
      break;
    }
    if (!opened.file)
      refuse("a source of the virtual dataset cannot be read",
             opened.file_bytes > 0 ? fmt::format("{}: {}", source.text(), last_error()) : files_.refusals(),
             "put it beside the file, or name its folder with --external-files");
    opened.dataset = Dataset(H5Dopen2(opened.file, source.path.c_str(), H5P_DEFAULT));
  }
  if (!opened.dataset)
    refuse("a source of the virtual dataset cannot be read",
           fmt::format("{}: {}", source.text(), last_error()), "look at that file with h5ls");
  return opened;
}

void VirtualSources::require_whole(const StoredBox& box) const {
  for (const Source& source : sources_) {
    bool meets = true;
    for (std::size_t axis = 0; axis < box.begin.size(); ++axis)
      meets = meets && source.place.low[axis] < box.end[axis] && source.place.high[axis] >= box.begin[axis];
    if (meets) require_whole(source);
  }
}

/// Chunks that are unpacked here are read twice: HDF5 does not notice one that unpacks to another size.
void VirtualSources::require_whole(const Source& source) const {
  const Opened opened = open(source);
  const PropertyList creation(H5Dget_create_plist(opened.dataset));
  if (H5Pget_layout(creation) != H5D_CHUNKED) {
    if (H5Dget_storage_size(opened.dataset) > 0) return;
    refuse("a source of the virtual dataset was never written", source.text(),
           "the program that wrote it may have been stopped: make it again");
  }
  const auto entry = describe(opened.dataset, source.path);
  if (!entry) refuse("a source of the virtual dataset cannot be read", source.text(), copy_advice);
  Chunks chunks(opened.dataset, {entry->shape.begin(), entry->shape.end()}, source.text(), watch_,
                opened.file_bytes);
  StoredBox part{source.part.low, source.part.high};
  for (hsize_t& end : part.end) ++end;
  chunks.require_stored(part);
  if (chunks.can_be_read()) chunks.read(part, [](const auto&, Bytes&) {});
}

void VirtualSources::refuse(const std::string& what, const std::string& why,
                            const std::string& advice) const {
  throw Error(ExitCode::input_refused, what, where_, why, advice);
}

}  // namespace tauvox::io::hdf5
