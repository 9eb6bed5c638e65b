// Thin owners for HDF5 identifiers, shared by the reader and the writer. Included by io/hdf5_*.cpp only.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

namespace tauvox::io::hdf5 {

/// Owns one identifier and closes it with `Close`. A negative identifier is "none": test with `if (handle)`.
template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) Close(id_);
  }
  /// Closes now and says whether that worked; writers must look at this.
  bool close() { return id_ < 0 || Close(std::exchange(id_, -1)) >= 0; }
  explicit operator bool() const { return id_ >= 0; }
  operator hid_t() const { return id_; }

 private:
  hid_t id_ = -1;
};

using File = Handle<H5Fclose>;
using Dataset = Handle<H5Dclose>;
using Dataspace = Handle<H5Sclose>;
using Datatype = Handle<H5Tclose>;
using Attribute = Handle<H5Aclose>;
using Object = Handle<H5Oclose>;
using PropertyList = Handle<H5Pclose>;

/// Whether filters may be loaded as plugins: only where the user has named their folder.
inline bool plugins_are_allowed = false;

/// Whether links to other files are followed, and data that lie there count as readable. The driver opens
/// none but those that it may.
inline bool other_files_are_allowed = false;

/// While alive, HDF5 prints nothing and loads no filter plugins (a plugin is foreign code chosen by the
/// file) unless they are allowed.
class Quiet {
 public:
  Quiet() {
    // Closing the library at exit, HDF5 1.10 prints of an infinite loop where a damaged header was met.
    static const herr_t left_open = H5dont_atexit();
    (void)left_open;
    H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLget_loading_state(&plugins_);
    H5PLset_loading_state(plugins_are_allowed ? H5PL_FILTER_PLUGIN : 0);
  }
  ~Quiet() {
    H5PLset_loading_state(plugins_);
    H5Eset_auto2(H5E_DEFAULT, print_, print_data_);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
  unsigned plugins_ = 0;
};

/// The innermost message of HDF5's error stack after a failed call; "" when there is none.
inline std::string last_error() {
  std::string text;
  const auto keep_first = [](unsigned, const H5E_error2_t* error, void* data) -> herr_t {
    auto& kept = *static_cast<std::string*>(data);
    if (kept.empty() && error->desc != nullptr) kept = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &text);
  return text;
}

}  // namespace tauvox::io::hdf5
