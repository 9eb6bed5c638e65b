// Reads the words of a command line: --name value, --name=value, -o value, -ovalue, --flag, words; after `--`
// words only.
#include "host/app/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/settings/parse.hpp"

namespace tauvox {
namespace {

constexpr const char* place = "command line";

class Reader {
 public:
  Reader(const Command& command, const std::vector<std::string>& words) : command_(command), words_(words) {}

  Arguments read() {
    for (at_ = 0; at_ < words_.size() && !arguments_.help; ++at_) read_word(words_[at_]);
    if (arguments_.help) return arguments_;
    for (const Plain& plain : plain_) refuse_removed(plain.word);
    refuse_unknown();
    assign_positions();
    refuse_missing();
    return arguments_;
  }

 private:
  struct Plain {
    std::string word;
    std::optional<std::size_t> list;  // given just before it: was it meant for that?
  };

  static bool looks_like_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

  const SettingFacts* setting_of(const std::string& word) const {
    const std::string name = word.substr(0, word.find('='));
    for (const SettingFacts* s : command_.settings) {
      if (s->positional) continue;
      if (name == "--" + s->name) return s;
      if (s->letter && word[1] == s->letter) return s;
    }
    return nullptr;
  }

  void read_word(const std::string& word) {
    if (only_plain_ || !looks_like_option(word)) {
      plain_.push_back({word, after_list_});
      return;
    }
    after_list_.reset();
    if (word == "--")
      only_plain_ = true;
    else if (word == "--help" || word == "-h")
      arguments_.help = true;
    else if (const SettingFacts* setting = setting_of(word))
      read_option(*setting, word);
    else
      unknown_.push_back(word);
  }

  void read_option(const SettingFacts& setting, const std::string& word) {
    if (arguments_.find(setting.name))
      throw Error(ExitCode::usage, "option given twice", place, "--" + setting.name, "give it once");
    Given given{&setting, {}};
    if (!word.starts_with("--")) {
      if (word.size() > 2) given.words.push_back(word.substr(word[2] == '=' ? 3 : 2));
    } else if (const std::size_t equals = word.find('='); equals != std::string::npos) {
      given.words.push_back(word.substr(equals + 1));
    }
    if (setting.kind == Kind::flag && given.words.empty()) given.words.emplace_back("true");
    if (given.words.empty()) take_words(given);
    arguments_.given.push_back(given);
    if (is_list(setting)) after_list_ = arguments_.given.size() - 1;
  }

  void take_words(Given& given) {
    const auto ends = [&](std::size_t i) {
      return i >= words_.size() || words_[i].starts_with("--") ||
             (looks_like_option(words_[i]) && setting_of(words_[i]));
    };
    if (ends(at_ + 1))
      throw Error(ExitCode::usage, "a value is missing", place, given.option(),
                  fmt::format("give {} {}", given.option(), placeholder(*given.setting)));
    do given.words.push_back(words_[++at_]);
    while (takes_words(*given.setting) && !ends(at_ + 1));
  }

  void refuse_removed(const std::string& word) const {
    for (const Removed& removed : command_.removed)
      if (word.substr(0, word.find('=')) == removed.name)
        throw Error(ExitCode::usage, fmt::format("'{}' is no more", removed.name), place, "", removed.advice);
  }

  /// What an unknown option may stand for: a valid one spelled nearly so, the only one that begins so, or,
  /// where another command calls its output so, the outputs of this one.
  std::string meant(const std::string& name, const std::vector<std::string>& valid) const {
    if (std::string near = parse::nearest(name, valid); !near.empty()) return near;
    std::vector<std::string> longer, outputs;
    for (const std::string& option : valid)
      if (name.size() > 4 && option.starts_with(name)) longer.push_back(option);
    if (longer.size() == 1) return longer.front();
    if (name != "-o" && name != "-O" && name != "--out" && name != "--output") return "";
    for (const SettingFacts* s : command_.settings)
      if (s->kind == Kind::path_out && s->group == "Output")
        outputs.push_back((s->positional ? "the last word, " : "--" + s->name + " ") + placeholder(*s));
    return fmt::format("{}", fmt::join(outputs, ", "));
  }

  void refuse_unknown() const {
    if (unknown_.empty()) return;
    std::vector<std::string> valid, found;
    for (const SettingFacts* s : command_.settings)
      if (!s->positional) valid.push_back("--" + s->name);
    for (const std::string& word : unknown_) {
      refuse_removed(word);
      const std::string name = word.substr(0, word.find('=')), near = meant(name, valid);
      found.push_back(near.empty() ? name : fmt::format("{}, did you mean {}?", name, near));
    }
    throw Error(ExitCode::usage, unknown_.size() > 1 ? "unknown options" : "unknown option", place,
                fmt::format("{}", fmt::join(found, "; ")), see_help());
  }

  void assign_positions() {
    std::size_t next = 0;
    for (const SettingFacts* s : command_.settings)
      if (s->positional && next < plain_.size()) {
        Given given{s, {plain_[next++].word}};
        while (takes_words(*s) && next < plain_.size()) given.words.push_back(plain_[next++].word);
        arguments_.given.push_back(given);
      }
    if (next < plain_.size()) refuse_word(plain_[next]);
  }

  [[noreturn]] void refuse_word(const Plain& first_too_many) const {
    const auto behind_list =
        std::find_if(plain_.begin(), plain_.end(), [](const Plain& p) { return !!p.list; });
    const Plain& plain = behind_list != plain_.end() ? *behind_list : first_too_many;
    std::vector<std::string> advice;
    if (plain.list) {
      const Given& list = arguments_.given[*plain.list];
      advice.push_back(fmt::format("lists take commas: {} {},{}", list.option(), list.text(), plain.word));
    }
    for (const SettingFacts* s : command_.settings)
      if (s->letter == 'o' && !arguments_.find(s->name))
        advice.push_back(fmt::format("an output has its option: -o {}", plain.word));
    advice.push_back(see_help());
    throw Error(ExitCode::usage, "an argument too many", place, "'" + plain.word + "'",
                fmt::format("{}", fmt::join(advice, "; ")));
  }

  void refuse_missing() const {
    for (const SettingFacts* s : command_.settings)
      if (s->required && !arguments_.find(s->name))
        throw Error(ExitCode::usage, fmt::format("no {} given", s->name), place, "",
                    fmt::format("{}: {}; {}", s->positional ? placeholder(*s) : "--" + s->name, s->meaning,
                                see_help()));
  }

  std::string see_help() const {
    return fmt::format("see tauvox {}{}--help", command_.name, command_.name.empty() ? "" : " ");
  }

  const Command& command_;
  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  Arguments arguments_;
  std::vector<Plain> plain_;
  std::vector<std::string> unknown_;
  std::optional<std::size_t> after_list_;
  bool only_plain_ = false;
};

}  // namespace

std::string Given::text() const { return fmt::format("{}", fmt::join(words, ",")); }

const Given* Arguments::find(const std::string& setting) const {
  const auto found =
      std::find_if(given.begin(), given.end(), [&](const Given& g) { return g.setting->name == setting; });
  return found == given.end() ? nullptr : &*found;
}

Arguments parse_arguments(const Command& command, const std::vector<std::string>& words) {
  return Reader(command, words).read();
}

bool asks_for_json_on_standard_output(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == "--json=-" || (words[i] == "--json" && i + 1 < words.size() && words[i + 1] == "-"))
      return true;
  return false;
}

}  // namespace tauvox
