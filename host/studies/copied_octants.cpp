#include "host/studies/copied_octants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/studies/parts.hpp"

namespace tauvox {
namespace {

constexpr unsigned all_mirrors = 8;  // one bit an axis: mirrored along it

std::array<std::int64_t, 3> lengths_of(const Box& box) {
  return {box.end[0] - box.begin[0], box.end[1] - box.begin[1], box.end[2] - box.begin[2]};
}

std::int64_t voxels_in(const std::array<std::int64_t, 3>& n) { return n[0] * n[1] * n[2]; }

/// What the octants of a volume hold.
template <class Code>
class Octants {
 public:
  Octants(const Volume& volume, const LabelArray<Code>& codes, const std::vector<std::uint8_t>& class_of_code)
      : codes_(codes), extent_(volume.extent), boxes_(octants(volume.extent)) {
    for (std::size_t code = 0; code < volume.codes_there_are(); ++code)
      class_of_code_.push_back(class_of_code.empty() ? code : class_of_code[code]);
    classes_ = 1 + *std::max_element(class_of_code_.begin(), class_of_code_.end());
    for (const Box& box : boxes_) voxels_.push_back(count(box));
  }

  std::string copies() const {
    const bool structure = !std::all_of(voxels_.begin(), voxels_.end(), is_uniform);
    if (!structure) return "no octant holds more than one phase: none is a sample of a structure";
    int copies = 0;
    for (std::size_t b = 1; b < boxes_.size(); ++b)
      for (std::size_t a = 0; a < b; ++a)
        if (!is_uniform(voxels_[a]) && are_copies(a, b)) {
          ++copies;
          break;
        }
    if (copies == 0) return "";
    return fmt::format("{} of the 8 octants {} of others (mirrored or tiled volume)", copies,
                       copies == 1 ? "is a copy" : "are copies");
  }

 private:
  static bool is_uniform(const std::vector<std::int64_t>& voxels) {
    return std::count_if(voxels.begin(), voxels.end(), [](std::int64_t n) { return n > 0; }) < 2;
  }

  std::vector<std::int64_t> count(const Box& box) const {
    std::vector<std::int64_t> voxels(classes_);
    for (std::int64_t z = box.begin[0]; z < box.end[0]; ++z)
      for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y) {
        const auto row = codes_.begin() + extent_.nx * (y + extent_.ny * z);
        for (auto at = row + box.begin[2]; at != row + box.end[2]; ++at) ++voxels[class_of_code_[*at]];
      }
    return voxels;
  }

  /// Whether their counts leave it open, then voxel by voxel. The longer of two is looked at from its lower
  /// end and to its upper end.
  bool are_copies(std::size_t a, std::size_t b) const {
    const auto of_a = lengths_of(boxes_[a]), of_b = lengths_of(boxes_[b]);
    std::array<std::int64_t, 3> n{};
    for (std::size_t axis = 0; axis < 3; ++axis) n[axis] = std::min(of_a[axis], of_b[axis]);
    const std::int64_t more_in_a = voxels_in(of_a) - voxels_in(n), more_in_b = voxels_in(of_b) - voxels_in(n);
    for (std::size_t i = 0; i < voxels_[a].size(); ++i)
      if (voxels_[a][i] - voxels_[b][i] > more_in_a || voxels_[b][i] - voxels_[a][i] > more_in_b)
        return false;
    for (unsigned upper = 0; upper < 8; ++upper) {  // one bit an axis, too
      std::array<std::int64_t, 3> from_a = boxes_[a].begin, from_b = boxes_[b].begin;
      bool same_again = false;  // as many voxels along an axis: there is one way to lay them on each other
      for (std::size_t axis = 0; axis < 3; ++axis) {
        if ((upper >> axis & 1) == 0) continue;
        same_again |= of_a[axis] == of_b[axis];
        from_a[axis] += of_a[axis] - n[axis];
        from_b[axis] += of_b[axis] - n[axis];
      }
      for (unsigned mirrors = 0; !same_again && mirrors < all_mirrors; ++mirrors)
        if (are_equal(from_a, from_b, n, mirrors)) return true;
    }
    return false;
  }

  bool are_equal(const std::array<std::int64_t, 3>& from_a, const std::array<std::int64_t, 3>& from_b,
                 const std::array<std::int64_t, 3>& n, unsigned mirrors) const {
    const auto in_b = [&](std::size_t axis, std::int64_t i) {
      return from_b[axis] + ((mirrors >> axis & 1) != 0 ? n[axis] - 1 - i : i);
    };
    const std::int64_t step = (mirrors >> 2 & 1) != 0 ? -1 : 1;
    for (std::int64_t z = 0; z < n[0]; ++z)
      for (std::int64_t y = 0; y < n[1]; ++y) {
        std::int64_t a = from_a[2] + extent_.nx * (from_a[1] + y + extent_.ny * (from_a[0] + z));
        std::int64_t b = in_b(2, 0) + extent_.nx * (in_b(1, y) + extent_.ny * in_b(0, z));
        for (std::int64_t x = 0; x < n[2]; ++x, ++a, b += step)
          if (class_at(a) != class_at(b)) return false;
      }
    return true;
  }

  std::size_t class_at(std::int64_t i) const { return class_of_code_[codes_[static_cast<std::size_t>(i)]]; }

  const LabelArray<Code>& codes_;
  Extent extent_;
  std::vector<Box> boxes_;
  std::vector<std::size_t> class_of_code_;
  std::size_t classes_ = 0;
  std::vector<std::vector<std::int64_t>> voxels_;  // of each class, of each octant
};

}  // namespace

std::string copies_among_octants(const Volume& volume, const std::vector<std::uint8_t>& class_of_code) {
  return std::visit(
      [&]<class Code>(const LabelArray<Code>& codes) {
        return Octants<Code>(volume, codes, class_of_code).copies();
      },
      volume.codes);
}

}  // namespace tauvox
