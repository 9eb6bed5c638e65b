// ParaView's .vti: labels of cells or points on a regular grid. VTK's i is our x. Slabs are read by extent,
// so that no more of an array is in memory than is wanted; the file is opened by the descriptor that is
// hashed.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkDataArraySelection.h>
#include <vtkFieldData.h>
#include <vtkImageData.h>
#include <vtkInformation.h>
#include <vtkMatrix3x3.h>
#include <vtkPointData.h>
#include <vtkStreamingDemandDrivenPipeline.h>
#include <vtkStringArray.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "io/formats.hpp"
#include "io/orientation.hpp"
#include "io/printable.hpp"
#include "io/vtk_messages.hpp"
#include "io/vtk_pieces.hpp"

namespace tauvox::io {
namespace {

constexpr const char* label_name = "label";

std::optional<Element> element_of(vtkDataArray& array) {
  const int type = array.GetDataType(), bytes = array.GetDataTypeSize();
  if (type == VTK_FLOAT || type == VTK_DOUBLE) return element_named(fmt::format("float{}", 8 * bytes));
  if (type == VTK_BIT) return std::nullopt;
  const bool is_signed = array.GetDataTypeMin() < 0;
  return element_named(fmt::format("{}int{}", is_signed ? "" : "u", 8 * bytes));
}

std::string text_in(vtkFieldData* data, const char* name) {
  auto* array = data ? vtkStringArray::SafeDownCast(data->GetAbstractArray(name)) : nullptr;
  return array && array->GetNumberOfValues() == 1 ? std::string(array->GetValue(0)) : "";
}

/// What the file says as its spacing, in the words of the file; none where it says nothing.
std::optional<std::string> spacing_text(const InputFile& input) {
  std::string head(std::min<std::uint64_t>(input.size(), 1 << 16), ' ');
  head.resize(input.read_at(0, head.data(), head.size()));
  const std::size_t tag = head.find("<ImageData");
  if (tag == std::string::npos) return std::nullopt;
  head = head.substr(tag, head.find('>', tag) - tag);
  constexpr const char *name = "Spacing", *blanks = " \t\r\n";
  for (std::size_t at = head.find(name); at != std::string::npos; at = head.find(name, at + 1)) {
    const std::size_t equals = head.find_first_not_of(blanks, at + std::strlen(name)),
                      quote = equals == std::string::npos || head[equals] != '='
                                  ? std::string::npos
                                  : head.find_first_not_of(blanks, equals + 1);
    if (quote == std::string::npos || (head[quote] != '"' && head[quote] != '\'')) continue;
    return head.substr(quote + 1, head.find(head[quote], quote + 1) - quote - 1);
  }
  return std::nullopt;
}

bool are_three_lengths(const std::string& text) {
  std::istringstream words(text);
  int count = 0;
  for (std::string word; words >> word; ++count) {
    double value = 0;
    const char *begin = word.data() + (word.starts_with('+') ? 1 : 0), *end = word.data() + word.size();
    const auto [last, error] = std::from_chars(begin, end, value);
    if (error != std::errc() || last != end || !std::isfinite(value) || value <= 0) return false;
  }
  return count == 3;
}

class VtiSource final : public VolumeSource {
 public:
  VtiSource(const InputFile& input, const ReadOptions& options) : path_(input.path()) {
    refuse_cut_off(input);
    const VtkMessages messages;
    reader_->SetFileName(fmt::format("/proc/self/fd/{}", input.descriptor()).c_str());
    reader_->UpdateInformation();
    require(messages.good() && reader_->GetErrorCode() == 0, messages);
    reader_->GetOutputInformation(0)->Get(vtkStreamingDemandDrivenPipeline::WHOLE_EXTENT(), whole_);
    choose(options.dataset);
    if (const std::string wrong = reader_->take(name_, of_points_); !wrong.empty()) refuse_pieces(wrong);
    spacing_text_ = spacing_text(input);
    describe(messages, input.size());
  }

  void prepare(const Region& region) override {
    const std::array<int, 6> extent = extent_of(region);
    PieceBox wanted;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      wanted.begin[axis] = extent[2 * axis];
      wanted.end[axis] = extent[2 * axis + 1] + (of_points_ ? 1 : 0);
    }
    if (const std::string missing = reader_->missing(wanted); !missing.empty())
      refuse_pieces(fmt::format("no piece of it has the extent {} of the WholeExtent {}", missing,
                                fmt::join(whole_, " ")));
  }

  void read(const Region& region, void* out) override {
    const VtkMessages messages;
    vtkDataArray& values = load(region, messages);
    std::memcpy(out, values.GetVoidPointer(0),
                static_cast<std::size_t>(region.voxels()) * info(element).bytes);
  }

 private:
  /// VTK reads what is left of a file and says nothing when that is what it needs.
  void refuse_cut_off(const InputFile& input) const {
    std::string tail(64, ' ');
    input.read_at(input.size() - std::min<std::uint64_t>(input.size(), tail.size()), tail.data(),
                  tail.size());
    if (tail.find("</VTKFile>") == std::string::npos)
      throw Error(ExitCode::input_refused, "the .vti file is cut off", path_,
                  fmt::format("it does not end with </VTKFile> after {} bytes", input.size()),
                  "copy or export it again");
  }

  [[noreturn]] void refuse_pieces(const std::string& why) const {
    throw Error(ExitCode::input_refused, "the pieces of the .vti file do not make up a volume", path_, why,
                "export it again, as one piece");
  }

  void require(bool good, const VtkMessages& messages) const {
    if (!good)
      throw Error(ExitCode::input_refused, "the .vti file cannot be read", path_, messages.reason(),
                  "the file may be cut off or damaged; copy or export it again");
  }

  static std::vector<std::string> names_in(vtkDataArraySelection& arrays) {
    std::vector<std::string> names;
    for (int i = 0; i < arrays.GetNumberOfArrays(); ++i) names.emplace_back(arrays.GetArrayName(i));
    return names;
  }

  std::string names() const {
    const auto cells = names_in(*reader_->GetCellDataArraySelection()),
               points = names_in(*reader_->GetPointDataArraySelection());
    std::vector<std::string> texts;
    if (!cells.empty()) texts.push_back(fmt::format("its cells have {}", fmt::join(cells, ", ")));
    if (!points.empty()) texts.push_back(fmt::format("its points have {}", fmt::join(points, ", ")));
    return texts.empty() ? "it has no data of cells or points" : fmt::format("{}", fmt::join(texts, "; "));
  }

  /// Enables one array of cells or points: the one asked for, "label" of cells, or the only one.
  void choose(const std::string& wanted) {
    vtkDataArraySelection &cells = *reader_->GetCellDataArraySelection(),
                          &points = *reader_->GetPointDataArraySelection();
    const int count = cells.GetNumberOfArrays() + points.GetNumberOfArrays();
    name_ = wanted;
    if (wanted.empty() && cells.ArrayExists(label_name)) {
      name_ = points.ArrayExists(label_name) ? std::string("cells/") + label_name : label_name;
      if (count > 1) description.notices.push_back("array label taken: " + names());
    } else if (wanted.empty() && (cells.GetNumberOfArrays() == 1 || count == 1)) {
      name_ = cells.GetNumberOfArrays() == 1 ? cells.GetArrayName(0) : points.GetArrayName(0);
      if (count > 1) {  // cells are what a label belongs to
        description.notices.push_back("array " + name_ + " of the cells taken: " + names());
        if (points.ArrayExists(name_.c_str())) name_ = "cells/" + name_;
      }
    } else if (wanted.empty()) {
      throw Error(count == 0 ? ExitCode::input_invalid : ExitCode::usage,
                  count == 0 ? "the .vti file has no array" : "the .vti file has several arrays", path_,
                  names(), "name one with --dataset");
    }
    take_place(cells, points);
    cells.DisableAllArrays();
    points.DisableAllArrays();
    (of_points_ ? points : cells).EnableArray(name_.c_str());
  }

  /// Whether it belongs to cells or points; "cells/NAME" and "points/NAME" say it where both have one.
  void take_place(vtkDataArraySelection& cells, vtkDataArraySelection& points) {
    const auto has = [&](vtkDataArraySelection& arrays) { return arrays.ArrayExists(name_.c_str()) != 0; };
    if (has(cells) && has(points))
      throw Error(ExitCode::usage, "cells and points have an array of that name", path_, names(),
                  fmt::format("--dataset cells/{0} or points/{0}", name_));
    of_points_ = has(points);
    if (has(cells) || has(points)) return;
    for (const bool of_points : {false, true}) {
      const std::string prefix = of_points ? "points/" : "cells/";
      const std::string wanted = name_;
      if (!wanted.starts_with(prefix)) continue;
      name_ = wanted.substr(prefix.size());
      of_points_ = of_points;
      if (has(of_points ? points : cells)) return;
      name_ = wanted;
    }
    throw Error(ExitCode::input_refused, "no such array in the .vti file", path_,
                "there is no '" + name_ + "'; " + names(), "name an array of cells or points with --dataset");
  }

  void describe(const VtkMessages& messages, std::uint64_t stored) {
    std::array<std::int64_t, 3> zyx{};
    for (int axis = 0; axis < 3; ++axis)
      zyx[2 - axis] = std::int64_t{whole_[2 * axis + 1]} - whole_[2 * axis] + (of_points_ ? 1 : 0);
    if (*std::min_element(zyx.begin(), zyx.end()) < 1)
      throw Error(ExitCode::input_invalid, "the .vti file has no voxels", path_,
                  fmt::format("its extent is {}", fmt::join(whole_, " ")),
                  "a volume needs at least one voxel");
    description.extent = make_extent(zyx, path_);
    // at least a byte each, known before anything is read
    refuse_implausible_size(path_, static_cast<std::uint64_t>(description.extent.voxels()), stored);
    vtkDataArray& first = load({{0, 0, 0}, {1, 1, 1}}, messages);
    const auto type = element_of(first);
    if (!type || first.GetNumberOfComponents() != 1)
      throw Error(
          ExitCode::input_invalid, "the array holds no labels", path_ + ":" + name_,
          fmt::format("{} components of {}", first.GetNumberOfComponents(), first.GetDataTypeAsString()),
          "labels are one number a cell or point");
    element = *type;
    description.dataset = name_;
    if (of_points_) description.notices.push_back("the voxels are points: array " + name_);
    description.stored_type = info(element).name;
    describe_statements();
    describe_spacing();
    describe_direction();
  }

  /// Columns of the matrix are where i, j and k point to.
  void describe_direction() {
    const vtkMatrix3x3& matrix = *reader_->GetOutput()->GetDirectionMatrix();
    std::vector<AxisDirection> directions;
    for (int i = 0; i < 3; ++i)
      directions.push_back({static_cast<std::size_t>(i),
                            {matrix.GetElement(0, i), matrix.GetElement(1, i), matrix.GetElement(2, i)}});
    const char* source = "Direction of the .vti file";
    for (const std::string& notice : notices_of(source, directions)) description.notices.push_back(notice);
    for (const std::string& warning : warnings_of_shear(source, directions))
      description.warnings.push_back(warning);
  }

  /// Texts of the field data, where it says as our own do what a unit of length is; phases are of our labels.
  void describe_statements() {
    vtkFieldData* data = reader_->GetOutput()->GetFieldData();
    if (text_in(data, "length_unit").empty()) return;
    Texts texts;
    for (int i = 0; i < data->GetNumberOfArrays(); ++i)
      if (const char* name = data->GetAbstractArray(i)->GetName())
        if (const std::string text = text_in(data, name); !text.empty()) texts.emplace_back(name, text);
    description.stated = statements_of(texts, "field data of the .vti file");
    if (of_points_ || name_ != label_name) description.stated.phases.clear();
  }

  /// Our own files say what a unit of length is; others do not, and a guess would be one.
  void describe_spacing() {
    vtkFieldData* data = reader_->GetOutput()->GetFieldData();
    const std::string unit = text_in(data, "length_unit");
    const double* xyz = reader_->GetOutput()->GetSpacing();
    const bool are_steps = std::all_of(xyz, xyz + 3, [](double h) { return std::isfinite(h) && h > 0; });
    if (are_steps && spacing_text_ && !are_three_lengths(*spacing_text_)) {  // VTK takes 1 1 1 for it
      description.warnings.push_back("spacing '" + printable(spacing_text_->substr(0, 80)) +
                                     "' ignored: not three positive lengths; give --voxel-size");
      return;
    }
    const std::string said = fmt::format("z,y,x = {:g}, {:g}, {:g}", xyz[2], xyz[1], xyz[0]);
    if (unit == "voxel" && xyz[0] == xyz[1] && xyz[1] == xyz[2]) return;
    if (!are_steps) {
      description.warnings.push_back("spacing " + said + " ignored: no positive lengths; give --voxel-size");
      return;
    }
    if (unit != "um")
      return take_ratio({xyz[2], xyz[1], xyz[0]}, "spacing of the .vti file", said + ", no unit",
                        description);
    description.voxel_size = {xyz[2] * 1e-6, xyz[1] * 1e-6, xyz[0] * 1e-6};
    const std::string source = text_in(data, "voxel_size_source");
    description.voxel_size_source =
        source.empty() ? "spacing of the .vti file" : "spacing of the .vti file, from " + source;
  }

  /// Of points: x, y, z, first and last.
  std::array<int, 6> extent_of(const Region& region) const {
    std::array<int, 6> wanted{};
    for (int axis = 0; axis < 3; ++axis) {
      const auto low = 2 * static_cast<std::size_t>(axis), mine = 2 - static_cast<std::size_t>(axis);
      wanted[low] = whole_[2 * axis] + static_cast<int>(region.begin[mine]);
      wanted[low + 1] = whole_[2 * axis] + static_cast<int>(region.end[mine]) - (of_points_ ? 1 : 0);
    }
    return wanted;
  }

  vtkDataArray& load(const Region& region, const VtkMessages& messages) {
    std::array<int, 6> wanted = extent_of(region);
    reader_->forget_contradiction();
    const bool updated = update(wanted);
    require(updated && reader_->GetErrorCode() == 0 && messages.good(), messages);
    vtkImageData& image = *reader_->GetOutput();
    vtkFieldData& data = of_points_ ? static_cast<vtkFieldData&>(*image.GetPointData())
                                    : static_cast<vtkFieldData&>(*image.GetCellData());
    vtkDataArray* values = data.GetArray(name_.c_str());
    const bool whole = values != nullptr && values->GetNumberOfTuples() == region.voxels() &&
                       std::equal(wanted.begin(), wanted.end(), image.GetExtent()) &&
                       (description.stored_type.empty() || element_of(*values) == element);
    require(whole, messages);
    if (!reader_->contradiction().empty()) refuse_pieces(reader_->contradiction());
    return *values;
  }

  /// VTK takes the room that the headers of arrays ask for, which damage makes any number. What is looked at
  /// first is one voxel, for which there is room.
  bool update(std::array<int, 6>& wanted) {
    const auto refuse = [&](const char* why) {
      throw Error(ExitCode::input_refused, "the .vti file cannot be read", path_, why,
                  "the file may be cut off or damaged; copy or export it again");
    };
    try {
      return static_cast<vtkAlgorithm&>(*reader_).UpdateExtent(wanted.data()) == 1;
    } catch (const std::length_error&) {
      refuse("it claims to have an array of more blocks than there can be");
    } catch (const std::bad_alloc&) {
      if (!description.stored_type.empty()) throw;
      refuse("it claims to have a block larger than there is memory for");
    }
    return false;
  }

  std::string path_, name_;
  bool of_points_ = false;  // else of cells
  std::optional<std::string> spacing_text_;
  int whole_[6] = {};  // points: x, y, z, first and last
  vtkNew<PieceReader> reader_;
};

}  // namespace

std::unique_ptr<VolumeSource> open_vti(const InputFile& file, const ReadOptions& options) {
  return std::make_unique<VtiSource>(file, options);
}

}  // namespace tauvox::io
