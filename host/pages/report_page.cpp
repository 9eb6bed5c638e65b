#include "host/pages/report_page.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "host/pages/html.hpp"
#include "host/report/judge.hpp"
#include "host/studies/combined.hpp"

namespace tauvox::pages {
namespace {

std::string list_of(const std::vector<std::string>& texts) {
  std::string items;
  for (const std::string& text : texts) items += fmt::format("<li>{}</li>\n", html_text(text));
  return fmt::format("<ul>\n{}</ul>\n", items);
}

/// What limits a quantity most, as far as that is known, and by how much of its value.
struct Doubt {
  ErrorSource source = ErrorSource::solver;
  std::string unknown;  // "that of resolution is not known": what may limit it more; empty: nothing
  std::string text;     // "specific surface of active | binder ±21 %"
  double share = 0;
};

/// What was not found, or is found and less reliable: nothing may be advised against it.
/// @param most the largest of those that are known
std::string unknown_of(const MainRow& row, ErrorSource most) {
  std::string unknown;
  for (const ErrorSource source : missing(*row.quantity, *row.definition))
    unknown += fmt::format("{}{}", unknown.empty() ? "that of " : " and ", name_of(source));
  if (!unknown.empty()) unknown += " is not known";
  const std::string less = most == ErrorSource::resolution ? "" : less_reliable(*row.result, *row.quantity);
  return unknown + (unknown.empty() || less.empty() ? "" : "; ") + less;
}

std::optional<Doubt> doubt_of(const PageInput& in, const MainRow& row) {
  constexpr double worth_saying = 0.05;
  if (!row.quantity->value || *row.quantity->value == 0) return std::nullopt;
  const Combined all = together(row.quantity->uncertainties);
  Doubt doubt;
  doubt.share = all.half_width / std::abs(*row.quantity->value);
  if (!all.dominant || !std::isfinite(doubt.share) || doubt.share < worth_saying) return std::nullopt;
  doubt.source = *all.dominant;
  doubt.unknown = unknown_of(row, doubt.source);
  const std::string subject = short_subject(*row.result, in.look.thickness);
  doubt.text = fmt::format("{}{} ±{:.0f} %", title_of(*row.result, *row.definition),
                           subject.empty() ? "" : " of " + subject, 100 * doubt.share);
  return doubt;
}

const char* advice_of(ErrorSource source) {
  switch (source) {
    case ErrorSource::solver:
      return "The solver limits, a smaller --tolerance would help";
    case ErrorSource::resolution:
      return "The voxels limit most; smaller ones would help";
    case ErrorSource::sampling:
      return "The volume limits most; a larger scan would help";
    case ErrorSource::segmentation:
      return "The segmentation limits, where the surface of a phase lies";
  }
  return "";
}

/// One line for each source, the largest doubts first; what is not known to be the largest is advised
/// nothing about.
std::vector<std::string> doubts_of(const PageInput& in) {
  std::vector<Doubt> doubts;
  for (const MainRow& row : main_rows(in.report, in.look))
    if (const std::optional<Doubt> doubt = doubt_of(in, row)) doubts.push_back(*doubt);
  std::stable_sort(doubts.begin(), doubts.end(),
                   [](const Doubt& a, const Doubt& b) { return a.share > b.share; });
  std::vector<std::string> lines;
  for (const ErrorSource source : shown_sources) {
    std::string those;
    for (const Doubt& doubt : doubts)
      if (doubt.source == source && doubt.unknown.empty()) those += (those.empty() ? "" : "; ") + doubt.text;
    if (!those.empty()) lines.push_back(fmt::format("{}: {}.", advice_of(source), those));
  }
  for (const Doubt& doubt : doubts)
    if (!doubt.unknown.empty())
      lines.push_back(fmt::format("{} by what is known, most of it {}; {}; so what limits it cannot be said.",
                                  doubt.text, name_of(doubt.source), doubt.unknown));
  return lines;
}

std::string fact(const char* name, const std::string& html) {
  return html.empty() ? "" : fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", name, html);
}

}  // namespace

std::string date_of_today() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(now));
}

std::string limits_section(const PageInput& in) {
  const std::vector<std::string> texts = doubts_of(in);
  std::string html = "<section>\n<h2>What limits the numbers</h2>\n";
  html += texts.empty()
              ? "<p>No main quantity is in doubt by more than 5 %, as far as that was computed.</p>\n"
              : list_of(texts);
  if (!in.report.warnings.empty()) html += "<h3>Warnings</h3>\n" + list_of(in.report.warnings);
  if (!in.report.notices.empty()) html += "<h3>Notices</h3>\n" + list_of(in.report.notices);
  return html + "</section>\n";
}

std::string outside_of(const Volume& volume) {
  if (!volume.outside) return "";
  const Outside& outside = *volume.outside;
  return html_text(fmt::format("{} voxels, not counted: {}{}", outside.voxels, outside.source,
                               outside.mask_sha256.empty() ? "" : ", SHA-256 " + outside.mask_sha256));
}

std::string text_of(const io::History& history) {
  std::vector<std::string> steps;
  for (const io::Texts& step : history) {
    std::string text;
    for (const auto& [name, said] : step)
      text += fmt::format("{}{} = {}", text.empty() ? "" : "; ", name, said);
    steps.push_back(text);
  }
  return steps.empty() ? "" : list_of(steps);
}

std::string provenance_section(const PageInput& in) {
  const Volume& v = *in.report.volume;
  const auto tool = tool_json();
  std::string labels;
  for (const Label& label : v.labels)
    labels += fmt::format("{}{} = {} ({} voxels)", labels.empty() ? "" : ", ",
                          html_text(in.report.phases.name_of(label.value)), label.value, label.voxels);
  return fmt::format(
      "<section>\n<h2>Where this comes from</h2>\n<table class=\"facts\"><tbody>\n{}</tbody></table>\n"
      "<h3>Settings</h3>\n<p>Saved as <code>settings.toml</code>, these repeat the run: "
      "<code>tauvox evaluate settings.toml</code></p>\n<pre>{}</pre>\n</section>\n",
      fact("file", html_text(v.path)) +
          fact("SHA-256",
               fmt::format("<code>{}</code>", v.sha256.empty() ? "not computed" : html_text(v.sha256))) +
          fact("format",
               html_text(v.format + (v.dataset.empty() ? "" : ", " + v.dataset) + ", " + v.stored_type)) +
          fact("voxel size",
               fmt::format("{:.6g} × {:.6g} × {:.6g} µm (z, y, x), from {}", in.look.edges[0] * 1e6,
                           in.look.edges[1] * 1e6, in.look.edges[2] * 1e6, html_text(v.voxel_size_source))) +
          fact("labels", labels) + fact("outside", outside_of(v)) +
          fact("history", text_of(in.report.history)) +
          fact("program", html_text(fmt::format("tauvox {}, built by {}", tool["version"].get<std::string>(),
                                                tool["compiler"].get<std::string>()))) +
          fact("device", html_text(in.report.device)) + fact("operator", html_text(in.operator_name)) +
          fact("date", date_of_today()),
      escaped_lines(in.settings));
}

std::string report_page(const PageInput& in) {
  const std::string name = html_text(std::filesystem::path(in.report.volume->path).filename().string());
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}: tauvox report</title>\n<style>\n{}</style>\n</head>\n<body>\n{}{}{}{}</body>\n</html>\n",
      name, page_style, first_page(in), limits_section(in), quantities_section(in), provenance_section(in));
}

}  // namespace tauvox::pages
