// Text -> numbers, lengths, ranges. Independent of the locale; every failure is an Error(usage) that names
// the option, what it was given and what it takes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "host/settings/phases.hpp"
#include "host/settings/settings.hpp"
#include "io/read.hpp"

namespace tauvox::parse {

/// @param option named in messages, e.g. "--tolerance"
double number(const std::string& text, const std::string& option);
std::int64_t integer(const std::string& text, const std::string& option);
/// A whole number that 64 bits with a sign do not hold.
bool is_beyond_integers(const std::string& text);
bool boolean(const std::string& text, const std::string& option);
std::string choice(const std::string& text, const std::string& option, const std::vector<std::string>& valid);

/// "a,b,c" -> {"a", "b", "c"}; empty text -> {}.
std::vector<std::string> list(const std::string& text);
std::vector<double> numbers(const std::string& text, const std::string& option);
std::vector<std::int64_t> integers(const std::string& text, const std::string& option);

/// "251,301,301" or one number for all three.
std::array<std::int64_t, 3> shape(const std::string& text, const std::string& option);
/// Seconds: "3600", "90s", "55m", "1h30m"; "10:00", "1:30:00", "1-02:00:00" as Slurm has it. > 0.
double duration(const std::string& text, const std::string& option);
/// "0.4um" or "0.4,0.4,0.5um" or "400nm,400nm,500nm" in z, y, x -> m. Units: nm, um, µm, mm, cm, m.
/// Refused as check_voxel_size does.
std::array<double, 3> lengths(const std::string& text, const std::string& option);
/// "25C", "298.15K" -> K; above absolute zero.
double temperature(const std::string& text, const std::string& option);
/// Edges of a voxel, m: 1e-12 to 1 m, and at most 1000 times as long one way as another. Beyond that the
/// links between voxels differ by more than FP64 resolves beside the other contrasts of a volume.
/// @throws Error(code) that names `where`
void check_voxel_size(const std::array<double, 3>& size, ExitCode code, const std::string& where);
/// The second of both.
void check_voxel_ratio(const std::array<double, 3>& size, ExitCode code, const std::string& where);
/// Refuses a whole number that no label can be.
void check_label(const std::string& text, const std::string& option);
/// Labels, and names of phases: none twice.
std::vector<LabelOrName> labels(const std::string& text, const std::string& option);
/// "0=0,1=0.01,binder=1": a label or phase and its conductivity; finite, >= 0, none twice.
std::vector<std::pair<LabelOrName, double>> conductivities(const std::string& text,
                                                           const std::string& option);
/// "pore=0,active=1,solid=1+2": names and their labels. A name begins with a letter and holds no , = + nor
/// quotes.
Phases phases(const std::string& text, const std::string& option);
/// "all", or a list of z, y, x, 0, 1, 2; none twice.
std::vector<Axis> axes(const std::string& text, const std::string& option);
/// "xyz", "tczyx": small letters, none twice, y and x among them.
std::string axis_letters(const std::string& text, const std::string& option);
/// "c=0,t=2": an axis, by its letter or number, and a place along it, from 0.
std::vector<std::pair<std::string, std::int64_t>> places(const std::string& text, const std::string& option);
/// "118,137", "otsu" or "otsu3"
io::Thresholds thresholds(const std::string& text, const std::string& option);
/// "median", "median=5", "gaussian=1.5", or several in turn.
std::vector<io::GreyFilter> filters(const std::string& text, const std::string& option);
/// "0.4um", "shortest"
Resample resample(const std::string& text, const std::string& option);
/// "x,-y,z": each of z, y, x once, those with a sign are reversed.
std::string orientation(const std::string& text, const std::string& option);
/// "3", "nan"
io::OutsideVoxels outside(const std::string& text, const std::string& option);
/// "z=40,x=7": where to cut across z, y or x, from 0; none twice.
std::vector<std::pair<Axis, std::int64_t>> cuts(const std::string& text, const std::string& option);
/// auto, cpu, cuda or cuda:N.
std::string device(const std::string& text, const std::string& option);
/// "0:100,:,20:" in z, y, x; half-open.
io::Crop crop(const std::string& text, const std::string& option);

/// The valid name nearest to `name`, at most two edits away; empty if none.
std::string nearest(const std::string& name, const std::vector<std::string>& valid);

}  // namespace tauvox::parse
