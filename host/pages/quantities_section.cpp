// All quantities by study, with their definitions.
#include <fmt/format.h>

#include "host/pages/html.hpp"
#include "host/pages/report_page.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/units.hpp"

namespace tauvox::pages {
namespace {

constexpr std::size_t most_rows =
    300;  // of a study; with many phases the tables beside the page have the rest

std::string subject_text(const Result& result) {
  std::string text = result.phase.empty() && result.label ? fmt::format("label {}", *result.label)
                                                          : phase_and_carrier(result);
  for (const std::string& other : result.with) text += " | " + other;
  if (result.axis) text += fmt::format("{}{}", text.empty() ? "" : ", ", axis_name(*result.axis));
  return text;
}

std::string row_of(const PageInput& in, const Result& result, const Quantity& q) {
  const QuantityDefinition& row = definition_of(in.report.quantities, q.name);
  const ShownUnit unit = shown_unit(unit_of(row, property_of(in.report.materials.unit)));
  const Shown shown = shown_in(q, row, unit.factor);
  return fmt::format(
      "<tr><td class=\"of\">{}</td><th scope=\"row\">{}</th><td class=\"n value\">{}</td><td "
      "class=\"unit\">{}</td>{}</tr>\n",
      html_text(subject_text(result)), html_text(title_of(result, row)),
      q.infinite ? "not percolating" : shown.value, html_text(unit.name), half_width_cells(shown));
}

std::string definitions(const Study& study) {
  std::string list;
  for (const QuantityDefinition& row : study.quantities)
    list += fmt::format("<dt>{} <code>{}</code></dt><dd>{}</dd>\n", html_text(title_of({}, row)),
                        html_text(row.name), html_text(in_words_of(property_of("relative"), row.definition)));
  return fmt::format("<dl>\n{}</dl>\n", list);
}

std::string remarks_of(const Result& result) {
  std::string text;
  for (const std::string& remark : result.remarks) text += (text.empty() ? "" : "; ") + remark;
  if (result.reason) text += (text.empty() ? "" : "; ") + *result.reason;
  return text.empty() ? ""
                      : fmt::format("<li>{}: {}</li>\n", html_text(subject_text(result)), html_text(text));
}

std::string section_of(const PageInput& in, const Study& study) {
  std::string rows, remarks;
  std::size_t count = 0;
  for (const Result& result : in.report.results) {
    if (result.study != study.name) continue;
    if (count <= most_rows) remarks += remarks_of(result);
    for (const Quantity& q : result.quantities) {
      const QuantityDefinition& row = definition_of(in.report.quantities, q.name);
      if (repeats_ratio(result, q, row, property_of(in.report.materials.unit))) continue;
      if ((q.value || q.infinite) && ++count <= most_rows) rows += row_of(in, result, q);
    }
  }
  if (rows.empty() && remarks.empty()) return "";
  return fmt::format(
      "<h3>{}</h3>\n<p>{}</p>\n<div class=\"wide\"><table><thead><tr><th>of</th><th>quantity</th><th "
      "class=\"n\">value</th><th>unit</th>{}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n{}{}{}",
      html_text(study.name), html_text(study.meaning), half_width_headings, rows,
      count > most_rows ? fmt::format("<p>{} more are in results.csv, their remarks in results.json.</p>\n",
                                      count - most_rows)
                        : "",
      remarks.empty() ? "" : fmt::format("<ul>\n{}</ul>\n", remarks), definitions(study));
}

}  // namespace

std::string quantities_section(const PageInput& in) {
  std::string sections;
  for (const Study& study : studies()) sections += section_of(in, study);
  return fmt::format("<section>\n<h2>All quantities</h2>\n{}</section>\n", sections);
}

}  // namespace tauvox::pages
