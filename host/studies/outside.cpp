#include "host/studies/outside.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "host/studies/absent_labels.hpp"

namespace tauvox {
namespace {

/// Codes of the labels that stay, 0, 1, ...; the others and what was outside before have `labels.size()`.
template <class To, class From>
void renumber(const LabelArray<From>& from, const std::vector<std::size_t>& code_now, const Volume* mask,
              std::size_t outside, LabelArray<To>& to) {
  std::int64_t zero = -1;  // the code of 0 in the mask
  if (mask && mask->labels.front().value <= 0)
    for (std::size_t code = 0; code < mask->labels.size(); ++code)
      if (mask->labels[code].value == 0) zero = static_cast<std::int64_t>(code);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool masked = zero >= 0 && mask->code(static_cast<std::int64_t>(i)) == zero;
    to[i] = static_cast<To>(masked ? outside : code_now[from[i]]);
  }
}

/// Voxels of each code.
std::vector<std::int64_t> counted(const LabelCodes& codes, std::size_t codes_there_are) {
  std::vector<std::int64_t> voxels(codes_there_are);
  std::visit(
      [&](const auto& all) {
        for (const auto code : all) ++voxels[code];
      },
      codes);
  return voxels;
}

/// Codes of 256 labels and what is outside do not fit into a byte.
void take_out(Volume& volume, const std::vector<std::uint8_t>& leaves, const Volume* mask) {
  std::vector<Label> labels;
  std::vector<std::size_t> code_now;
  for (std::size_t code = 0; code < volume.labels.size(); ++code) {
    code_now.push_back(labels.size());
    if (!leaves[code]) labels.push_back(volume.labels[code]);
  }
  for (std::size_t code = 0; code < volume.labels.size(); ++code)
    if (leaves[code]) code_now[code] = labels.size();
  code_now.push_back(labels.size());
  if (auto* narrow = std::get_if<LabelArray<std::uint8_t>>(&volume.codes); narrow && labels.size() > 255) {
    LabelArray<std::uint16_t> wide = std::vector<std::uint16_t>(narrow->size());
    renumber(*narrow, code_now, mask, labels.size(), wide);
    volume.codes = std::move(wide);
  } else {
    std::visit([&](auto& codes) { renumber(codes, code_now, mask, labels.size(), codes); }, volume.codes);
  }
  const std::vector<std::int64_t> voxels = counted(volume.codes, labels.size() + 1);
  for (std::size_t code = 0; code < labels.size(); ++code) labels[code].voxels = voxels[code];
  volume.labels = labels;
  if (voxels.back() == 0)
    volume.outside.reset();
  else if (volume.outside)
    volume.outside->voxels = voxels.back();
  else
    volume.outside = Outside{voxels.back(), 0, ""};
}

/// Labels of which a mask has left no voxel are none.
void leave_out_lost(Volume& volume, std::vector<std::uint8_t>& leaves) {
  leaves.clear();
  for (const Label& label : volume.labels) leaves.push_back(label.voxels == 0);
  if (std::count(leaves.begin(), leaves.end(), 1) > 0) take_out(volume, leaves, nullptr);
}

std::vector<std::uint8_t> codes_of_label(const Volume& volume, const Settings& s) {
  std::vector<std::uint8_t> leaves(volume.labels.size());
  if (!s.read.outside || s.read.outside->are_nan) return leaves;
  for (std::size_t code = 0; code < leaves.size(); ++code)
    leaves[code] = volume.labels[code].value == s.read.outside->label;
  if (std::count(leaves.begin(), leaves.end(), 1) == 0 && !s.allow_absent)
    throw Error(ExitCode::input_invalid, fmt::format("label {} does not occur", s.read.outside->label),
                volume.path, labels_there_are(volume, s.phases),
                "correct --outside, or pass --allow-absent where a volume may have nothing outside");
  return leaves;
}

/// The smallest number that is no label.
std::int64_t free_label(const Volume& volume) {
  std::int64_t free = 0;
  for (const Label& label : volume.labels)
    if (label.value == free) ++free;
  return free;
}

/// Layers before the first and behind the last one that holds the sample, z, y, x.
io::Crop box_of_sample(const Volume& volume) {
  io::Crop box;
  const Extent& e = volume.extent;
  box.begin = e.zyx();
  box.end = {0, 0, 0};
  std::visit(
      [&](const auto& codes) {
        std::size_t i = 0;
        for (std::int64_t z = 0; z < e.nz; ++z)
          for (std::int64_t y = 0; y < e.ny; ++y)
            for (std::int64_t x = 0; x < e.nx; ++x, ++i) {
              if (codes[i] == volume.labels.size()) continue;
              const std::array at{z, y, x};
              for (std::size_t axis = 0; axis < 3; ++axis) {
                box.begin[axis] = std::min(box.begin[axis], at[axis]);
                box.end[axis] = std::max(box.end[axis], at[axis] + 1);
              }
            }
      },
      volume.codes);
  return box;
}

/// The crop that leaves no empty layer at an end, of what is stored.
void refuse_empty_ends(const Volume& volume, const Settings& s) {
  const io::Crop box = box_of_sample(volume);
  if (box.begin == std::array<std::int64_t, 3>{} && box.end == volume.extent.zyx()) return;
  std::vector<std::string> ranges;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t from = s.read.crop ? s.read.crop->begin[axis] : 0;
    ranges.push_back(fmt::format("{}:{}", from + box.begin[axis], from + box.end[axis]));
  }
  throw Error(ExitCode::input_invalid, "layers at the ends of the volume are outside as a whole", volume.path,
              "plates, separator and collector lie on the sides of the volume, where the sample has to begin",
              fmt::format("give --crop {}", fmt::join(ranges, ",")));
}

std::string source_of(const Settings& s, const Volume* mask) {
  std::vector<std::string> sources;
  if (s.read.outside)
    sources.push_back(s.read.outside->are_nan ? "--outside nan"
                                              : fmt::format("--outside {}", s.read.outside->label));
  if (mask)
    sources.push_back("--mask " + mask->path +
                      (s.mask_dataset.empty() ? "" : " --mask-dataset " + s.mask_dataset));
  return fmt::format("{}", fmt::join(sources, ", "));
}

}  // namespace

Volume without_outside(Volume volume, const Settings& s, const Volume* mask) {
  if (!s.read.outside && !mask) return volume;
  std::vector<std::uint8_t> leaves = codes_of_label(volume, s);
  if (mask || std::count(leaves.begin(), leaves.end(), 1) > 0) {
    take_out(volume, leaves, mask);
    leave_out_lost(volume, leaves);
  }
  if (!volume.outside) {
    volume.notices.push_back(fmt::format("no voxel is outside of the sample ({})", source_of(s, mask)));
    return volume;
  }
  if (volume.labels.empty())
    throw Error(ExitCode::input_invalid, "no voxel is of the sample", volume.path, source_of(s, mask),
                "look at it with 'tauvox inspect', without --outside and --mask");
  refuse_empty_ends(volume, s);
  volume.outside->label =
      s.read.outside && !s.read.outside->are_nan ? s.read.outside->label : free_label(volume);
  volume.outside->source = source_of(s, mask);
  if (mask) volume.outside->mask_sha256 = mask->sha256;
  volume.notices.push_back(fmt::format(
      "{} of {} voxels ({:.4g} %) are outside of the sample ({}): they conduct nothing and are not counted",
      volume.outside->voxels, volume.extent.voxels(),
      100 * static_cast<double>(volume.outside->voxels) / static_cast<double>(volume.extent.voxels()),
      volume.outside->source));
  return volume;
}

}  // namespace tauvox
