// The one entry: options are checked, the file is opened, boxes of voxels go to the label encoder. No state,
// no printing, plain data in and out, so that a resource-limited child process can do the same work.
#include "io/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <new>
#include <set>
#include <system_error>

#include "io/formats.hpp"
#include "io/grey.hpp"
#include "io/grey_filter.hpp"
#include "io/grey_steps.hpp"
#include "io/labels.hpp"
#include "io/no_data.hpp"
#include "io/printable.hpp"
#include "io/threads.hpp"

namespace tauvox::io {
namespace {

constexpr std::size_t most_regions = 16;  // labels; more are an image where neighbours differ (looks_grey)

Region cropped(const Extent& extent, const std::optional<Crop>& crop) {
  Region region{{0, 0, 0}, extent.zyx()};
  if (!crop) return region;
  for (int axis = 0; axis < 3; ++axis) {
    const std::int64_t length = extent.zyx()[axis], begin = crop->begin[axis];
    const std::int64_t end = crop->end[axis] == -1 ? length : crop->end[axis];
    if (begin < 0 || end > length || begin >= end)
      throw Error(
          ExitCode::usage, "crop does not fit the volume", "--crop",
          fmt::format("{}:{} along {} of {}", begin, end, axis_name(all_axes[axis]), to_string(extent)),
          fmt::format("valid are begin < end within 0:{}", length));
    region.begin[axis] = begin;
    region.end[axis] = end;
  }
  return region;
}

Extent extent_of(const Region& region) { return {region.size(2), region.size(1), region.size(0)}; }

/// Begin of the next box: `step` further on, on the file's own grid of `grain` layers.
std::int64_t next_cut(std::int64_t from, std::int64_t step, std::int64_t grain, std::int64_t end) {
  return std::min(end, std::max(from / grain + 1, (from + step) / grain) * grain);
}

bool has_nan_outside(const ReadOptions& options) { return options.outside && options.outside->are_nan; }

struct Opened {
  std::unique_ptr<InputFile> file;  // none where a folder was opened
  std::unique_ptr<VolumeSource> source;
  Region region;
};

/// SHA-256 of all that was read, in the order in which it was, none of which has changed. Of a file it is
/// computed while its voxels are read.
class RunningDigest {
 public:
  explicit RunningDigest(const Opened& opened) : opened_(opened) {
    if (!opened_.file || reading_threads() == 1) return;
    try {
      of_file_ = std::async(std::launch::async, [this] { digest_.add(*opened_.file, &stop_); });
    } catch (const std::system_error&) {  // the system gives no thread: it is computed at the end
    }
  }
  ~RunningDigest() { stop_ = true; }  // the future waits
  RunningDigest(const RunningDigest&) = delete;
  RunningDigest& operator=(const RunningDigest&) = delete;

  /// Once.
  std::string text() {
    if (of_file_.valid())
      of_file_.get();
    else if (opened_.file)
      digest_.add(*opened_.file);
    if (opened_.file) opened_.file->check_unchanged();
    opened_.source->visit_files([&](const InputFile& one) {
      digest_.add(one);
      one.check_unchanged();
    });
    return digest_.text();
  }

 private:
  const Opened& opened_;
  Digest digest_;
  std::atomic<bool> stop_{false};
  std::future<void> of_file_;
};

/// The source keeps the names that open things; what is told of it can be shown anywhere.
void make_printable(VolumeDescription& description) {
  for (std::string* text : {&description.dataset, &description.stored_type, &description.voxel_size_source})
    *text = printable(*text);
  for (std::string& notice : description.notices) notice = printable(notice);
  for (std::string& warning : description.warnings) warning = printable(warning);
}

Opened open_checked(const std::string& path, const ReadOptions& options) {
  check_voxel_size(options);
  Opened opened;
  if (is_folder(path)) {
    opened.source = open_folder(path, options);
  } else {
    opened.file = std::make_unique<InputFile>(path);
    opened.source = open_source(*opened.file, options);
  }
  VolumeDescription& description = opened.source->description;
  make_printable(description);
  opened.region = cropped(description.extent, options.crop);
  description.read_extent = extent_of(opened.region);
  if (!options.filters.empty()) check_can_filter();
  if (!options.filters.empty() && has_nan_outside(options))
    throw Error(ExitCode::usage, "--filter and --outside nan exclude each other", path,
                "a filter would spread what is no number", "replace NaN by a grey value, or filter first");
  if (options.voxel_size) {
    description.voxel_size = options.voxel_size;
    description.voxel_ratio.reset();
    description.voxel_size_source = "--voxel-size";
  }
  warn_of_size(description);
  return opened;
}

/// Boxes of about slab_bytes along z; where one layer of chunks is more than that, along y too.
void visit_values(VolumeSource& source, const Region& region, const ValueVisitor& visit,
                  const std::function<void(double)>& progress) {
  const std::int64_t element_bytes = static_cast<std::int64_t>(info(source.element).bytes);
  const std::int64_t slab_bytes = source.slab_bytes;
  const std::int64_t row_bytes = region.size(2) * element_bytes;
  const std::int64_t layers = std::min(source.granularity_z, region.size(0));
  const bool whole_planes = layers * region.size(1) <= slab_bytes / row_bytes;
  const std::int64_t depth = whole_planes ? slab_bytes / (region.size(1) * row_bytes) : layers;
  const std::int64_t rows =
      whole_planes ? region.size(1) : std::max<std::int64_t>(1, slab_bytes / (layers * row_bytes));
  const std::int64_t grain_y = whole_planes ? region.end[1] : source.granularity_y;

  std::vector<std::byte> buffer;
  Region box = region;
  for (; box.begin[0] < region.end[0]; box.begin[0] = box.end[0]) {
    box.end[0] = next_cut(box.begin[0], depth, source.granularity_z, region.end[0]);
    for (box.begin[1] = region.begin[1]; box.begin[1] < region.end[1]; box.begin[1] = box.end[1]) {
      box.end[1] = next_cut(box.begin[1], rows, grain_y, region.end[1]);
      buffer.resize(static_cast<std::size_t>(box.voxels() * element_bytes));
      source.read(box, buffer.data());
      const std::int64_t run = box.size(1) * box.size(2);  // contiguous both in the box and in the volume
      const bool one_run = box.size(1) == region.size(1);
      const std::int64_t runs = one_run ? 1 : box.size(0);
      for (std::int64_t i = 0; i < runs; ++i) {
        const std::int64_t z = box.begin[0] - region.begin[0] + i, y = box.begin[1] - region.begin[1];
        visit(buffer.data() + i * run * element_bytes, (z * region.size(1) + y) * region.size(2),
              one_run ? box.voxels() : run);
      }
      if (progress) {
        const double layers_done = static_cast<double>(box.begin[0] - region.begin[0]) +
                                   static_cast<double>(box.size(0)) *
                                       static_cast<double>(box.end[1] - region.begin[1]) /
                                       static_cast<double>(region.size(1));
        progress(layers_done / static_cast<double>(region.size(0)));
      }
    }
  }
}

/// More than two whole numbers, which do not differ from voxel to voxel as those of an image do.
bool are_several_labels(const std::vector<float>& values, std::int64_t nx) {
  constexpr std::size_t two = 2;
  if (!std::all_of(values.begin(), values.end(), [](float v) { return v == std::trunc(v); })) return false;
  std::set<float> distinct;
  std::int64_t pairs = 0, different = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_first = i % static_cast<std::size_t>(nx) == 0,
               is_new = is_first || values[i] != values[i - 1];
    pairs += is_first ? 0 : 1;
    different += !is_first && is_new ? 1 : 0;
    if (is_new && distinct.size() <= most_regions) distinct.insert(values[i]);
  }
  return distinct.size() > two && !(distinct.size() > most_regions && 2 * different > pairs);
}

/// A median of the numbers of two phases may be that of a third, which lies nowhere near.
void refuse_mixed_labels(const ReadOptions& options, Read what, const std::vector<float>& values,
                         std::int64_t nx, const std::string& path) {
  const bool become_labels = options.thresholds.empty() && what != Read::grey_values;
  if (become_labels &&
      std::all_of(options.filters.begin(), options.filters.end(),
                  [](const GreyFilter& f) { return f.kind == GreyFilter::Kind::median; }) &&
      are_several_labels(values, nx))
    throw Error(ExitCode::usage, "--filter is for grey values, and these are labels", path,
                "a median of their numbers puts label 1 where 0 and 2 meet",
                "leave it out: --clean gives islands and holes of labels to what surrounds them; where the "
                "numbers are grey values, give --threshold as well");
}

/// What is to become labels: as it is stored, or filtered.
class Values {
 public:
  Values(Opened& opened, const ReadOptions& options, Read what, const std::string& path,
         const std::function<void(double)>& progress, NoDataCounter& no_data)
      : source_(*opened.source), region_(opened.region), progress_(progress) {
    if (options.filters.empty()) return;
    filtered_.resize(static_cast<std::size_t>(region_.voxels()));
    FloatCopy seen;
    visit_values(
        source_, region_,
        [&](const void* values, std::int64_t first, std::int64_t count) {
          no_data.add(source_.element, values, first, count);
          copy_as_float(source_.element, values, count, filtered_.data() + first, seen);
        },
        progress_);
    refuse_lost_digits(seen, path);
    refuse_mixed_labels(options, what, filtered_, region_.size(2), path);
    for (const GreyFilter& filter : options.filters) apply(filter, extent_of(region_), filtered_);
  }

  /// Filters are in FP32.
  static void refuse_lost_digits(const FloatCopy& seen, const std::string& path) {
    constexpr double share = 1e-4;  // of the range: a tenth of a step of its 1000
    if (seen.most_changed == 0 || !(seen.most_changed > share * (seen.greatest - seen.least))) return;
    throw Error(ExitCode::input_invalid, "grey values have more digits than a filter keeps", path,
                fmt::format("they go from {:.17g} to {:.17g}; FP32 changes some by {:.3g}", seen.least,
                            seen.greatest, seen.most_changed),
                "subtract what all values have in common first, or leave out --filter");
  }

  Element element() const { return filtered_.empty() ? source_.element : Element::float32; }
  /// "float32", "filtered"; empty where whole numbers are what one expects.
  std::string kind() const {
    if (source_.element != Element::float32 && source_.element != Element::float64) return "";
    return filtered_.empty() ? info(source_.element).name : "filtered";
  }
  void visit(const ValueVisitor& visitor) const {
    if (filtered_.empty())
      visit_values(source_, region_, visitor, progress_);
    else
      visitor(filtered_.data(), 0, region_.voxels());
  }

 private:
  VolumeSource& source_;
  const Region& region_;
  const std::function<void(double)>& progress_;
  std::vector<float> filtered_;
};

/// Otsu's method leaves out of account how far away these are.
void note_outliers(const GreyHistogram& histogram, const BulkRange& bulk, Volume& volume) {
  std::int64_t beyond = 0;
  for (const GreyLevel& level : histogram.levels)
    if (level.value < bulk.low || level.value > bulk.high) beyond += level.voxels;
  if (beyond == 0) return;
  volume.notices.push_back(
      fmt::format("{} far away from all others (grey values go from {:.7g} to {:.7g}): Otsu's method counts "
                  "such values as {:.7g} "
                  "or {:.7g}, whichever is nearer",
                  beyond == 1 ? std::string("one voxel lies") : fmt::format("{} voxels lie", beyond),
                  histogram.levels.front().value, histogram.levels.back().value, bulk.low, bulk.high));
}

void warn_of_grey(const std::vector<GreyLevel>& levels, const std::string& how_many, Volume& volume) {
  volume.grey->otsu = otsu(levels, 1);
  volume.grey->otsu3 = otsu(levels, 2);
  volume.warnings.push_back(fmt::format(
      "the values look like those of a grey image, not like labels ({} of them, from {:.7g} to {:.7g}); "
      "--threshold makes labels of them: otsu (two classes, cut at {}), otsu3 (three, at {}) or your numbers",
      how_many, levels.front().value, levels.back().value, text_of_thresholds(volume.grey->otsu),
      text_of_thresholds(volume.grey->otsu3)));
}

/// Shows what counts alone.
ValueVisitor of_counted(const ValueVisitor& visit, CountedVoxels counted, std::size_t bytes) {
  if (counted.empty()) return visit;
  return [=](const void* values, std::int64_t first, std::int64_t count) {
    const std::uint8_t* counts = counted.data() + first;
    for (std::int64_t i = 0; i < count;) {
      const std::int64_t begin =
          std::find_if(counts + i, counts + count, [](auto c) { return c != 0; }) - counts;
      i = std::find(counts + begin, counts + count, std::uint8_t{0}) - counts;
      if (i > begin)
        visit(static_cast<const std::byte*>(values) + static_cast<std::size_t>(begin) * bytes, first + begin,
              i - begin);
    }
  };
}

/// Where the values are cut: as asked, or at the steps in which grey values are shown.
ValueCuts cuts_of(const Values& values, const ReadOptions& options, Read what, CountedVoxels counted,
                  Volume& volume) {
  const Thresholds& asked = options.thresholds;
  const bool may_be_levels = asked.empty() && what != Read::labels && info(values.element()).bytes > 2;
  volume.thresholds = asked.values;
  if (asked.otsu == 0 && !may_be_levels) return {asked.values};
  const auto visit_all = [&](const ValueVisitor& visit) {
    values.visit(of_counted(visit, counted, info(values.element()).bytes));
  };
  const GreyHistogram histogram =
      histogram_of(values.element(), volume.path, visit_all, has_nan_outside(options));
  const BulkRange bulk = bulk_of(histogram.levels);
  if (asked.otsu > 0) {
    volume.thresholds = otsu(histogram.levels, asked.otsu);
    if (volume.thresholds.empty())
      throw Error(ExitCode::input_invalid, "too few grey values for a threshold", volume.path,
                  fmt::format("{} of them", histogram.levels.size()), "leave out --threshold");
    note_outliers(histogram, bulk, volume);
    volume.notices.push_back(
        fmt::format("threshold by Otsu's method: {}", text_of_thresholds(volume.thresholds)));
    return {volume.thresholds};
  }
  if (histogram.are_labels || (histogram.levels.size() < 2 && what != Read::grey_values)) return {};
  if (what == Read::grey_values) return fine_steps(histogram, values.element(), visit_all, volume);
  note_outliers(histogram, bulk, volume);
  std::vector<double> steps = steps_across(bulk, grey_steps, volume);
  warn_of_grey(histogram.levels,
               histogram.is_exact ? fmt::format("{}", histogram.levels.size()) : "more than 65536", volume);
  return {steps};
}

/// Labels that differ as the values of an image do. Those that FP64 cannot tell apart are none.
void warn_where_grey(CountedVoxels counted, Volume& volume) {
  constexpr std::int64_t last_whole = std::int64_t{1} << 53;
  if (volume.grey || !volume.thresholds.empty() || !looks_grey(volume) ||
      volume.labels.front().value < -last_whole || volume.labels.back().value > last_whole)
    return;
  volume.grey = GreyScale{};
  const std::vector<GreyLevel> levels = levels_of(volume, counted);
  if (levels.empty()) return;
  warn_of_grey(levels, fmt::format("{}", levels.size()), volume);
}

}  // namespace

LabelCodes own_memory(std::int64_t voxels, bool wide) {
  const auto size = static_cast<std::size_t>(voxels);
  if (wide) return std::vector<std::uint16_t>(size);
  return std::vector<std::uint8_t>(size);
}

VolumeDescription describe_volume(const std::string& path, const ReadOptions& options) {
  return std::move(open_checked(path, options).source->description);
}

Volume read_volume(const std::string& path, const ReadOptions& options,
                   const std::function<void(double)>& progress, const CodeMemory& memory, Read what,
                   CountedVoxels counted) {
  Opened opened = open_checked(path, options);
  if (progress) progress(0);  // the metadata were read
  const VolumeDescription& description = opened.source->description;

  Volume volume;
  volume.extent = description.read_extent;
  volume.voxel_size = description.voxel_size;
  volume.voxel_ratio = description.voxel_ratio;
  volume.voxel_size_source = description.voxel_size_source;
  volume.path = printable(path);
  volume.dataset = description.dataset;
  volume.stored_type = description.stored_type;
  volume.format = description.format;
  volume.notices = description.notices;
  volume.warnings = description.warnings;

  if (!counted.empty() && static_cast<std::int64_t>(counted.size()) != volume.extent.voxels())
    throw Error(ExitCode::input_invalid, "mask and volume differ in size", path);
  opened.source->prepare(opened.region);
  RunningDigest digest(opened);
  NoDataCounter no_data(description.no_data, options, counted);
  try {
    Values values(opened, options, what, path, progress, no_data);
    const ValueCuts cuts = cuts_of(values, options, what, counted, volume);
    LabelEncoder encoder(values.element(), volume.extent, opened.region.begin, cuts.at, path, memory,
                         has_nan_outside(options));
    values.visit([&](const void* some, std::int64_t first, std::int64_t count) {
      if (options.filters.empty()) no_data.add(values.element(), some, first, count);
      encoder.append(some, first, count);
    });
    encoder.finish(volume, values.kind());
    if (!cuts.labels.empty())
      for (Label& label : volume.labels) label.value = cuts.labels[static_cast<std::size_t>(label.value)];
  } catch (const std::bad_alloc&) {
    throw Error(ExitCode::resources, "not enough memory to read the file", path,
                "its chunks or strips are too large", "rewrite it with smaller ones");
  }
  if (volume.labels.empty())
    throw Error(ExitCode::input_invalid, "no voxel is of the sample", path, "all are NaN",
                "look at the file, or leave out --outside");
  if (what != Read::grey_values) warn_where_grey(counted, volume);
  warn_of_no_data(no_data, options, volume);
  volume.sha256 = digest.text();
  return volume;
}

}  // namespace tauvox::io
