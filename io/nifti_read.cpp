// NIfTI-1 and NIfTI-2 in one file (.nii), which may be gzipped (.nii.gz): a header of fixed places in either
// order of bytes, then the voxels, x fastest.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "io/array.hpp"
#include "io/formats.hpp"
#include "io/orientation.hpp"

namespace tauvox::io {
namespace {

constexpr std::size_t first_header = 348, second_header = 540;

constexpr std::array<std::pair<int, Element>, 10> types{{{2, Element::uint8},
                                                         {256, Element::int8},
                                                         {512, Element::uint16},
                                                         {4, Element::int16},
                                                         {768, Element::uint32},
                                                         {8, Element::int32},
                                                         {1280, Element::uint64},
                                                         {1024, Element::int64},
                                                         {16, Element::float32},
                                                         {64, Element::float64}}};

class Header {
 public:
  Header(std::string bytes, std::string path) : bytes_(std::move(bytes)), path_(std::move(path)) {
    second_ = bytes_.size() >= second_header && bytes_.compare(5, 2, "+2") == 0;
    const unsigned char first = static_cast<unsigned char>(bytes_.empty() ? 0 : bytes_[0]);
    big_ = first == 0;
    if (bytes_.size() < (second_ ? second_header : first_header)) refuse("it is cut off");
    const std::string mark = bytes_.substr(second_ ? 4 : 344, 3);
    if (mark.starts_with("ni"))
      throw Error(ExitCode::input_refused, "this kind of NIfTI is not read", path_,
                  "its voxels lie in an .img file", "save it as .nii or .nii.gz");
  }

  ArrayLayout layout() const {
    ArrayLayout found;
    found.format = "NIfTI";
    const std::int64_t axes = length(0);
    if (axes < 1 || axes > 7) refuse(fmt::format("it has {} axes", axes));
    static constexpr std::array<const char*, 7> names{"x", "y", "z", "t", "u", "v", "w"};
    for (std::int64_t axis = axes; axis >= 1; --axis) {
      if (length(axis) < 1) refuse(fmt::format("axis {} has the length {}", axis, length(axis)));
      found.shape.push_back(static_cast<std::uint64_t>(length(axis)));
      found.names.emplace_back(names[static_cast<std::size_t>(axis - 1)]);
    }
    found.element = element();
    found.big_endian = big_;
    refuse_scaled();
    take_steps(axes, found);
    const std::vector<AxisDirection> directions = directions_of(std::min<std::int64_t>(axes, 3));
    found.notices = notices_of(source_of_directions(), directions);
    found.warnings_of_axes = warnings_of_shear(source_of_directions(), directions);
    return found;
  }

  /// What tauvox wrote in the extensions between header and voxels, of code 6: plain text.
  /// @param start of the file as it is unpacked, up to the voxels
  Statements stated_in(const std::string& start) const {
    std::size_t at = second_ ? second_header : first_header;
    if (start.size() < at + 4 || start[at] == 0) return {};
    constexpr std::int32_t head = 8, comment = 6;
    Texts texts;
    for (at += 4; at + head <= start.size();) {
      const auto bytes = number_in<std::int32_t>(start, at), code = number_in<std::int32_t>(start, at + 4);
      if (bytes < head || static_cast<std::size_t>(bytes) > start.size() - at) break;
      const std::string text = start.substr(at + head, static_cast<std::size_t>(bytes) - head);
      if (code == comment)
        for (const auto& said : texts_in_lines(text.substr(0, text.find('\0')))) texts.push_back(said);
      at += static_cast<std::size_t>(bytes);
    }
    return statements_with_prefix(texts, "tauvox_phases in an extension of the NIfTI header");
  }

  /// ITK and others write 1 1 1 mm where nobody gave a size; tauvox, which leaves a history, where it is one.
  static void drop_default(ArrayLayout& layout) {
    StatedSteps& steps = layout.steps;
    const auto space = steps.of_axis.end() - std::min<std::ptrdiff_t>(3, std::ssize(steps.of_axis));
    const bool is_ones = std::all_of(space, steps.of_axis.end(), [](double step) { return step == 1; });
    if (steps.unit != 1e-3 || !is_ones || !layout.stated.history.empty()) return;
    layout.warnings.push_back(fmt::format(
        "{}: steps of 1 mm are not used, as programs write them where nobody gave a size; --voxel-size, "
        "such as 1mm, settles it",
        steps.source));
    steps = {};
  }

  /// Where the voxels begin, in the file as it is unpacked.
  std::uint64_t offset() const {
    const double said = second_ ? static_cast<double>(number<std::int64_t>(168)) : number<float>(108);
    if (!(said >= static_cast<double>(second_ ? second_header : first_header)) || said > 1e9 ||
        said != std::floor(said))
      refuse(fmt::format("its voxels begin at byte {}", said));
    return static_cast<std::uint64_t>(said);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ExitCode::input_refused, "the NIfTI header makes no sense", path_, why,
                "the file may be damaged; export it again");
  }

  template <class T>
  T number(std::size_t at) const {
    return number_in<T>(bytes_, at);
  }
  template <class T>
  T number_in(const std::string& from, std::size_t at) const {
    std::array<char, sizeof(T)> bytes{};
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), sizeof(T), bytes.begin());
    if (big_ != (std::endian::native == std::endian::big)) std::reverse(bytes.begin(), bytes.end());
    return std::bit_cast<T>(bytes);
  }

  std::int64_t length(std::int64_t axis) const {
    const auto i = static_cast<std::size_t>(axis);
    return second_ ? number<std::int64_t>(16 + 8 * i) : number<std::int16_t>(40 + 2 * i);
  }
  /// 0.4, and not 0.4000000059604645: the shortest decimal that gives those 32 bits.
  static double as_written(float value) {
    double decimal = 0;
    const std::string text = fmt::format("{}", value);
    std::from_chars(text.data(), text.data() + text.size(), decimal);
    return std::isfinite(value) ? decimal : static_cast<double>(value);
  }
  double step(std::int64_t axis) const {
    const auto i = static_cast<std::size_t>(axis);
    return second_ ? number<double>(104 + 8 * i) : as_written(number<float>(76 + 4 * i));
  }

  Element element() const {
    const int code = number<std::int16_t>(second_ ? 12 : 70), bits = number<std::int16_t>(second_ ? 14 : 72);
    if (const auto element = element_in(types, code)) {
      if (bits != static_cast<int>(8 * info(*element).bytes))
        refuse(fmt::format("type {} has {} bits", code, bits));
      return *element;
    }
    throw Error(ExitCode::input_invalid, "the type of the NIfTI file is no label", path_,
                fmt::format("its datatype is {}", code), "save it as uint8 or another type of integer");
  }

  /// Stored labels that mean other numbers.
  void refuse_scaled() const {
    const double slope = second_ ? number<double>(176) : static_cast<double>(number<float>(112));
    const double shift = second_ ? number<double>(184) : static_cast<double>(number<float>(116));
    if (!std::isfinite(slope) || slope == 0 || (slope == 1 && (shift == 0 || !std::isfinite(shift)))) return;
    throw Error(ExitCode::input_invalid, "the NIfTI file scales its values", path_,
                fmt::format("scl_slope is {:g}, scl_inter {:g}", slope, shift),
                "save the labels without scaling, as uint8");
  }

  void take_steps(std::int64_t axes, ArrayLayout& layout) const {
    const int units = (second_ ? number<std::int32_t>(500) : bytes_[123]) & 7;
    StatedSteps& steps = layout.steps;
    const std::vector<double> in_space = steps_in_space(std::min<std::int64_t>(axes, 3), layout);
    for (std::int64_t axis = axes; axis > 3; --axis) steps.of_axis.push_back(step(axis));
    steps.of_axis.insert(steps.of_axis.end(), in_space.rbegin(), in_space.rend());
    if (units == 0 && are_ones(in_space)) {  // what programs write that know no size
      steps = {};
      return;
    }
    static constexpr std::array<std::pair<const char*, double>, 4> known{
        {{"no unit", 0}, {"m", 1}, {"mm", 1e-3}, {"um", 1e-6}}};
    if (units >= 1 && units <= 3) steps.unit = known[static_cast<std::size_t>(units)].second;
    steps.unit_text = units <= 3 ? known[static_cast<std::size_t>(units)].first
                                 : fmt::format("unit {} is not known", units);
  }

  static bool are_ones(const std::vector<double>& steps) {
    return std::all_of(steps.begin(), steps.end(), [](double step) { return step == 1; });
  }

  /// Of x, y and z: those of the sform, which readers go by where there is one, or else pixdim. The format
  /// wants both to say the same.
  std::vector<double> steps_in_space(std::int64_t axes, ArrayLayout& layout) const {
    std::vector<double> of_pixdim, of_sform;
    for (std::int64_t axis = 1; axis <= axes; ++axis) of_pixdim.push_back(step(axis));
    layout.steps.source = "pixdim of the NIfTI header";
    if (!has_sform()) return of_pixdim;
    const std::vector<AxisDirection> directions = directions_of(axes);
    for (const auto& [axis, column] : directions)
      of_sform.push_back(as_written(static_cast<float>(std::hypot(column[0], column[1], column[2]))));
    const auto are_apart = [&](double share) {
      for (std::size_t axis = 0; axis < of_sform.size(); ++axis)
        if (!(std::abs(of_sform[axis] - of_pixdim[axis]) <= share * std::abs(of_pixdim[axis]))) return true;
      return false;
    };
    constexpr double rounding = 1e-5, contradiction = 0.01;
    if (!are_apart(rounding)) return of_pixdim;
    const bool is_usable =
        !are_ones(of_sform) && warnings_of_shear(source_of_directions(), directions).empty() &&
        std::all_of(of_sform.begin(), of_sform.end(), [](double h) { return std::isfinite(h) && h > 0; });
    if (are_apart(contradiction))
      layout.warnings.push_back(fmt::format(
          "sform of the NIfTI header says other steps ({}) than pixdim ({}): those of the {} are used; "
          "--voxel-size z,y,x settles it",
          text_of_steps(of_sform), text_of_steps(of_pixdim), is_usable ? "sform" : "pixdim"));
    if (is_usable) layout.steps.source = source_of_directions();
    return is_usable ? of_sform : of_pixdim;
  }

  static std::string text_of_steps(const std::vector<double>& xyz) {
    std::vector<double> slowest_first(xyz.rbegin(), xyz.rend());
    return fmt::format("{} = {:g}",
                       xyz.size() == 3   ? "z,y,x"
                       : xyz.size() == 2 ? "y,x"
                                         : "x",
                       fmt::join(slowest_first, ", "));
  }

  /// A number of the affine: `first` bytes into a header of the first kind, `second` into one of the second.
  double affine(std::size_t first, std::size_t second, std::size_t i) const {
    return second_ ? number<double>(second + 8 * i) : static_cast<double>(number<float>(first + 4 * i));
  }
  int affine_code(std::size_t first, std::size_t second) const {
    return second_ ? number<std::int32_t>(second) : number<std::int16_t>(first);
  }

  /// What the sform says, or else the qform, of how x, y and z lie in space.
  std::vector<AxisDirection> directions_of(std::int64_t axes) const {
    if (!has_sform() && affine_code(252, 344) <= 0) return {};
    const Rows rows = has_sform() ? sform_rows() : qform_rows();
    std::vector<AxisDirection> directions;
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(axes); ++axis)
      directions.push_back({axis, {rows[0][axis], rows[1][axis], rows[2][axis]}});
    return directions;
  }

  bool has_sform() const { return affine_code(254, 348) > 0; }
  const char* source_of_directions() const {
    return has_sform() ? "sform of the NIfTI header" : "qform of the NIfTI header";
  }

  using Rows = std::array<std::array<double, 3>, 3>;

  Rows sform_rows() const {
    Rows rows{};
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t axis = 0; axis < 3; ++axis) rows[row][axis] = affine(280, 400, 4 * row + axis);
    return rows;
  }

  /// The rotation of a quaternion.
  Rows qform_rows() const {
    const double b = affine(256, 352, 0), c = affine(256, 352, 1), d = affine(256, 352, 2),
                 a = std::sqrt(std::max(0.0, 1 - b * b - c * c - d * d));
    return {{{a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
             {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
             {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}}};
  }

  std::string bytes_, path_;
  bool second_ = false, big_ = false;
};

}  // namespace

std::unique_ptr<VolumeSource> open_nifti(const InputFile& file, const ReadOptions& options) {
  std::string start(second_header, '\0');
  start.resize(file.read_at(0, start.data(), start.size()));
  const bool packed = start.starts_with("\x1f\x8b");
  const Header header(packed ? first_unpacked(file, second_header) : start, file.path());
  ArrayLayout layout = header.layout();
  const std::uint64_t offset = header.offset();
  constexpr std::uint64_t longest_start = 1 << 20;
  std::string before(std::min(offset, longest_start), '\0');
  if (packed)
    before = first_unpacked(file, before.size());
  else
    before.resize(file.read_at(0, before.data(), before.size()));
  layout.stated = header.stated_in(before);
  Header::drop_default(layout);
  if (packed)
    return open_array(file, {.offset = 0, .stored = file.size(), .packing = Packing::gzip}, offset, layout,
                      options);
  if (offset > file.size())
    throw Error(ExitCode::input_refused, "file ends too early", file.path(), "no voxels are there");
  return open_array(file, {.offset = offset, .stored = file.size() - offset}, 0, layout, options);
}

}  // namespace tauvox::io
