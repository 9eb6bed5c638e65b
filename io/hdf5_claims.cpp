// Every claim that is met is used, or warned about with the option that settles it.
#include "io/hdf5_claims.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_axes.hpp"
#include "io/hdf5_layouts.hpp"
#include "io/hdf5_steps.hpp"
#include "io/hdf5_values.hpp"
#include "io/letters.hpp"

namespace tauvox::io::hdf5 {
namespace {

std::string letter(const std::string& name) {
  const std::string small = in_small_letters(name);
  return small.starts_with("voxel_") ? small.substr(6) : small;
}

std::vector<std::string> letters(const std::vector<std::string>& names) {
  std::vector<std::string> found;
  for (const std::string& name : names) found.push_back(letter(name));
  return found;
}

/// Where z, y and x are among the names; the other axes have length 1, or --slice chooses along them.
std::optional<std::array<int, 3>> axes_named(const std::vector<std::string>& names,
                                             const std::vector<std::uint64_t>& shape, bool as_2d) {
  if (names.size() != shape.size()) return std::nullopt;
  const auto places = places_of_zyx(letters(names), as_2d && shape.size() == 2);
  const auto others = [&](std::size_t i) {
    return !places || std::find(places->begin(), places->end(), static_cast<int>(i)) == places->end();
  };
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape.size() <= 3 && others(i) && shape[i] != 1) return std::nullopt;
  return places;
}

class Reader {
 public:
  Reader(hid_t file, hid_t dataset, const std::string& path, const std::vector<std::uint64_t>& shape,
         const ReadOptions& options)
      : at_{file, dataset, path, shape, {}}, options_(options) {
    for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0;
         slash = path.rfind('/', slash - 1))
      at_.groups.push_back(path.substr(0, slash));
    at_.groups.push_back("/");
  }

  Claims read() {
    std::vector<double> resolution;
    stated_ = stated_axes(at_, resolution);
    refuse_projections();
    settle_axes();
    for (const std::string& warning : warnings_of_scaling(at_.dataset)) claims_.warnings.push_back(warning);
    if (!options_.voxel_size) read_steps(at_, stated_, resolution, options_, claims_);
    return claims_;
  }

 private:
  void refuse_projections() const {
    if (const std::string sign = signs_of_projections(at_.file, at_.path, at_.shape);
        !sign.empty() && options_.axes.empty())
      throw Error(
          ExitCode::input_invalid, "dataset holds projections", at_.path, sign,
          "reconstruct and segment them first; if it is a volume all the same, say so with --axes zyx");
    for (const StatedAxes& stated : stated_)
      for (std::size_t i = 0; i < stated.names.size() && i < at_.shape.size(); ++i)
        for (const char* angle : {"theta", "angle", "rotation_angle"})
          if (stated.names.size() == at_.shape.size() && at_.shape[i] > 1 &&
              in_small_letters(stated.names[i]) == angle)
            throw Error(ExitCode::input_invalid, "dataset holds projections", at_.path,
                        fmt::format("its axes are {} ({})", fmt::join(stated.names, ","), stated.source),
                        "reconstruct and segment them first");
  }

  /// What the user says; else the first that is understood, and others must agree with it.
  void settle_axes() {
    if (!options_.axes.empty()) {
      if (options_.axes.size() == at_.shape.size())
        for (const char axis : options_.axes) claims_.axis_names.emplace_back(1, axis);
      claims_.axes = places_of_zyx(claims_.axis_names, options_.as_2d);
      return;
    }
    const StatedAxes* taken = nullptr;
    for (const StatedAxes& stated : stated_) {
      const auto axes = axes_named(stated.names, at_.shape, options_.as_2d);
      if (axes && !claims_.axes) {
        claims_.axes = axes;
        claims_.axis_names = letters(stated.names);
        taken = &stated;
        const bool in_order = (*axes)[0] < (*axes)[1] && (*axes)[1] < (*axes)[2];
        claims_.notices.push_back(
            fmt::format("axes {} ({}){}", fmt::join(stated.names, ","), stated.source,
                        in_order ? "" : fmt::format(": {} is turned to z,y,x", shape_text(at_.shape))));
      } else if (axes && axes != claims_.axes) {
        claims_.warnings.push_back(fmt::format("{} say other axes ({}) than {}, which are used",
                                               stated.source, fmt::join(stated.names, ","), taken->source));
      }
    }
    if (claims_.axes) return;
    for (const StatedAxes& stated : stated_)
      claims_.warnings.push_back(fmt::format(
          "{}: {} not understood as axes of a {} array: they are taken as stored, z,y,x. --axes, such as "
          "xyz, says which they are",
          stated.source, fmt::join(stated.names, ","), shape_text(at_.shape)));
  }

  DatasetPlace at_;
  const ReadOptions& options_;
  std::vector<StatedAxes> stated_;
  Claims claims_;
};

}  // namespace

Claims read_claims(hid_t file, hid_t dataset, const std::string& path,
                   const std::vector<std::uint64_t>& shape, const ReadOptions& options) {
  return Reader(file, dataset, path, shape, options).read();
}

}  // namespace tauvox::io::hdf5
