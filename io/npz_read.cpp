// NumPy's .npz: a zip file of .npy arrays. One of them is the volume, by name where there are several.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "io/axis_choice.hpp"
#include "io/formats.hpp"
#include "io/npy_header.hpp"
#include "io/printable.hpp"
#include "io/zip_directory.hpp"

namespace tauvox::io {
namespace {

struct Member {
  std::string name;  // without .npy
  StoredBytes bytes;
  NpyHeader header;
  std::string why_not;  // it cannot be the volume; "" where it can

  std::string text() const {
    if (!why_not.empty()) return fmt::format("{} ({})", printable(name), why_not);
    return fmt::format("{} ({} of {})", printable(name), fmt::join(header.layout.shape, "x"),
                       header.layout.is_bool ? "bool" : info(header.layout.element).name);
  }
};

Member look_at(const InputFile& file, const ZipEntry& entry) {
  Member member{entry.name.substr(0, entry.name.size() - 4), entry.bytes, {}, ""};
  try {
    const auto bytes = open_bytes(file, entry.bytes);
    std::string start(std::min<std::uint64_t>(entry.bytes.unpacked, longest_npy_header), '\0');
    bytes->read(0, start.data(), start.size());
    member.header = parse_npy_header(start, file.path() + ":" + entry.name);
    if (member.header.bytes + bytes_of(member.header.layout, file.path()) != entry.bytes.unpacked)
      throw Error(ExitCode::input_refused, "array does not have the size of its shape",
                  file.path() + ":" + entry.name);
    const auto& shape = member.header.layout.shape;
    if (shape.size() < 2) member.why_not = shape.empty() ? "one number" : fmt::format("{} numbers", shape[0]);
  } catch (const Error& error) {
    member.why_not = error.what();
  }
  return member;
}

/// The array called so, or the only one that can be a volume.
Member choose(const InputFile& file, const std::vector<Member>& members, const ReadOptions& options,
              std::vector<std::string>& notices) {
  std::vector<std::string> all, others;
  for (const Member& member : members) all.push_back(member.text());
  const std::string& wanted = options.dataset;
  std::vector<const Member*> candidates;
  for (const Member& member : members) {
    const bool fits = wanted.empty()
                          ? member.why_not.empty() && (member.header.layout.shape.size() > 2 || options.as_2d)
                          : member.name == wanted || member.name + ".npy" == wanted;
    if (fits)
      candidates.push_back(&member);
    else
      others.push_back(member.text());
  }
  const std::string there_are = fmt::format("it has {}", fmt::join(all, ", "));
  if (candidates.empty())
    throw Error(wanted.empty() ? ExitCode::input_invalid : ExitCode::input_refused,
                wanted.empty() ? "no array of the .npz file is a volume" : "no such array in the .npz file",
                file.path(),
                wanted.empty() ? there_are : fmt::format("there is no '{}'; {}", wanted, there_are),
                "name one with --dataset; --as-2d takes an image as one layer");
  if (candidates.size() > 1)
    throw Error(ExitCode::usage, "the .npz file has several arrays", file.path(), there_are,
                fmt::format("choose with --dataset {}", candidates.front()->name));
  if (wanted.empty() && !others.empty())
    notices.push_back(
        fmt::format("array {} taken; beside it {}", printable(candidates[0]->name), fmt::join(others, ", ")));
  return *candidates[0];
}

}  // namespace

std::unique_ptr<VolumeSource> open_npz(const InputFile& file, const ReadOptions& options) {
  std::vector<Member> members;
  std::set<std::string> names;
  constexpr std::size_t most_members = 1000;
  for (const ZipEntry& entry : zip_directory(file)) {
    if (!entry.name.ends_with(".npy") || members.size() == most_members) continue;
    if (!names.insert(entry.name).second)
      throw Error(ExitCode::input_refused, "two arrays of the .npz file have one name", file.path(),
                  entry.name, "save it again with numpy.savez");
    members.push_back(look_at(file, entry));
  }
  if (members.empty())
    throw Error(ExitCode::input_refused, "zip archive holds no NumPy array", file.path(), "",
                "unpack it, and name a file or a folder of slices in it");
  std::vector<std::string> notices;
  Member chosen = choose(file, members, options, notices);
  if (!chosen.why_not.empty() && chosen.header.layout.shape.size() != 1)
    throw Error(ExitCode::input_refused, "array of the .npz file cannot be read",
                file.path() + ":" + chosen.name, chosen.why_not);
  auto source = open_array(file, chosen.bytes, chosen.header.bytes, chosen.header.layout, options);
  source->description.dataset = chosen.name;
  source->description.notices.insert(source->description.notices.end(), notices.begin(), notices.end());
  return source;
}

}  // namespace tauvox::io
