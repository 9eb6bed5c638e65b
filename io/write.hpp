// Volumes, fields and tables -> files. Every writer writes a temporary name in the same directory, checks
// what it wrote, and renames: the old file or the complete new one, never anything else.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/claim.hpp"
#include "io/statements.hpp"
#include "kernels/base/error.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox::io {

/// Checks, before any work, that `path` can be written: its directory exists and is writable, it is no
/// directory, it does not exist unless `overwrite`. Devices and pipes are refused; a link is followed, so
/// that it stays a link. Temporaries that killed runs left of it go.
/// @return a notice for each of them
/// @throws Error(output)
std::vector<std::string> check_output(const std::string& path, bool overwrite);

/// What a call of the file system could not do, as an Error(output).
Error error_of(const std::filesystem::filesystem_error& failure);

/// True if both paths name the same file (device and inode, through links).
bool same_file(const std::string& a, const std::string& b);
/// Absolute and without links, as far as that can be found out: what paths are compared by.
std::string full_path(const std::string& path);

/// Removes what killed processes of this machine left in `folder` of files called NAME:
/// NAME.tmp.<host>.<process> without the process.
/// @param is_output whether a file NAME is one of the caller's
/// @return a notice for each file removed
std::vector<std::string> remove_stale_temporaries(const std::string& folder,
                                                  const std::function<bool(const std::string&)>& is_output);
/// The same of one output and of its lock.
std::vector<std::string> remove_stale_temporaries(const std::string& path);

inline constexpr const char* lock_ending = ".tauvox-lock";

/// A file has the name of an output, and may not be replaced.
class OutputExists : public Error {
 public:
  explicit OutputExists(const std::string& path)
      : Error(ExitCode::output, "output file exists", path, "",
              "give --overwrite to replace it, or choose another name"),
        path_(path) {}
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Says, while it lives, that this process is going to write `path`: in a file NAME.tauvox-lock with host and
/// process. The lock of a process of this machine that is gone is taken over.
class OutputLock {
 public:
  /// @throws Error(output) naming host and process when another run holds the lock, or it cannot be written.
  explicit OutputLock(const std::string& path);
  const std::optional<std::string>& notice() const { return notice_; }  // when a lock was taken over

 private:
  Claim claim_;
  std::optional<std::string> notice_;
};

/// An output, and bounds of what it will take.
struct PlannedOutput {
  std::string path;
  std::uint64_t least_bytes = 0, most_bytes = 0;
};

/// Compares with what is free on each disk (quotas aside) and with the limit on the size of files.
/// @return a notice where less is free than they may take
/// @throws Error(output) where less is free than they take at least
std::vector<std::string> check_space(const std::vector<PlannedOutput>& outputs);

/// A file in the making. Write to `temporary()`, then `commit()`; without a commit the destructor removes it.
class PendingFile {
 public:
  /// @throws Error(output) when the temporary cannot be created.
  explicit PendingFile(const std::string& path, bool overwrite);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  const std::string& temporary() const { return temporary_; }
  const std::string& path() const { return path_; }  // where it goes; what messages name
  /// fsync, rename onto the final path, fsync of the directory.
  /// @throws Error(output)
  void commit();

 private:
  std::string path_, temporary_;
  std::optional<unsigned> mode_;  // of the file that is replaced
  bool overwrite_ = false, committed_ = false;
};

/// Text (JSON, CSV, TOML) through a PendingFile; every write and the close are checked.
void write_text(const std::string& path, const std::string& text, bool overwrite);

/// What a field file holds. Besides, it says of itself (field data / attributes of the root) what the volume
/// knows of its origin: input, input_sha256, dataset, voxel_size_source; and axis, phases, length_unit; and
/// what its input said of its own origin, as history_1_input, ..., the oldest first.
/// Arrays are [z][y][x], x fastest, no halo.
struct FieldFile {
  const Volume* volume = nullptr;      // its labels become the array "label"
  std::span<const float> values{};     // a number each voxel, NaN where there is none; may be empty
  std::string name = "concentration";  // of that array: dimensionless, 0..1, NaN where nothing conducts
  /// Fills a layer across z, [y][x][3], with components x, y, z: the array "flux"; may be empty.
  std::function<void(std::int64_t z, float* vectors)> flux{};
  std::optional<Axis> axis{};  // of the transport
  std::string phases{};        // names of labels, "pore=0,active=1"
  Texts texts{};               // more of the origin, stored like it
  History history{};           // of the file that the volume was read from, as it states it
  std::vector<std::pair<std::string, double>> results{};  // name -> value, stored as field data / attributes
};

/// .vti: cell data, appended raw, UInt64 header, LZ4 or none; spacing in um with field data `length_unit`
/// ("voxel", spacing 1, when the voxel size is unknown). Read back and compared before the rename.
/// @throws Error(output); Error(usage) in a build without VTK.
void write_vti(const std::string& path, const FieldFile& file, bool overwrite);

/// Own HDF5: /label, /concentration, /flux with a last axis of x, y, z (chunked, deflate 1, shuffle,
/// Fletcher32), attribute element_size_um on each, results as attributes of the root. Read back and compared
/// before the rename.
/// @throws Error(output); Error(usage) in a build without HDF5.
void write_hdf5(const std::string& path, const FieldFile& file, bool overwrite);

/// Field file by the ending of `path` (.vti, .h5, .hdf5); @throws Error(usage) listing the valid endings.
void write_field(const std::string& path, const FieldFile& file, bool overwrite);

/// @throws Error(usage) unless `path` ends in something write_field can write in this build.
void check_field_ending(const std::string& path);

/// Volume alone: .h5 (dataset /label), .tif, .vti, .mha, .nrrd, .nii, .nii.gz, .npy, .raw (uint8 or uint16
/// labels, little-endian, no header). The last two have no place for the size of a voxel and the origin.
/// @throws Error(usage) for another ending, listing the valid ones, and for labels that do not fit the form.
void write_volume(const std::string& path, const Volume& volume, bool overwrite);
/// The same with more of its origin. @pre labels.values is empty
void write_volume(const std::string& path, const FieldFile& labels, bool overwrite);
/// @throws Error(usage) unless `path` ends in something write_volume can write in this build.
void check_volume_ending(const std::string& path);
/// Whether the form has a place for the size of a voxel, names of phases and the origin.
bool keeps_texts(const std::string& path);
/// The options with which tauvox reads what `path` has no place for: "--voxel-size 4e-07m"; "" for none. A
/// ratio has no option.
std::string options_to_read(const std::string& path, const Volume& volume);

/// TIFF: a page per slice, deflated, with the calibration and the description that ImageJ writes; BigTIFF
/// from 3 GiB on. Read back and compared before the rename.
void write_tiff(const std::string& path, const FieldFile& labels, bool overwrite);

/// MetaImage, NRRD, NIfTI: a header and voxels, deflated where this build has zlib (NIfTI: where the name
/// ends in .gz). Read back and compared before the rename.
void write_metaimage(const std::string& path, const FieldFile& labels, bool overwrite);
void write_nrrd(const std::string& path, const FieldFile& labels, bool overwrite);
void write_nifti(const std::string& path, const FieldFile& labels, bool overwrite);

/// The bytes of a PNG file.
/// @param rgb red, green, blue of each pixel, rows from the top
/// @throws Error(output); Error(usage) in a build without VTK.
std::string png_of(int width, int height, std::span<const unsigned char> rgb);
bool can_make_png();

}  // namespace tauvox::io
