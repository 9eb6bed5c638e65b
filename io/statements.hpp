// What a file states besides its voxels and their size: names of labels, and how it came about. Every form
// that holds text takes the same texts; here they are made, and understood.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tauvox::io {

/// Names and texts, as a file has them.
using Texts = std::vector<std::pair<std::string, std::string>>;

/// How a file came about, the oldest step first: of each, what it was made of and by which options, sorted by
/// their names, for not every form keeps another order.
using History = std::vector<Texts>;

struct Statements {
  std::string phases;                // names of labels, as --phases takes them; "" for none
  std::string phases_source;         // "attribute phases of /"
  std::vector<std::string> unclear;  // what it says of names of labels and is not used
  std::vector<std::string> unused;   // names that can be no phase's, where others of the file are used
  std::string reserved_label;        // kept by the program that wrote it: no voxel need have it; "" for none
  std::string outside_label;         // of voxels that are none of the sample; "" for none
  History history;                   // of a file that tauvox wrote
};

/// Of what tauvox wrote.
/// @param source where its phases stand
Statements statements_of(const Texts& texts, const std::string& source);
/// Of headers that everybody writes, where such names begin with own_prefix: those that do.
Statements statements_with_prefix(const Texts& texts, const std::string& source);
inline constexpr const char* own_prefix = "tauvox_";

/// A name of a label, in the words of a file.
struct NamedLabel {
  std::string name, label;
};
/// Takes them for phases where that is plain: each a name that needs no quotes, and a whole number, once.
void take_names(const std::vector<NamedLabel>& names, const std::string& source, Statements& stated);

/// Nothing that a list, a label, a shell or a table would take for its own: at most 64 bytes, a letter first.
bool is_phase_name(const std::string& text);
/// Takes those that can be the name of a phase, and stand at one label; the others are not used, and kept so
/// that they can be named. Empty ones name nothing.
void take_usable_names(const std::vector<NamedLabel>& names, const std::string& source, Statements& stated);

/// "name=text" in each line.
Texts texts_in_lines(const std::string& lines);

/// The texts of a file that is made of one with this history.
Texts texts_of(const History& history);

}  // namespace tauvox::io
