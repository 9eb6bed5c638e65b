// Manual pages in the man macros.
#include <fmt/format.h>

#include "host/app/pages.hpp"

namespace tauvox {
namespace {

/// Text that roff prints as it stands: no escape, no request at the start of a line, hyphens that can be
/// copied.
std::string plain(const std::string& text) {
  std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text) out += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  return out;
}

std::string bold(const std::string& text) { return fmt::format(".B {}\n", plain(text)); }

std::string head(const std::string& name, const std::string& meaning) {
  return fmt::format(".TH {} 1 \"\" \"tauvox {}\" \"tauvox\"\n.SH NAME\n{} \\- {}\n", name, TAUVOX_VERSION,
                     plain(name), plain(meaning));
}

std::string option(const SettingFacts& s) {
  const std::string value = placeholder(s);
  std::string out = ".TP\n.B ";
  if (s.positional)
    out += plain(value);
  else
    out += fmt::format("{}\\-\\-{}{}", s.letter ? fmt::format("\\-{}, ", s.letter) : "", plain(s.name),
                       value.empty() ? "" : fmt::format(" \\fI{}\\fP", plain(value)));
  out += "\n" + plain(description(s)) + "\n";
  if (!has_explained_choices(s)) return out;
  out += ".RS\n";
  for (const Choice& c : s.choices) out += ".TP\n" + bold(c.name) + plain(c.meaning) + "\n";
  return out + ".RE\n";
}

std::string options(const Command& command) {
  std::string out, group;
  if (command.settings.empty()) return out;
  out = ".SH OPTIONS\n";
  for (const SettingFacts* s : command.settings) {
    if (s->group != group) out += fmt::format(".SS {}\n", plain(s->group));
    group = s->group;
    out += option(*s);
  }
  return out + ".SS Help\n.TP\n.B \\-h, \\-\\-help\nprints the options\n";
}

std::string examples(const Command& command) {
  std::string out = command.examples.empty() ? "" : ".SH EXAMPLES\n";
  for (const Choice& example : command.examples)
    out += ".TP\n" + bold(example.name) + plain(example.meaning) + "\n";
  return out;
}

const std::vector<Choice>& exit_codes() {
  static const std::vector<Choice> codes{
      {"0", "success; a volume that does not percolate is one"},
      {"2", "command line or study file"},
      {"3", "the input cannot be opened, read or trusted"},
      {"4", "the input does not fit the request"},
      {"5", "memory or disk do not suffice, found before the work starts; or reading was ended from outside"},
      {"6", "not converged; the best value is reported as such"},
      {"7", "an output cannot be written"},
      {"8", "the GPU, its driver, or the request for one"},
      {"9", "a self-check failed; there is no number then"},
      {"10", "limits were given: a conditional pass, a conditional fail, or not decided; all is written"},
      {"11", "limits were given, and one is failed; all is written"},
      {"12", "of batch: a volume has no results"},
  };
  return codes;
}

std::string exit_status() {
  std::string out = ".SH EXIT STATUS\n";
  for (const Choice& code : exit_codes()) out += ".TP\n" + bold(code.name) + plain(code.meaning) + "\n";
  return out;
}

std::string see_also(const Program& program, const std::string& here) {
  std::string out;
  const auto add = [&](const std::string& page) {
    if (page != here) out += fmt::format("{}.BR {} (1)", out.empty() ? "" : " ,\n", plain(page));
  };
  add("tauvox");
  for (const Command& command : program.commands) add("tauvox-" + command.name);
  return ".SH SEE ALSO\n" + out + "\n";
}

}  // namespace

std::string manual_page(const Program& program, const Command& command) {
  const std::string name = "tauvox-" + command.name;
  std::string synopsis = fmt::format(".B tauvox {}\n[\\fIOPTIONS\\fP]", command.name);
  for (const SettingFacts* s : command.settings)
    if (s->required)
      synopsis += fmt::format(" {}\\fI{}\\fP", s->positional ? "" : fmt::format("\\-\\-{} ", plain(s->name)),
                              plain(placeholder(*s)));
  return head(name, command.meaning) + ".SH SYNOPSIS\n" + synopsis + "\n" +
         (command.notes.empty() ? "" : fmt::format(".SH DESCRIPTION\n{}\n", plain(command.notes))) +
         options(command) + examples(command) + exit_status() + see_also(program, name);
}

std::string manual_page(const Program& program) {
  std::string commands = ".SH COMMANDS\n";
  for (const Command& command : program.commands)
    commands += ".TP\n" + bold(command.name) + plain(command.meaning) + "\n";
  return head("tauvox", program.self.meaning) +
         ".SH SYNOPSIS\n.B tauvox\n\\fICOMMAND\\fP [\\fIOPTIONS\\fP]\n" + commands + options(program.self) +
         examples(program.self) + exit_status() + see_also(program, "tauvox");
}

}  // namespace tauvox
