// Scripts that complete commands, options, choices and file names in bash, zsh and fish.
#include <fmt/format.h>

#include <filesystem>

#include "host/app/pages.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

bool takes_file(const SettingFacts& s) {
  return s.kind == Kind::path_in || s.kind == Kind::path_out || s.kind == Kind::paths_in;
}

std::string choice_names(const SettingFacts& s) {
  std::string names;
  for (const Choice& c : s.choices) names += (names.empty() ? "" : " ") + c.name;
  return names;
}

std::vector<const SettingFacts*> options_of(const Command& command) {
  std::vector<const SettingFacts*> options;
  for (const SettingFacts* s : command.settings)
    if (!s->positional) options.push_back(s);
  return options;
}

const SettingFacts* positional_of(const Command& command) {
  for (const SettingFacts* s : command.settings)
    if (s->positional) return s;
  return nullptr;
}

/// `text` with each of `characters` behind a backslash.
std::string escaped(const std::string& text, const std::string& characters) {
  std::string out;
  for (const char c : text) {
    if (characters.find(c) != std::string::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string command_names(const Program& program) {
  std::string names;
  for (const Command& command : program.commands) names += (names.empty() ? "" : " ") + command.name;
  return names;
}

// --- bash ---

std::string bash_words(const SettingFacts& s) {
  if (takes_file(s)) return "files=1";
  return fmt::format("words='{}'", choice_names(s));
}

std::string bash_case(const Command& command) {
  std::string values, names = "--help";
  for (const SettingFacts* s : options_of(command)) {
    names += " --" + s->name;
    if (s->kind != Kind::flag)
      values += fmt::format("        --{}{}) {} ;;\n", s->name,
                            s->letter ? fmt::format("|-{}", s->letter) : "", bash_words(*s));
  }
  const SettingFacts* place = positional_of(command);
  return fmt::format(
      "    {})\n      case $previous in\n{}        *) options='{}'\n          {} ;;\n      esac ;;\n",
      command.name.empty() ? "''" : command.name, values, names, place ? bash_words(*place) : "words=''");
}

std::string bash(const Program& program) {
  std::string cases = bash_case(program.self);
  for (const Command& command : program.commands) cases += bash_case(command);
  return fmt::format(R"(# Completion of tauvox in bash. Written by tauvox --completion bash.
_tauvox() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command='' word
  local words='' options='' files='' commands='{}'
  if [[ $current == '=' ]]; then current=''; fi
  if [[ $previous == '=' ]]; then previous=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " $commands " in *" $word "*) command=$word; break ;; esac
  done
  case $command in
{}  esac
  if [[ -z $command && -n $options ]]; then words="$words $commands"; fi
  if [[ -n $options && $current == -* ]]; then words=$options files=''; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ -n $files ]]; then
    mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
  fi
}}
complete -F _tauvox tauvox
)",
                     command_names(program), cases);
}

// --- zsh ---

/// Inside '...', in the words of _arguments and _describe.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : escaped(text, ":[]\\")) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out;
}

std::string zsh_action(const SettingFacts& s) {
  return takes_file(s) ? "_files" : s.choices.empty() ? " " : fmt::format("({})", choice_names(s));
}

std::string zsh_option(const SettingFacts& s) {
  const bool flag = s.kind == Kind::flag;
  const std::string rest =
      fmt::format("'[{}]{}'", zsh_text(s.meaning),
                  flag ? "" : fmt::format(":{}:{}", zsh_text(placeholder(s)), zsh_action(s)));
  std::string out = fmt::format("        --{}{}{} \\\n", s.name, flag ? "" : "=", rest);
  if (s.letter) out += fmt::format("        -{}{}{} \\\n", s.letter, flag ? "" : "+", rest);
  return out;
}

std::string zsh_case(const Command& command) {
  std::string out = fmt::format("    {})\n      _arguments \\\n", command.name);
  for (const SettingFacts* s : options_of(command)) out += zsh_option(*s);
  if (const SettingFacts* s = positional_of(command))
    out += fmt::format("        '1:{}:{}' \\\n", zsh_text(placeholder(*s)), zsh_action(*s));
  return out + "        --help'[options]' ;;\n";
}

std::string zsh(const Program& program) {
  std::string commands, cases, own;
  for (const Command& command : program.commands) {
    commands += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.meaning));
    cases += zsh_case(command);
  }
  for (const SettingFacts* s : options_of(program.self)) own += zsh_option(*s);
  return fmt::format(R"(#compdef tauvox
# Completion of tauvox in zsh. Written by tauvox --completion zsh.
_tauvox() {{
  local curcontext=$curcontext state line
  local -a commands
  commands=(
{}  )
  _arguments -C \
{}    --help'[options and commands]' \
    '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe command commands; return ;;
  esac
  case $line[1] in
{}  esac
}}
_tauvox "$@"
)",
                     commands, own, cases);
}

// --- fish ---

std::string fish_quoted(const std::string& text) { return fmt::format("'{}'", escaped(text, "'\\")); }

std::string fish_choices(const SettingFacts& s) {
  std::string out;
  for (const Choice& c : s.choices) out += (out.empty() ? "" : " ") + c.name;
  return fish_quoted(out);
}

std::string fish_option(const SettingFacts& s, const std::string& condition) {
  std::string out = fmt::format("complete -c tauvox -n '{}' -l {}", condition, s.name);
  if (s.letter) out += fmt::format(" -s {}", s.letter);
  if (takes_file(s))
    out += " -r -F";
  else if (s.kind != Kind::flag)
    out += s.choices.empty() ? " -x" : fmt::format(" -x -a {}", fish_choices(s));
  return out + " -d " + fish_quoted(s.meaning) + "\n";
}

std::string fish(const Program& program) {
  std::string out =
      "# Completion of tauvox in fish. Written by tauvox --completion fish.\ncomplete -c tauvox -f\n";
  const std::string none = "not __fish_seen_subcommand_from " + command_names(program);
  for (const SettingFacts* s : options_of(program.self)) out += fish_option(*s, none);
  for (const Command& command : program.commands) {
    out += fmt::format("complete -c tauvox -n '{}' -a {} -d {}\n", none, command.name,
                       fish_quoted(command.meaning));
    const std::string here = "__fish_seen_subcommand_from " + command.name;
    for (const SettingFacts* s : options_of(command)) out += fish_option(*s, here);
    if (const SettingFacts* s = positional_of(command))
      out += fmt::format("complete -c tauvox -n '{}' {}\n", here,
                         takes_file(*s) ? "-F" : "-a " + fish_choices(*s));
  }
  return out + "complete -c tauvox -s h -l help -d 'options and commands'\n";
}

}  // namespace

std::string completion(const Program& program, const std::string& shell) {
  return shell == "bash" ? bash(program) : shell == "zsh" ? zsh(program) : fish(program);
}

void write_shell_files(const Program& program, const std::string& folder) {
  const auto write = [&](const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(folder) / name;
    std::error_code failed;  // what is not there then, the writer says
    std::filesystem::create_directories(path.parent_path(), failed);
    io::write_text(path.string(), text, true);
  };
  write("bash-completion/completions/tauvox", bash(program));
  write("zsh/site-functions/_tauvox", zsh(program));
  write("fish/vendor_completions.d/tauvox.fish", fish(program));
  write("man/man1/tauvox.1", manual_page(program));
  for (const Command& command : program.commands)
    write("man/man1/tauvox-" + command.name + ".1", manual_page(program, command));
}

}  // namespace tauvox
