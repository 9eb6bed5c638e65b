// The figures of an evaluation, drawn: for the folder and for the page.
#pragma once

#include <map>

#include "host/pages/look.hpp"
#include "host/pages/plotter.hpp"

namespace tauvox::pages {

struct FigureSet {
  std::vector<Figure> figures;
  std::vector<std::string> notices;  // why some are left out

  const Figure* named(const std::string& name) const;
};

/// @param words phase -> what stands for it in names of files
FigureSet figures_of(const RunReport& report, const Look& look,
                     const std::map<std::string, std::string>& words);

/// Every figure that a run with phases of these words may have, without an ending.
std::vector<std::string> figure_names(const std::map<std::string, std::string>& words);

}  // namespace tauvox::pages
