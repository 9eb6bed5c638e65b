// Codes -> label values, slab by slab, through a table of as many entries as there are labels.
#include "io/field_arrays.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <type_traits>

namespace tauvox::io {

namespace {

template <class T>
bool fits(const Volume& volume) {  // labels are ascending: the ends decide
  const auto holds = [](std::int64_t label) {
    return label >= std::numeric_limits<T>::min() && label <= std::numeric_limits<T>::max();
  };
  return holds(volume.labels.front().value) && holds(volume.labels.back().value) &&
         (!volume.outside || holds(volume.outside->label));
}

template <class T>
FieldArray label_array(const Volume& volume, Scalar scalar) {
  auto values = std::make_shared<std::vector<T>>(volume.codes_there_are());
  bool same_bytes = true;
  for (std::size_t code = 0; code < values->size(); ++code) {
    const std::int64_t label =
        code < volume.labels.size() ? volume.labels[code].value : volume.outside->label;
    (*values)[code] = static_cast<T>(label);
    same_bytes = same_bytes && label == static_cast<std::int64_t>(code);
  }
  auto buffer = std::make_shared<std::vector<T>>();
  const auto slab = [&volume, values, buffer, same_bytes](std::int64_t z,
                                                          std::int64_t slices) -> const void* {
    const std::size_t slice = static_cast<std::size_t>(volume.extent.nx * volume.extent.ny);
    const std::size_t first = static_cast<std::size_t>(z) * slice,
                      count = static_cast<std::size_t>(slices) * slice;
    return std::visit(
        [&](const auto& codes) -> const void* {
          using Code = typename std::decay_t<decltype(codes)>::value_type;
          if (std::is_same_v<Code, T> && same_bytes) return codes.data() + first;
          buffer->resize(count);
          std::transform(codes.begin() + static_cast<std::ptrdiff_t>(first),
                         codes.begin() + static_cast<std::ptrdiff_t>(first + count), buffer->begin(),
                         [&table = *values](Code code) { return table[code]; });
          return buffer->data();
        },
        volume.codes);
  };
  return {"label", scalar, sizeof(T), 1, slab};
}

FieldArray flux_array(const FieldFile& file) {
  auto buffer = std::make_shared<std::vector<float>>();
  const auto slice = static_cast<std::size_t>(3 * file.volume->extent.nx * file.volume->extent.ny);
  const auto slab = [fill = file.flux, buffer, slice](std::int64_t z, std::int64_t slices) -> const void* {
    buffer->resize(static_cast<std::size_t>(slices) * slice);
    for (std::int64_t s = 0; s < slices; ++s)
      fill(z + s, buffer->data() + static_cast<std::size_t>(s) * slice);
    return buffer->data();
  };
  return {"flux", Scalar::float32, 3 * sizeof(float), 3, slab};
}

FieldArray label_array(const Volume& volume) {
  if (fits<std::uint8_t>(volume)) return label_array<std::uint8_t>(volume, Scalar::uint8);
  if (fits<std::int8_t>(volume)) return label_array<std::int8_t>(volume, Scalar::int8);
  if (fits<std::uint16_t>(volume)) return label_array<std::uint16_t>(volume, Scalar::uint16);
  if (fits<std::int16_t>(volume)) return label_array<std::int16_t>(volume, Scalar::int16);
  if (fits<std::uint32_t>(volume)) return label_array<std::uint32_t>(volume, Scalar::uint32);
  if (fits<std::int32_t>(volume)) return label_array<std::int32_t>(volume, Scalar::int32);
  return label_array<std::int64_t>(volume, Scalar::int64);
}

}  // namespace

std::vector<FieldArray> field_arrays(const FieldFile& file) {
  if (file.volume == nullptr || file.volume->labels.empty())
    throw Error(ExitCode::internal, "a field file needs a volume with labels");
  const Extent extent = file.volume->extent;
  const auto voxels = static_cast<std::size_t>(extent.voxels());
  const std::size_t codes = std::visit([](const auto& c) { return c.size(); }, file.volume->codes);
  if (codes != voxels || (!file.values.empty() && file.values.size() != voxels))
    throw Error(ExitCode::internal, "arrays do not fit the volume", to_string(extent),
                std::to_string(codes) + " labels and " + std::to_string(file.values.size()) + " values");

  std::vector<FieldArray> arrays{label_array(*file.volume)};
  if (file.flux) arrays.push_back(flux_array(file));
  if (!file.values.empty())
    arrays.push_back(
        {file.name, Scalar::float32, sizeof(float), 1,
         [values = file.values, slice = extent.nx * extent.ny](std::int64_t z, std::int64_t) -> const void* {
           return values.data() + z * slice;
         }});
  return arrays;
}

Texts field_texts(const FieldFile& file) {
  const Volume& volume = *file.volume;
  Texts texts{{"length_unit", volume.voxel_size ? "um" : "voxel"}};
  const auto add = [&texts](const char* name, const std::string& text) {
    if (!text.empty()) texts.emplace_back(name, text);
  };
  if (file.axis) add("axis", axis_name(*file.axis));
  add("phases", file.phases);
  add("input", volume.path);
  add("input_sha256", volume.sha256);
  add("dataset", volume.dataset);
  add("voxel_size_source", volume.voxel_size_source);
  if (volume.outside) add("outside_label", std::to_string(volume.outside->label));
  if (volume.outside) add("mask_sha256", volume.outside->mask_sha256);
  for (const auto& [name, text] : file.texts) add(name.c_str(), text);
  for (const auto& [name, text] : texts_of(file.history)) add(name.c_str(), text);
  return texts;
}

std::int64_t slab_slices(const Extent& extent, std::size_t bytes, std::int64_t target) {
  const std::int64_t slice = extent.nx * extent.ny * static_cast<std::int64_t>(bytes);
  return std::clamp<std::int64_t>(target / slice, 1, extent.nz);
}

}  // namespace tauvox::io
