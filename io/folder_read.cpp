// A folder of slices: images whose names differ in a number, one layer each, in natural order. Each is opened
// when it is read, and must then be the file that was looked at.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "io/formats.hpp"
#include "io/letters.hpp"
#include "io/printable.hpp"
#include "io/reading_paths.hpp"
#include "io/slice_series.hpp"

namespace tauvox::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_entries = 1'000'000;

/// The first few of a list, and how many more there are.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 5;
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(most, names.size())));
  return fmt::format("{}{}", fmt::join(first, ", "),
                     names.size() > most ? fmt::format(" and {} more", names.size() - most) : "");
}

struct Listing {
  std::vector<std::string> images, others, folders;
};

bool is_hidden(const std::string& name) {
  return name.starts_with('.') || name == "Thumbs.db" || name == "desktop.ini";
}

std::unique_ptr<VolumeSource> open_slice(const InputFile& file, const ReadOptions& options) {
  const std::string kind = recognise(file);
  ReadOptions of_slice;
  of_slice.as_2d = true;
  of_slice.voxel_size = options.voxel_size;
#ifdef TAUVOX_HAVE_TIFF
  if (kind == "TIFF") return open_tiff_slice(file, of_slice);
#endif
#ifdef TAUVOX_HAVE_PNG
  if (kind == "PNG") return open_png(file, of_slice);
#endif
  throw Error(ExitCode::input_refused, fmt::format("this build has no {}", kind), file.path());
}

/// What lies in the folder itself, by the first bytes of each file.
Listing list(const std::string& folder) {
  Listing found;
  std::error_code failed;
  std::size_t seen = 0;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (is_hidden(name)) continue;
    if (++seen > most_entries)
      throw Error(ExitCode::input_refused, "folder has too many files", folder,
                  fmt::format("more than {}", most_entries), "put the slices into a folder of their own");
    std::error_code unknown;
    if (entry->is_directory(unknown)) {
      found.folders.push_back(name);
      continue;
    }
    refuse_link_out(folder, entry->path().string(), "a slice is");
    std::string kind;
    try {
      kind = recognise(InputFile(entry->path().string()));
    } catch (const Error&) {  // empty, no file, not readable: named below by its name if it is a slice
      const std::string ending = in_small_letters(entry->path().extension().string());
      if (ending == ".tif" || ending == ".tiff" || ending == ".png") kind = "TIFF";
    }
    (kind == "TIFF" || kind == "PNG" ? found.images : found.others).push_back(name);
  }
  if (failed)
    throw Error(ExitCode::input_refused, "folder cannot be listed", folder, failed.message(),
                "ask its owner for read permission");
  return found;
}

[[noreturn]] void refuse_without_images(const std::string& folder, const Listing& found) {
  std::vector<std::string> all = found.others;
  all.insert(all.end(), found.folders.begin(), found.folders.end());
  std::sort(all.begin(), all.end(), is_before);
  throw Error(ExitCode::input_refused, "input is a directory without slices", folder,
              all.empty() ? "it is empty" : "no TIFF and no PNG is in it; it has " + some_of(all),
              "name a file, or a folder of TIFF or PNG slices");
}

void refuse_zarr(const std::string& folder) {
  std::error_code failed;
  for (const char* mark : {".zarray", ".zgroup", ".zattrs", "zarr.json"})
    if (fs::exists(fs::path(folder) / mark, failed))
      throw Error(ExitCode::input_refused, "Zarr is not read", folder,
                  fmt::format("the folder is a Zarr array or group: it has {}", mark),
                  "in Python: h5py.File('labels.h5', 'w')['label'] = zarr.open('NAME')[...]");
}

/// "slice_#.tif (12 files)"
std::string listed(const std::vector<SliceSeries>& series) {
  std::vector<std::string> texts;
  for (const SliceSeries& one : series)
    texts.push_back(one.names.size() == 1 && !one.is_numbered()
                        ? one.pattern
                        : fmt::format("{} ({} files)", one.pattern, one.names.size()));
  return some_of(texts);
}

/// The series that --dataset names, or the only one; single images beside it are named.
SliceSeries choose(const std::vector<SliceSeries>& series, const std::string& wanted,
                   const std::string& folder, std::vector<std::string>& notices) {
  if (!wanted.empty()) {
    for (const SliceSeries& one : series)
      if (one.pattern == wanted) return one;
    throw Error(ExitCode::input_refused, "no such series of slices in the folder", folder,
                fmt::format("there is no '{}'; there are {}", wanted, listed(series)),
                "name one of them with --dataset, # where the number stands");
  }
  const auto numbered = [](const SliceSeries& one) { return one.names.size() > 1; };
  if (std::count_if(series.begin(), series.end(), numbered) > 1)
    throw Error(ExitCode::usage, "folder has several series of slices", folder, listed(series),
                fmt::format("choose with --dataset '{}'", series.front().pattern));
  const SliceSeries& first = series.front();
  if (!numbered(first) && series.size() > 1)
    throw Error(ExitCode::usage, "images of the folder have no common numbering", folder, listed(series),
                "names of slices differ in one number, such as slice_1.tif, slice_2.tif; or choose one "
                "with --dataset");
  std::vector<std::string> left;
  for (const SliceSeries& one : series)
    if (&one != &first) left.push_back(one.names[0]);
  if (!left.empty())
    notices.push_back(fmt::format("left out, as no part of {}: {}", first.pattern, some_of(left)));
  return first;
}

/// A file that has the name of a slice and is none: what was being written as a program or disk failed.
void refuse_damaged(const SliceSeries& series, const std::vector<std::string>& others,
                    const std::string& folder) {
  for (const std::string& name : others) {
    if (!belongs_to(series, name)) continue;
    const std::string path = (fs::path(folder) / name).string();
    const std::string kind = recognise(InputFile(path));  // says what is wrong where it cannot be read
    throw Error(ExitCode::input_refused, "a slice is no image", path,
                fmt::format("it looks like {}, and its name is that of a slice of {}", kind, series.pattern),
                "export it again, or give it another name if it is none of them");
  }
}

/// No number twice, and the same step from each to the next.
void check_numbers(const SliceSeries& series, const std::string& folder, std::vector<std::string>& notices) {
  const auto& numbers = series.numbers;
  if (numbers.size() < 2) return;
  std::uint64_t least = UINT64_MAX;
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i] == numbers[i - 1])
      throw Error(ExitCode::input_invalid, "two slices have one number", folder,
                  fmt::format("{} and {}", series.names[i - 1], series.names[i]), "rename or remove one");
    least = std::min(least, numbers[i] - numbers[i - 1]);
  }
  std::vector<std::string> missing;
  std::uint64_t count = 0;
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    const std::uint64_t gap = numbers[i] - numbers[i - 1];
    if (gap == least) continue;
    count += gap / least - (gap % least == 0 ? 1 : 0);
    const std::uint64_t from = numbers[i - 1] + least, to = numbers[i] - std::min(least, gap - 1);
    missing.push_back(from >= to ? fmt::format("{}", from) : fmt::format("{} to {}", from, to));
  }
  if (!missing.empty())
    throw Error(ExitCode::input_invalid, "slices are missing", folder,
                fmt::format("of {} the numbers {} are not there ({} of {})", series.pattern, some_of(missing),
                            count, count + numbers.size()),
                "add them, or number those that are there one after another");
  if (least > 1)
    notices.push_back(
        fmt::format("the numbers of the slices go up by {}: they are taken as neighbours", least));
}

class FolderSource final : public VolumeSource {
 public:
  FolderSource(const std::string& folder, SliceSeries series, const ReadOptions& options)
      : folder_(folder), series_(std::move(series)), options_(options) {
    for (const std::string& name : series_.names) look_at(name);
    tell_what_was_said();
    check_same();
    element = kinds_.front().element;
    const Extent& first = kinds_.front().extent;
    description.extent =
        make_extent({static_cast<std::int64_t>(series_.names.size()), first.ny, first.nx}, folder_);
    description.stored_type = kinds_.front().stored_type;
    description.dataset = series_.pattern;
    description.layer_added = series_.names.size() == 1;
    granularity_y = first.ny;  // a slice is unpacked once for all its rows
  }

  void read(const Region& region, void* out) override {
    auto* to = static_cast<unsigned char*>(out);
    const auto layer = static_cast<std::size_t>(region.size(1) * region.size(2)) * info(element).bytes;
    for (std::int64_t z = region.begin[0]; z < region.end[0]; ++z, to += layer) {
      const InputFile file(path_of(static_cast<std::size_t>(z)));
      check_unchanged(file, static_cast<std::size_t>(z));
      const auto slice = open_slice(file, options_);
      slice->read({{0, region.begin[1], region.begin[2]}, {1, region.end[1], region.end[2]}}, to);
      colours_.compare(slice->palette, to, static_cast<std::size_t>(region.size(1) * region.size(2)),
                       info(element).bytes, printable(series_.names[static_cast<std::size_t>(z)]), folder_);
    }
  }

  void visit_files(const std::function<void(const InputFile&)>& visit) const override {
    for (std::size_t i = 0; i < series_.names.size(); ++i) {
      const InputFile file(path_of(i));
      check_unchanged(file, i);
      visit(file);
    }
  }

 private:
  struct Kind {
    Extent extent;
    Element element;
    std::string stored_type;
    bool operator==(const Kind& o) const {
      return extent == o.extent && element == o.element && stored_type == o.stored_type;
    }
    std::string text() const { return fmt::format("{}x{} of {}", extent.ny, extent.nx, stored_type); }
  };

  std::string path_of(std::size_t i) const { return (fs::path(folder_) / series_.names[i]).string(); }

  void check_unchanged(const InputFile& file, std::size_t i) const {
    if (file.identity() == identities_[i]) return;
    throw Error(ExitCode::input_refused, "file changed while it was read", file.path(), "",
                "wait until nothing writes to the folder and start again");
  }

  void look_at(const std::string& name) {
    const InputFile file((fs::path(folder_) / name).string());
    const auto slice = open_slice(file, options_);
    const VolumeDescription& said = slice->description;
    if (said.extent.nz != 1)
      throw Error(ExitCode::input_invalid, "a slice is a stack", file.path(),
                  fmt::format("it has {} pages", said.extent.nz), "name the stack itself as the input");
    identities_.push_back(file.identity());
    kinds_.push_back({said.extent, slice->element, said.stored_type});
    for (const std::string& notice : said.notices) note(notice, name, notices_);
    for (const std::string& warning : said.warnings) note(warning, name, warnings_);
    keep_ratio(said, name);
  }

  struct Said {
    std::string text;
    std::vector<std::string> names;  // of the slices that say it
  };

  static void note(const std::string& text, const std::string& name, std::vector<Said>& among) {
    const auto same =
        std::find_if(among.begin(), among.end(), [&](const Said& said) { return said.text == text; });
    if (same != among.end())
      same->names.push_back(name);
    else
      among.push_back({text, {name}});
  }

  /// What is true of some of them alone may make the volume wrong: a slice that is shown inverted, say.
  void tell_what_was_said() {
    const auto of_some = [&](const Said& said) {
      return said.names.size() == series_.names.size()
                 ? said.text
                 : fmt::format("{} of {} slices ({}): {}", said.names.size(), series_.names.size(),
                               some_of(said.names), said.text);
    };
    for (const Said& said : notices_)
      keep(of_some(said),
           said.names.size() == series_.names.size() ? description.notices : description.warnings);
    for (const Said& said : warnings_) keep(of_some(said), description.warnings);
  }

  static void keep(const std::string& text, std::vector<std::string>& among) {
    if (std::find(among.begin(), among.end(), text) == among.end() && among.size() < 20)
      among.push_back(text);
  }

  /// Of a stack that was saved slice by slice, each may say the step along z.
  void keep_ratio(const VolumeDescription& said, const std::string& name) {
    if (kinds_.size() == 1) {
      description.voxel_size = said.voxel_size;
      description.voxel_ratio = said.voxel_ratio;
      description.voxel_size_source = said.voxel_size_source;
    } else if (said.voxel_size != description.voxel_size || said.voxel_ratio != description.voxel_ratio) {
      keep(fmt::format("{} states another size of a voxel than {}, which is used; --voxel-size settles it",
                       name, series_.names[0]),
           description.warnings);
    }
  }

  /// The odd ones among them are named.
  void check_same() const {
    std::size_t common = 0, most = 0;
    for (std::size_t i = 0; i < kinds_.size() && most <= kinds_.size() / 2; ++i) {
      const auto count = static_cast<std::size_t>(std::count(kinds_.begin(), kinds_.end(), kinds_[i]));
      if (count > most) common = i, most = count;
    }
    std::vector<std::string> odd;
    for (std::size_t i = 0; i < kinds_.size(); ++i)
      if (!(kinds_[i] == kinds_[common]))
        odd.push_back(fmt::format("{} is {}", series_.names[i], kinds_[i].text()));
    if (odd.empty()) return;
    throw Error(ExitCode::input_invalid, "slices differ in size or type", folder_,
                fmt::format("{}; {} of {} are {}", some_of(odd), most, kinds_.size(), kinds_[common].text()),
                "a volume needs slices of one size and type");
  }

  std::string folder_;
  SliceSeries series_;
  ReadOptions options_;
  std::vector<Kind> kinds_;
  std::vector<Said> notices_, warnings_;
  std::vector<FileIdentity> identities_;
  KnownColours colours_;
};

}  // namespace

std::unique_ptr<VolumeSource> open_slices(const std::string& folder, const ReadOptions& options) {
  refuse_zarr(folder);
  const Listing found = list(folder);
  if (found.images.empty()) refuse_without_images(folder, found);
  std::vector<std::string> notices;
  const SliceSeries series = choose(series_among(found.images), options.dataset, folder, notices);
  refuse_damaged(series, found.others, folder);
  check_numbers(series, folder, notices);
  if (series.names.size() == 1 && !options.as_2d)
    throw Error(ExitCode::input_invalid, "folder has one slice", folder, series.names[0],
                "pass --as-2d to take it as one layer");
  if (!found.others.empty()) notices.push_back(fmt::format("no images, left out: {}", some_of(found.others)));
  if (!found.folders.empty())
    notices.push_back(fmt::format("folders inside are not looked into: {}", some_of(found.folders)));
  auto source = std::make_unique<FolderSource>(folder, series, options);
  auto& said = source->description.notices;
  said.insert(said.begin(), fmt::format("slices {} to {} in natural order, {} files", series.names.front(),
                                        series.names.back(), series.names.size()));
  said.insert(said.end(), notices.begin(), notices.end());
  return source;
}

}  // namespace tauvox::io
