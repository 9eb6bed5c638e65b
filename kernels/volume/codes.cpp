#include "kernels/volume/codes.hpp"

namespace tauvox {

Codes::Codes(const Device& device, const Volume& volume)
    : device_(device), extent_(volume.extent), labels_(static_cast<std::int64_t>(volume.codes_there_are())) {
  const auto take = [&](const auto& host, auto& copy, auto& pointer) {
    pointer = host.data();
    if (!device.is_cuda()) return;
    copy = std::decay_t<decltype(copy)>(device, static_cast<std::int64_t>(host.size()));
    copy.copy_from(host);
    pointer = copy.data();
  };
  if (const auto* narrow = std::get_if<LabelArray<std::uint8_t>>(&volume.codes))
    take(*narrow, narrow_copy_, narrow_);
  else
    take(std::get<LabelArray<std::uint16_t>>(volume.codes), wide_copy_, wide_);
}

Codes::Codes(const Device& device, const Extent& extent, std::span<const std::uint8_t> codes,
             std::int64_t labels)
    : device_(device), extent_(extent), labels_(labels), narrow_(codes.data()) {
  if (!device.is_cuda()) return;
  narrow_copy_ = Buffer<std::uint8_t>(device, static_cast<std::int64_t>(codes.size()));
  narrow_copy_.copy_from(codes);
  narrow_ = narrow_copy_.data();
}

std::int64_t Codes::bytes(const Device& device, const Extent& extent, int width) {
  if (!device.is_cuda()) return 0;
  return static_cast<std::int64_t>(Buffer<std::uint8_t>::bytes(width * extent.voxels()));
}

}  // namespace tauvox
