#include "io/hdf5_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "io/hdf5_virtual.hpp"

namespace tauvox::io::hdf5 {
namespace {

constexpr std::size_t most_objects = 10000;
constexpr std::size_t deepest = 64;
constexpr int most_soft_links = 16;

/// A key that is the same for all hard links to one object.
std::string object_key(hid_t object) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t status;
  if (H5Oget_info3(object, &status, H5O_INFO_BASIC) < 0) return "";
  return std::to_string(status.fileno) +
         std::string(reinterpret_cast<const char*>(&status.token), sizeof status.token);
#else
  H5O_info_t status;
  if (H5Oget_info2(object, &status, H5O_INFO_BASIC) < 0) return "";
  return fmt::format("{} {}", status.fileno, status.addr);
#endif
}

struct Link {
  std::string name;
  H5L_type_t type;
};

herr_t collect_link(hid_t, const char* name, const H5L_info_t* link, void* data) {
  auto& links = *static_cast<std::vector<Link>*>(data);
  links.push_back({name, link->type});
  return links.size() > most_objects ? 1 : 0;  // 1 stops the iteration
}

struct Place {
  std::string path;
  std::size_t depth;
};

std::optional<NumberType> native(hid_t type, H5T_class_t kind, std::string& name) {
  const std::size_t bytes = H5Tget_size(type);
  const bool is_signed = kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
  const char* prefix = kind == H5T_FLOAT      ? "float"
                       : kind == H5T_BITFIELD ? "bits"
                       : is_signed            ? "int"
                                              : "uint";
  name = prefix + std::to_string(8 * bytes);
  if (bytes > 1 && H5Tget_order(type) == H5T_ORDER_BE) name += " big-endian";
  const std::size_t precision = H5Tget_precision(type);
  if (kind != H5T_FLOAT && precision < 8 * bytes) name += fmt::format(", {} bits used", precision);
  if (bytes > 8) return std::nullopt;
  if (kind == H5T_FLOAT) {
    if (bytes <= 4) return NumberType{Element::float32, H5T_NATIVE_FLOAT, name};
    return NumberType{Element::float64, H5T_NATIVE_DOUBLE, name};
  }
  const int width = bytes <= 1 ? 0 : bytes <= 2 ? 1 : bytes <= 4 ? 2 : 3;
  const Element signed_elements[] = {Element::int8, Element::int16, Element::int32, Element::int64};
  const Element unsigned_elements[] = {Element::uint8, Element::uint16, Element::uint32, Element::uint64};
  const hid_t signed_types[] = {H5T_NATIVE_INT8, H5T_NATIVE_INT16, H5T_NATIVE_INT32, H5T_NATIVE_INT64};
  const hid_t unsigned_types[] = {H5T_NATIVE_UINT8, H5T_NATIVE_UINT16, H5T_NATIVE_UINT32, H5T_NATIVE_UINT64};
  const hid_t bit_types[] = {H5T_NATIVE_B8, H5T_NATIVE_B16, H5T_NATIVE_B32, H5T_NATIVE_B64};
  // HDF5 does not convert bit fields to integers; a native bit field has the bits of an unsigned integer
  if (kind == H5T_BITFIELD) return NumberType{unsigned_elements[width], bit_types[width], name};
  if (is_signed) return NumberType{signed_elements[width], signed_types[width], name};
  return NumberType{unsigned_elements[width], unsigned_types[width], name};
}

}  // namespace

std::optional<NumberType> number_type(hid_t type, std::string& name) {
  const H5T_class_t kind = H5Tget_class(type);
  switch (kind) {
    case H5T_INTEGER:
    case H5T_FLOAT:
    case H5T_BITFIELD:
      return native(type, kind, name);
    case H5T_ENUM: {
      const Datatype base(H5Tget_super(type));
      auto number = base ? native(base, H5T_INTEGER, name) : std::nullopt;
      // h5py's bool is an enumeration of FALSE and TRUE
      const int zero = H5Tget_nmembers(type) == 2 ? H5Tget_member_index(type, "FALSE") : -1;
      const int one = zero >= 0 ? H5Tget_member_index(type, "TRUE") : -1;
      name = one >= 0 ? "bool" : "enum of " + name;
      if (number) number->name = name;
      return number;
    }
    case H5T_COMPOUND:
      name = "compound";
      break;
    case H5T_STRING:
      name = "string";
      break;
    case H5T_VLEN:
      name = "variable-length";
      break;
    case H5T_REFERENCE:
      name = "reference";
      break;
    case H5T_OPAQUE:
      name = "opaque";
      break;
    case H5T_ARRAY:
      name = "array-valued";
      break;
    default:
      name = "unknown type";
      break;
  }
  return std::nullopt;
}

bool Entry::is_volume(bool as_2d) const {
  return is_number && layout.empty() && bytes > 0 && axes_left(shape, as_2d).has_value();
}

bool Entry::has_more_axes() const { return is_number && layout.empty() && bytes > 0 && shape.size() > 3; }

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t length : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(length);
  }
  return text.empty() ? "scalar" : text;
}

std::string Entry::text() const {
  if (!layout.empty()) return fmt::format("{} ({})", path, layout);
  return fmt::format("{} {} {} {:.1f} MB", path, shape_text(shape), type, static_cast<double>(bytes) / 1e6);
}

std::optional<Entry> describe(hid_t dataset, const std::string& path) {
  Entry entry;
  entry.path = path;
  const Datatype type(H5Dget_type(dataset));
  const PropertyList creation(H5Dget_create_plist(dataset));
  if (!type || !creation) return std::nullopt;
  entry.is_number = number_type(type, entry.type).has_value();
  // Before the dataspace: asking a virtual dataset for its extent opens the files it is made of.
  if (H5Pget_layout(creation) == H5D_VIRTUAL && !other_files_are_allowed && !is_made_of_own_file(creation)) {
    entry.layout = "virtual dataset";
    return entry;
  }
  if (H5Pget_external_count(creation) > 0 && !other_files_are_allowed) entry.layout = "external storage";
  const Dataspace space(H5Dget_space(dataset));
  if (!space) return std::nullopt;
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank <= 0 || H5Sget_simple_extent_type(space) != H5S_SIMPLE) return entry;
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  entry.shape.assign(shape.begin(), shape.end());
  entry.bytes = H5Tget_size(type);
  for (const std::uint64_t length : entry.shape)
    if (__builtin_mul_overflow(entry.bytes, length, &entry.bytes)) entry.bytes = UINT64_MAX;
  return entry;
}

std::vector<Entry> Catalogue::with_more_axes() const {
  std::vector<Entry> found;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(found),
               [](const Entry& entry) { return entry.has_more_axes(); });
  return found;
}

std::vector<Entry> Catalogue::volumes(bool as_2d) const {
  std::vector<Entry> found;
  for (const Entry& entry : entries)
    if (entry.is_volume(as_2d)) found.push_back(entry);
  return found;
}

Catalogue list_datasets(hid_t file, const std::string& root) {
  Catalogue catalogue;
  std::set<std::string> seen;
  std::deque<Place> places{{root, 0}};
  for (std::size_t objects = 0; !places.empty(); ++objects) {
    if (objects >= most_objects) {
      catalogue.complete = false;
      break;
    }
    const Place place = places.front();
    places.pop_front();
    const Object object(H5Oopen(file, place.path.c_str(), H5P_DEFAULT));
    const auto note_unreadable = [&] {
      catalogue.unreadable.push_back(fmt::format("{} ({})", place.path, last_error()));
    };
    if (!object) {
      note_unreadable();
      continue;
    }
    if (!seen.insert(object_key(object)).second) continue;
    const H5I_type_t kind = H5Iget_type(object);
    if (kind == H5I_DATASET) {
      if (const auto entry = describe(object, place.path))
        catalogue.entries.push_back(*entry);
      else
        note_unreadable();
    }
    if (kind != H5I_GROUP) continue;
    if (place.depth >= deepest) {
      catalogue.complete = false;
      continue;
    }
    std::vector<Link> links;
    if (H5Literate(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, collect_link, &links) < 0)
      note_unreadable();
    if (links.size() > most_objects) catalogue.complete = false;
    for (const Link& link : links) {
      const std::string path = (place.path == "/" ? "" : place.path) + "/" + link.name;
      const bool is_followed =
          link.type == H5L_TYPE_HARD || (link.type == H5L_TYPE_EXTERNAL && other_files_are_allowed);
      if (is_followed && places.size() <= most_objects) places.push_back({path, place.depth + 1});
      if (link.type == H5L_TYPE_EXTERNAL && !is_followed) catalogue.external_links.push_back(path);
    }
  }
  return catalogue;
}

std::optional<std::string> resolve(hid_t file, const std::string& path, const std::string& file_path) {
  std::deque<std::string> open;
  const auto put_in_front = [&](const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t slash = std::min(text.find('/', from), text.size());
      if (const std::string part = text.substr(from, slash - from); !part.empty() && part != ".")
        parts.push_back(part);
      from = slash + 1;
    }
    open.insert(open.begin(), parts.begin(), parts.end());
  };
  put_in_front(path);
  std::string solid;  // only hard links, and external ones that may be followed: safe to hand to HDF5, which
                      // follows whatever it meets
  for (int soft_links = 0; !open.empty();) {
    const std::string next = solid + "/" + open.front();
    open.pop_front();
    H5L_info_t link;
    if (H5Lexists(file, next.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(file, next.c_str(), &link, H5P_DEFAULT) < 0)
      return std::nullopt;
    if (link.type == H5L_TYPE_HARD || (link.type == H5L_TYPE_EXTERNAL && other_files_are_allowed)) {
      solid = next;
    } else if (link.type == H5L_TYPE_SOFT) {
      if (++soft_links > most_soft_links)
        throw Error(ExitCode::input_refused, "link loop", file_path + ":" + path,
                    fmt::format("more than {} soft links", most_soft_links), "name the dataset itself");
      std::string target(link.u.val_size + 1, '\0');
      if (H5Lget_val(file, next.c_str(), target.data(), target.size(), H5P_DEFAULT) < 0) return std::nullopt;
      target.resize(target.find('\0'));
      if (target.starts_with('/')) solid.clear();
      put_in_front(target);
    } else {
      throw Error(ExitCode::input_refused, "refused: link that leaves the file", file_path + ":" + next,
                  link.type == H5L_TYPE_EXTERNAL ? "it is an external link" : "it is a user-defined link",
                  link.type == H5L_TYPE_EXTERNAL
                      ? "open the file it names, or name the folder of that file with --external-files"
                      : "copy the data into one file with h5repack or h5copy");
    }
  }
  return solid.empty() ? "/" : solid;
}

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 20; ++i) text += (i ? "; " : "") + names[i];
  if (names.size() > 20) text += fmt::format("; and {} more", names.size() - 20);
  return text;
}

std::string list_text(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.text());
  return list_text(names);
}

}  // namespace tauvox::io::hdf5
