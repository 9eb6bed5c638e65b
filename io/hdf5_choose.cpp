// Which dataset: the one that was named, or the only one that can be the volume; never a guess.
#include "io/hdf5_choose.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_layouts.hpp"
#include "io/hdf5_own.hpp"
#include "io/hdf5_unfilter.hpp"
#include "io/printable.hpp"

namespace tauvox::io::hdf5 {
namespace {

const char* newer_advice =
    "damaged, or of a newer HDF5: save the file again for HDF5 1.10, with h5py by "
    "libver=('earliest', 'v110')";

const char* other_files_advice =
    "a file that this one names must lie in the folder of --external-files, or below it; or it is damaged";

/// "2 objects cannot be read: /a (why); /b (why)"
std::string unreadable_text(const Catalogue& catalogue) {
  return fmt::format("{} cannot be read: {}",
                     catalogue.unreadable.size() == 1
                         ? "1 object"
                         : std::to_string(catalogue.unreadable.size()) + " objects",
                     list_text(catalogue.unreadable));
}

/// The only volume of the file, or why there is none to choose.
std::string only_volume(const Catalogue& catalogue, const std::string& path, const ReadOptions& options) {
  std::vector<Entry> found = options.slice.empty() ? catalogue.volumes(false) : catalogue.with_more_axes();
  if (found.empty())
    found = catalogue.volumes(options.as_2d);  // which has no axis of that name, or needs none
  if (found.empty()) found = catalogue.with_more_axes();
  if (!catalogue.unreadable.empty())  // what cannot be looked at could be the volume
    throw Error(ExitCode::input_refused, "objects of the HDF5 file cannot be read", path,
                unreadable_text(catalogue) +
                    (found.empty() ? "" : "; others could be the volume: " + list_text(found)),
                found.empty() && other_files_are_allowed ? other_files_advice
                : found.empty()                          ? newer_advice
                                : "if one of those is the volume, name it with --dataset");
  if (found.size() > 1) std::erase_if(found, [](const Entry& entry) { return is_reduced_copy(entry.path); });
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
  const bool elsewhere = !catalogue.external_links.empty() ||
                         std::any_of(catalogue.entries.begin(), catalogue.entries.end(),
                                     [](const Entry& entry) { return !entry.layout.empty(); });
  throw Error(ExitCode::input_invalid, "no 3-D dataset of numbers", path, why + cut,
              elsewhere ? "name the folder of the files that hold the values with --external-files"
              : flat    ? "pass --as-2d for a 2-D image"
                        : "export the segmented volume as a 3-D integer array");
}

/// @return the dataset's path without links.
std::string named_dataset(hid_t file, const std::string& path, const std::string& wanted, bool as_2d) {
  const auto found = resolve(file, wanted, path);
  const Object object(found ? H5Oopen(file, found->c_str(), H5P_DEFAULT) : -1);
  if (found && !object)
    throw Error(ExitCode::input_refused, "HDF5 object cannot be read", path + ":" + *found, last_error(),
                other_files_are_allowed ? other_files_advice : newer_advice);
  if (object && H5Iget_type(object) == H5I_DATASET) return *found;
  if (!found)  // a name as messages and reports show it is an answer too
    for (const Entry& entry : list_datasets(file, "/").entries)
      if (const std::string shown = printable(entry.path); shown == wanted || shown == "/" + wanted)
        return entry.path;
  const bool is_group = object && H5Iget_type(object) == H5I_GROUP;
  const Catalogue catalogue = list_datasets(file, is_group ? *found : "/");
  const auto volumes = catalogue.volumes(as_2d);
  std::string choices = volumes.empty() ? "no 3-D dataset there" : list_text(volumes);
  if (!catalogue.unreadable.empty()) choices += "; " + unreadable_text(catalogue);
  if (is_group)
    throw Error(ExitCode::input_refused, "this is a group, not a dataset", path + ":" + wanted,
                "it holds " + choices, "name the dataset");
  throw Error(ExitCode::input_refused, "no such dataset", path + ":" + wanted, "the file holds " + choices,
              "name one of these with --dataset");
}

}  // namespace

std::string choose_dataset(hid_t file, const std::string& path, const ReadOptions& options,
                           std::vector<std::string>& notices) {
  if (options.dataset.empty() && is_own_field_file(file)) {
    notices.push_back(fmt::format("dataset {} taken: the labels in a file that tauvox wrote", own_labels));
    return own_labels;
  }
  std::string name;
  if (!options.dataset.empty()) name = named_dataset(file, path, options.dataset, options.as_2d);
  const Catalogue catalogue = list_datasets(file, "/");
  if (options.dataset.empty()) {
    name = only_volume(catalogue, path, options);
    const auto more = catalogue.with_more_axes();
    const bool has_more =
        std::any_of(more.begin(), more.end(), [&](const Entry& entry) { return entry.path == name; });
    notices.push_back(fmt::format("dataset {} taken: the only {} one", name,
                                  has_more && !options.slice.empty() ? "more than 3-D" : "3-D"));
  }
  if (!catalogue.unreadable.empty()) notices.push_back("in the HDF5 file " + unreadable_text(catalogue));
  return name;
}

void check_shape(const Entry& entry, const std::string& where, bool as_2d) {
  if (!entry.layout.empty())
    throw Error(
        ExitCode::input_refused, "refused: " + entry.layout, where, "its values lie in other files",
        "name the folder of those files with --external-files, or copy the data into the file, e.g. with "
        "h5py or h5repack");
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
  if (entry.shape.size() < 2)
    throw Error(ExitCode::input_invalid, "dataset is 1-D", where, "its shape is " + shape_text(entry.shape),
                "choose a 3-D dataset");
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
    if (id == filter_lzf && can_undo_lzf()) continue;
    throw Error(ExitCode::input_refused, "compression filter is missing", where,
                fmt::format("filter {} ({})", static_cast<int>(id), *name ? name : "no name"),
                plugins_are_allowed
                    ? "the folder of --hdf5-plugins has no such filter for this HDF5; rewrite the file where "
                      "the filter exists: h5repack -f GZIP=1 in.h5 out.h5"
                    : "rewrite the file where the filter exists: h5repack -f GZIP=1 in.h5 out.h5; or allow "
                      "filters of a folder that you trust: --hdf5-plugins DIR");
  }
}

}  // namespace tauvox::io::hdf5
