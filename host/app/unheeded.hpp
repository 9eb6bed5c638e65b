// Settings that the study asked for would take and not heed.
#pragma once

#include <string>
#include <vector>

#include "host/settings/settings.hpp"
#include "host/studies/study.hpp"

namespace tauvox {

/// Whether the study looks across the thickness (--thickness).
bool heeds_thickness(const Study& study);

/// @param named  options of the command line, without --: given is given, though it be the default (a file of
///               settings has all)
/// @throws Error(usage) naming the first of them, and the studies that heed it
void refuse_unheeded(const Settings& settings, const Study& study,
                     const std::vector<std::string>& named = {});
/// The same of an evaluation.
void refuse_unheeded_by_evaluate(const Settings& settings, const std::vector<std::string>& named = {});

/// Those that nobody could take for more than they are, and that a file of settings for several studies has:
/// a notice for each.
std::vector<std::string> unheeded(const Settings& settings, const Study& study);
/// The same of an evaluation.
std::vector<std::string> unheeded_by_evaluate(const Settings& settings);

}  // namespace tauvox
