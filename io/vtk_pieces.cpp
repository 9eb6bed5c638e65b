#include "io/vtk_pieces.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vtkDataArray.h>
#include <vtkObjectFactory.h>
#include <vtkXMLDataElement.h>

#include <algorithm>
#include <cstring>

#include "io/printable.hpp"

namespace tauvox::io {
namespace {

/// `box` without `hole`: up to six boxes.
void add_rest(PieceBox box, const PieceBox& hole, std::vector<PieceBox>& rest) {
  const PieceBox cut = common(box, hole);
  if (cut.is_empty()) {
    rest.push_back(box);
    return;
  }
  for (std::size_t axis = 3; axis-- > 0;) {
    PieceBox below = box, above = box;
    below.end[axis] = box.begin[axis] = cut.begin[axis];
    above.begin[axis] = box.end[axis] = cut.end[axis];
    for (const PieceBox& part : {below, above})
      if (!part.is_empty()) rest.push_back(part);
  }
}

std::string attribute(vtkXMLDataElement& element, const char* name) {
  const char* text = element.GetAttribute(name);
  return text ? text : "";
}

/// The elements of that name among the arrays of a piece.
std::vector<vtkXMLDataElement*> arrays_of(vtkXMLDataElement* data, const std::string& name) {
  std::vector<vtkXMLDataElement*> found;
  for (int i = 0; data && i < data->GetNumberOfNestedElements(); ++i)
    if (vtkXMLDataElement* array = data->GetNestedElement(i); attribute(*array, "Name") == name)
      found.push_back(array);
  return found;
}

std::string type_of(vtkXMLDataElement& array) {
  const std::string components = attribute(array, "NumberOfComponents");
  return fmt::format("{} components of {}", components.empty() ? "1" : printable(components),
                     printable(attribute(array, "type")));
}

/// The rows of a box in an array that covers `all`, one behind the other.
template <class Row>
void for_each_row(const PieceBox& box, const PieceBox& all, std::size_t bytes, const Row& row) {
  const auto length = [&](std::size_t axis) {
    return static_cast<std::size_t>(all.end[axis] - all.begin[axis]);
  };
  const auto from = [&](std::size_t axis, int at) { return static_cast<std::size_t>(at - all.begin[axis]); };
  const std::size_t run = static_cast<std::size_t>(box.end[0] - box.begin[0]) * bytes;
  for (int z = box.begin[2]; z < box.end[2]; ++z)
    for (int y = box.begin[1]; y < box.end[1]; ++y)
      row(((from(2, z) * length(1) + from(1, y)) * length(0) + from(0, box.begin[0])) * bytes, run);
}

}  // namespace

vtkStandardNewMacro(PieceReader);

PieceBox common(const PieceBox& a, const PieceBox& b) {
  PieceBox both;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    both.begin[axis] = std::max(a.begin[axis], b.begin[axis]);
    both.end[axis] = std::min(a.end[axis], b.end[axis]);
  }
  return both;
}

PieceBox PieceReader::box_of(const int* extent) const {
  PieceBox box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.begin[axis] = extent[2 * axis];
    box.end[axis] = extent[2 * axis + 1];
    if (of_points_ && box.end[axis] >= box.begin[axis] && box.end[axis] < VTK_INT_MAX) ++box.end[axis];
  }
  return box;
}

std::string PieceReader::text_of(const PieceBox& box) const {
  std::vector<int> extent;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    extent.push_back(box.begin[axis]);
    extent.push_back(box.end[axis] - (of_points_ ? 1 : 0));
  }
  return fmt::format("{}", fmt::join(extent, " "));
}

std::string PieceReader::take(const std::string& array, bool of_points) {
  of_points_ = of_points;
  pieces_.clear();
  const PieceBox whole = box_of(WholeExtent);
  vtkXMLDataElement* first = nullptr;
  for (int i = 0; i < NumberOfPieces; ++i) {
    OwnPiece piece{box_of(PieceExtents + 6 * i), {}};
    const PieceBox inside = common(piece.box, whole);
    const std::string name = fmt::format("piece {} of the extent {}", i + 1, text_of(piece.box));
    if (!piece.box.is_empty()) {
      if (inside.begin != piece.box.begin || inside.end != piece.box.end)
        return fmt::format("{} is not inside of the WholeExtent {}", name, text_of(whole));
      const auto arrays = arrays_of((of_points ? PointDataElements : CellDataElements)[i], array);
      if (arrays.size() != 1)
        return fmt::format("{} has {} of the name '{}'", name, arrays.empty() ? "no array" : "several arrays",
                           printable(array));
      if (!first) first = arrays.front();
      if (type_of(*arrays.front()) != type_of(*first))
        return fmt::format("{} has {} as '{}', one before it has {}", name, type_of(*arrays.front()),
                           printable(array), type_of(*first));
    }
    for (std::size_t other = 0; other < pieces_.size(); ++other)
      if (!common(pieces_[other].box, piece.box).is_empty()) piece.before.push_back(other);
    pieces_.push_back(std::move(piece));
  }
  return "";
}

std::string PieceReader::missing(const PieceBox& wanted) const {
  std::vector<PieceBox> left{wanted}, rest;
  for (const OwnPiece& piece : pieces_) {
    rest.clear();
    for (const PieceBox& box : left) add_rest(box, piece.box, rest);
    left.swap(rest);
  }
  return left.empty() ? "" : text_of(left.front());
}

/// What earlier pieces have of this one is kept, and must be the same when it is read.
template <class Read>
int PieceReader::compared(vtkAbstractArray* out, const Read& read) {
  const auto index = static_cast<std::size_t>(Piece);
  auto* values = vtkDataArray::SafeDownCast(out);
  if (!values || index >= pieces_.size()) return read();
  const PieceBox all = box_of(UpdateExtent);
  const std::size_t bytes = static_cast<std::size_t>(values->GetDataTypeSize()) *
                            static_cast<std::size_t>(values->GetNumberOfComponents());
  const auto start = [&] { return static_cast<unsigned char*>(values->GetVoidPointer(0)); };
  std::vector<unsigned char> kept;
  const auto for_each_shared = [&](const auto& row) {
    for (const std::size_t other : pieces_[index].before) {
      const PieceBox shared = common(common(pieces_[other].box, pieces_[index].box), all);
      if (!shared.is_empty())
        for_each_row(shared, all, bytes, [&](std::size_t at, std::size_t run) { row(at, run, other); });
    }
  };
  for_each_shared([&](std::size_t at, std::size_t run, std::size_t) {
    kept.insert(kept.end(), start() + at, start() + at + run);
  });
  const int good = read();
  const unsigned char* was = kept.data();
  for_each_shared([&](std::size_t at, std::size_t run, std::size_t other) {
    if (contradiction_.empty() && std::memcmp(was, start() + at, run) != 0)
      contradiction_ =
          fmt::format("pieces {} of the extent {} and {} of the extent {} overlap and differ there",
                      other + 1, text_of(pieces_[other].box), index + 1, text_of(pieces_[index].box));
    was += run;
  });
  return good;
}

int PieceReader::ReadArrayForPoints(vtkXMLDataElement* element, vtkAbstractArray* out) {
  return compared(out, [&] { return Superclass::ReadArrayForPoints(element, out); });
}

int PieceReader::ReadArrayForCells(vtkXMLDataElement* element, vtkAbstractArray* out) {
  return compared(out, [&] { return Superclass::ReadArrayForCells(element, out); });
}

}  // namespace tauvox::io
