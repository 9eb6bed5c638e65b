// gnuplot as a process: a description of a figure goes in; SVG, PNG and PDF come out. Where it is not
// installed there are no figures.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tauvox::pages {

/// What to draw, for every form the same.
struct Drawing {
  std::string name;                                        // of the files, and of ids
  double width = 4.5, height = 3;                          // inches
  std::string script;                                      // commands after terminal and output are set
  std::vector<std::pair<std::string, std::string>> files;  // name -> bytes that the script reads
  bool png_alone = false;                                  // the other forms are not wanted
};

struct Figure {
  std::string name, svg, png, pdf;  // bytes; empty where a form was not wanted
};

/// The bytes of the form that a file of this ending has: .png, .svg or .pdf.
std::string in_form(const Figure& figure, const std::string& ending);

/// Text of users or files as a string of the plotter: shown as it is, never a command.
/// @param most bytes; a longer text ends in ...
std::string plotter_text(const std::string& text, std::size_t most = 40);

/// True where a program gnuplot is on the PATH.
bool have_plotter();

/// @param problem what went wrong, where there is no figure
std::optional<Figure> draw(const Drawing& drawing, std::string& problem);

}  // namespace tauvox::pages
