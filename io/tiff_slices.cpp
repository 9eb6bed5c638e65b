#include "io/tiff_slices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tauvox::io {
namespace {

/// Pages of one size and type.
struct Kind {
  TiffPage page;
  std::vector<std::size_t> members;

  bool in_one_run() const { return members.back() - members.front() + 1 == members.size(); }
  std::string text() const {
    const std::string pages = members.size() == 1 ? fmt::format("page {} is", members[0] + 1)
                              : in_one_run()
                                  ? fmt::format("pages {} to {} are", members.front() + 1, members.back() + 1)
                                  : fmt::format("{} pages from {} on are", members.size(), members[0] + 1);
    return pages + " " + page.text();
  }
};

std::vector<Kind> kinds_among(const std::vector<TiffPage>& pages, std::vector<std::size_t>& reduced) {
  std::vector<Kind> kinds;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (pages[i].is_reduced) {
      reduced.push_back(i);
      continue;
    }
    const auto known = std::find_if(kinds.begin(), kinds.end(),
                                    [&](const Kind& kind) { return kind.page.same_image(pages[i]); });
    if (known != kinds.end())
      known->members.push_back(i);
    else if (kinds.size() < 100)  // a file of pages that all differ is refused whatever the rest is
      kinds.push_back({pages[i], {i}});
  }
  return kinds;
}

/// As a thumbnail or a level of a pyramid is: smaller, of the same shape but for rounding.
bool is_small_copy(const TiffPage& copy, const TiffPage& page) {
  if (copy.width >= page.width || copy.height >= page.height) return false;
  const double across = static_cast<double>(copy.width) / page.width;
  const double down = static_cast<double>(copy.height) / page.height;
  return std::abs(across * page.height - down * page.height) <= 1 &&
         std::abs(across * page.width - down * page.width) <= 1;
}

/// A program that appends a stack to a file describes it again on its first page.
void refuse_second_series(const std::vector<TiffPage>& pages, const std::vector<std::size_t>& slices,
                          const std::string& path) {
  if (pages[slices[0]].announced < 2) return;
  for (std::size_t i = 1; i < slices.size(); ++i)
    if (pages[slices[i]].announced > 1)
      throw Error(
          ExitCode::input_invalid, "TIFF holds more than one series", path,
          fmt::format("one of {} images begins on page {}, one of {} on page {}", pages[slices[0]].announced,
                      slices[0] + 1, pages[slices[i]].announced, slices[i] + 1),
          "save the one that is meant as a file of its own");
}

}  // namespace

std::vector<std::size_t> slices_among(const std::vector<TiffPage>& pages, const std::string& path,
                                      std::vector<std::string>& notices) {
  std::vector<std::size_t> reduced;
  std::vector<Kind> kinds = kinds_among(pages, reduced);
  if (kinds.empty())
    throw Error(ExitCode::input_invalid, "TIFF has no full page", path,
                fmt::format("all {} are marked as copies of lower resolution or masks", pages.size()),
                "export the stack again");
  const auto main = std::max_element(kinds.begin(), kinds.end(), [](const Kind& a, const Kind& b) {
    return a.members.size() != b.members.size()
               ? a.members.size() < b.members.size()
               : std::uint64_t{a.page.width} * a.page.height < std::uint64_t{b.page.width} * b.page.height;
  });
  for (const Kind& kind : kinds) {
    if (&kind == &*main) continue;
    // One small page before or behind the slices, or a whole small stack, is a copy of them
    const bool outside = kind.in_one_run() && (kind.members.back() < main->members.front() ||
                                               kind.members.front() > main->members.back());
    if (outside && is_small_copy(kind.page, main->page)) {
      notices.push_back(fmt::format("{}: taken as a small copy of the others and skipped", kind.text()));
      continue;
    }
    const Kind& other = kind.members[0] > main->members[0] ? kind : *main;
    const Kind& first = &other == &kind ? *main : kind;
    const bool series =
        kind.members.size() > 1 && main->members.size() > 1 && kind.in_one_run() && main->in_one_run();
    throw Error(ExitCode::input_invalid, series ? "TIFF holds more than one series" : "TIFF pages differ",
                path,
                series ? fmt::format("{}, {}", first.text(), other.text())
                       : fmt::format("page {} is {}, page {} is {}", other.members[0] + 1, other.page.text(),
                                     first.members[0] + 1, first.page.text()),
                series ? "save the one that is meant as a file of its own"
                       : "a volume needs pages of one size and type");
  }
  if (!reduced.empty())
    notices.push_back(
        fmt::format("{} of {} pages are marked as copies of lower resolution or masks (the first is "
                    "page {}) and skipped",
                    reduced.size(), pages.size(), reduced[0] + 1));
  refuse_second_series(pages, main->members, path);
  return main->members;
}

}  // namespace tauvox::io
