#include "io/hdf5_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "io/hdf5_attributes.hpp"
#include "io/letters.hpp"

namespace tauvox::io::hdf5 {
namespace {

std::string said(hid_t dataset, const char* name) {
  return fmt::format("attribute {} = {}", name, attribute_text(dataset, name));
}

/// netCDF 3 had no unsigned types: "true" makes one of a signed one, "false" the other way round.
bool changes_sign(hid_t dataset) {
  const auto texts = attribute_texts(dataset, "_Unsigned");
  const Datatype type(H5Dget_type(dataset));
  if (!texts || !type || H5Tget_class(type) != H5T_INTEGER) return false;
  const std::string wanted = in_small_letters(texts->front());
  return H5Tget_sign(type) == H5T_SGN_2 ? wanted == "true" : wanted == "false";
}

}  // namespace

std::vector<std::string> warnings_of_scaling(hid_t dataset) {
  std::vector<std::string> warnings;
  const auto warn = [&](const char* name) {
    warnings.push_back(fmt::format(
        "{} is not applied: labels and thresholds are those of the values as stored", said(dataset, name)));
  };
  constexpr std::array<std::pair<const char*, double>, 6> names{{{"scaling", 1},
                                                                 {"scaling_factor", 1},
                                                                 {"scale_factor", 1},
                                                                 {"offset", 0},
                                                                 {"add_offset", 0},
                                                                 {"transform", 0}}};
  for (const auto& [name, nothing] : names) {
    const double neutral = nothing;
    if (H5Aexists(dataset, name) <= 0) continue;
    const auto numbers = attribute_numbers(dataset, name);
    const bool is_neutral = numbers && std::all_of(numbers->begin(), numbers->end(),
                                                   [&](double value) { return value == neutral; });
    if (!is_neutral) warn(name);
  }
  if (changes_sign(dataset)) warn("_Unsigned");
  return warnings;
}

std::vector<NoData> no_data_of(hid_t dataset) {
  constexpr double all = std::numeric_limits<double>::infinity();
  std::vector<NoData> found;
  for (const char* name : {"_FillValue", "missing_value"})
    if (const auto numbers = attribute_numbers(dataset, name))
      for (const double value : *numbers)
        if (std::none_of(found.begin(), found.end(), [&](const NoData& one) { return one.low == value; }))
          found.push_back({fmt::format("attribute {} = {:g}", name, value), value, value, true});
  const auto range = attribute_numbers(dataset, "valid_range"),
             least = attribute_numbers(dataset, "valid_min"), most = attribute_numbers(dataset, "valid_max");
  if (range && range->size() == 2)
    found.push_back({said(dataset, "valid_range"), (*range)[0], (*range)[1], false});
  if (least && least->size() == 1) found.push_back({said(dataset, "valid_min"), (*least)[0], all, false});
  if (most && most->size() == 1) found.push_back({said(dataset, "valid_max"), -all, (*most)[0], false});
  return found;
}

}  // namespace tauvox::io::hdf5
