// Names of files for the tables of a study: one a phase or an axis, where it has several.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/settings/settings.hpp"
#include "host/studies/study.hpp"

namespace tauvox {

/// Phase -> what stands for it in names of files: letters, digits, - and . stay as they are, also those
/// beyond ASCII. No two are the same, also where capitals count as small letters.
std::map<std::string, std::string> words_of_phases(const Phases& phases);

/// Of a curve: its name, with the word of its phase where it holds {}.
std::string table_name(const Curve& curve, const std::map<std::string, std::string>& words);
/// Of all that the study may give.
std::vector<std::string> table_names(const Study& study, const StudySettings& settings, const Phases& phases);

/// "transient" -> "transient_z" where a study in time runs along several axes, each by itself.
std::string curve_name(const StudySettings& s, const std::string& name, Axis axis);

}  // namespace tauvox
