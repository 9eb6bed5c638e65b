#include "host/app/stated_contents.hpp"

#include <fmt/format.h>

#include <utility>

#include "io/input_file.hpp"

namespace tauvox {
namespace {

struct Content {
  std::string name, path, sha256;
};

std::vector<Content> contents_of(const Volume& volume, const Settings& s) {
  std::vector<Content> all{{"input", s.input, volume.sha256}};
  if (volume.outside && !s.mask.empty()) all.push_back({"mask", s.mask, volume.outside->mask_sha256});
  if (!s.limits.empty()) {
    io::Digest digest;
    digest.add(io::InputFile(s.limits));
    all.push_back({"limits", s.limits, digest.text()});
  }
  return all;
}

}  // namespace

std::string contents_table(const Volume& volume, const Settings& s) {
  std::string lines;
  for (const Content& content : contents_of(volume, s))
    if (!content.sha256.empty()) lines += fmt::format("{} = \"{}\"\n", content.name, content.sha256);
  return lines.empty() ? ""
                       : fmt::format("\n[{}]  # SHA-256 of the files of the run\n{}", contents_key, lines);
}

std::vector<std::string> changed_contents(const Volume& volume, const Settings& s) {
  std::vector<std::string> warnings;
  if (s.contents.empty()) return warnings;
  for (const Content& content : contents_of(volume, s)) {
    const auto stated = s.contents.find(content.path);  // another file that is given instead is none of these
    if (stated == s.contents.end() || content.sha256.empty() || stated->second == content.sha256) continue;
    warnings.push_back(fmt::format(
        "{} ({}) is not what it was when {} was written: its SHA-256 was {:.12}... and is {:.12}...; "
        "the results are of what it holds now",
        content.path, content.name, s.study_file.value_or("the study file"), stated->second, content.sha256));
  }
  return warnings;
}

}  // namespace tauvox
