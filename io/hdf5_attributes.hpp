// Small values of HDF5 objects, as texts and numbers. Included by io/hdf5_*.cpp only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"

namespace tauvox::io::hdf5 {

/// The strings of an attribute, one or several; empty when there is no such attribute or it holds no strings.
std::optional<std::vector<std::string>> attribute_texts(hid_t object, const std::string& name);

/// Its numbers, at most 64; empty when it holds none.
std::optional<std::vector<double>> attribute_numbers(hid_t object, const std::string& name);

/// Whatever it holds, for a message: "0.5, 0.4" or "micron"; cut after 80 characters.
std::string attribute_text(hid_t object, const std::string& name);

/// Names of the attributes of an object, at most 4000.
std::vector<std::string> attribute_names(hid_t object);

/// Names in a group, at most 1000.
std::vector<std::string> link_names(hid_t group);

/// Of the arrays that dimension scales attach to each axis of a dataset, the first: its path; "" where an
/// axis has none.
std::vector<std::string> scales_of(hid_t dataset, std::size_t rank);

/// A dataset of at most 100000 numbers that lies in the file, of any shape: what it holds.
std::optional<std::vector<double>> small_array(hid_t file, const std::string& path);

/// The object at `path`, reached without leaving the file; none when there is none.
Object open_inside(hid_t file, const std::string& path);

}  // namespace tauvox::io::hdf5
