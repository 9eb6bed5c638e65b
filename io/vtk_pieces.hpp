// The pieces of a .vti file. VTK puts them into memory that it does not clear, the later over the earlier,
// and says nothing where none has a voxel, or where two say different things of it. Internal to io/.
#pragma once

#include <vtkXMLImageDataReader.h>

#include <array>
#include <string>
#include <vector>

namespace tauvox::io {

/// Cells or points along x, y, z, half open.
struct PieceBox {
  std::array<int, 3> begin{}, end{};
  bool is_empty() const { return begin[0] >= end[0] || begin[1] >= end[1] || begin[2] >= end[2]; }
};

PieceBox common(const PieceBox& a, const PieceBox& b);

class PieceReader : public vtkXMLImageDataReader {
 public:
  static PieceReader* New();
  vtkTypeMacro(PieceReader, vtkXMLImageDataReader);

  /// What is to be read of each piece, once its information is there.
  /// @returns what is wrong with the pieces: they are outside of the whole, or have no such array, or another
  std::string take(const std::string& array, bool of_points);

  /// The first part of `wanted` that no piece has, as an extent of points; empty where there is none.
  std::string missing(const PieceBox& wanted) const;

  /// What two pieces say differently in what was read last; empty where they agree.
  const std::string& contradiction() const { return contradiction_; }
  void forget_contradiction() { contradiction_.clear(); }

 protected:
  PieceReader() = default;
  int ReadArrayForPoints(vtkXMLDataElement* element, vtkAbstractArray* out) override;
  int ReadArrayForCells(vtkXMLDataElement* element, vtkAbstractArray* out) override;

 private:
  struct OwnPiece {
    PieceBox box;
    std::vector<std::size_t> before;  // pieces that have some of it too
  };

  PieceBox box_of(const int* extent) const;
  std::string text_of(const PieceBox& box) const;
  template <class Read>
  int compared(vtkAbstractArray* out, const Read& read);

  std::vector<OwnPiece> pieces_;
  std::string contradiction_;
  bool of_points_ = false;
};

}  // namespace tauvox::io
