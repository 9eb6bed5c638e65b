// The verdict: file, main quantities with what they are in doubt by, limits, structure, three plots.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "host/pages/cube.hpp"
#include "host/pages/html.hpp"
#include "host/pages/report_page.hpp"
#include "host/studies/combined.hpp"
#include "io/write.hpp"

namespace tauvox::pages {
namespace {

/// A sign, a word and a class: never the colour alone.
std::string mark_of(const std::string& verdict, const char* element) {
  struct Mark {
    const char *verdict, *sign, *css;
  };
  static constexpr Mark marks[] = {{"pass", "✓", "pass"},
                                   {"conditional pass", "◐", "maybe"},
                                   {"conditional fail", "◑", "maybe-not"},
                                   {"fail", "✗", "fail"}};
  for (const Mark& mark : marks)
    if (verdict == mark.verdict)
      return fmt::format("<{0} class=\"mark {1}\">{2} {3}</{0}>", element, mark.css, mark.sign, mark.verdict);
  if (verdict.empty()) return fmt::format("<{0} class=\"mark open\">no limits were given</{0}>", element);
  return fmt::format("<{0} class=\"mark open\">? {1}</{0}>", element, html_text(verdict));
}

std::string heading(const PageInput& in) {
  const Volume& v = *in.report.volume;
  const Extent& e = v.extent;
  return fmt::format(
      "<header><div><p class=\"kind\">tauvox: electrode report</p><h1>{}</h1>\n<p>{} × {} × {} voxels of "
      "{:.4g} × {:.4g} × {:.4g} µm (z, y, x), {:.4g} µm from separator to collector along "
      "{}</p></div>{}</header>\n",
      html_text(std::filesystem::path(v.path).filename().string()), e.nz, e.ny, e.nx, in.look.edges[0] * 1e6,
      in.look.edges[1] * 1e6, in.look.edges[2] * 1e6, in.look.length(in.look.thickness) * 1e6,
      axis_name(in.look.thickness), mark_of(in.report.verdict, "p"));
}

std::string limit_text(const Judgement& j, double factor) {
  const auto number = [&](double value) { return fmt::format("{:.6g}", value * factor); };
  if (j.least && j.most) return fmt::format("{} to {}", number(*j.least), number(*j.most));
  return j.least ? "≥ " + number(*j.least) : j.most ? "≤ " + number(*j.most) : "";
}

std::string verdict_cell(const Judgement& j) {
  std::string chance;
  if (j.probability) chance = fmt::format(" <small>{:.3g}&nbsp;%</small>", 100 * *j.probability);
  std::string reason = j.reason.empty() ? "" : fmt::format(" <small>{}</small>", html_text(j.reason));
  return mark_of(j.verdict, "span") + chance + reason;
}

std::string row_of(const PageInput& in, const MainRow& row, bool limits) {
  const ShownUnit unit = shown_unit(unit_of(*row.definition, property_of(in.report.materials.unit)));
  const Shown shown = shown_in(*row.quantity, *row.definition, unit.factor);
  const std::string value = row.quantity->infinite ? "not percolating" : shown.value;
  std::string cells = fmt::format(
      "<tr><th scope=\"row\">{}</th><td class=\"of\">{}</td><td class=\"n value\">{}</td><td "
      "class=\"unit\">{}</td>{}",
      html_text(title_of(*row.result, *row.definition)),
      html_text(short_subject(*row.result, in.look.thickness)), value,
      unit.name == "1" ? "1" : html_text(unit.name), half_width_cells(shown));
  if (limits)
    cells += row.judgement
                 ? fmt::format("<td class=\"n\">{}</td><td class=\"verdict\">{}</td>",
                               limit_text(*row.judgement, unit.factor), verdict_cell(*row.judgement))
                 : fmt::format("<td class=\"n\">{0}</td><td>{0}</td>", not_computed);
  return cells + "</tr>\n";
}

/// Of a limit that is about none of the results, or about several.
std::string row_of(const Judgement& j) {
  const ShownUnit unit = shown_unit(j.unit);
  std::string cells = fmt::format(
      "<tr><th scope=\"row\"><code>{}</code></th><td class=\"of\">{}</td><td class=\"n\">{}</td>"
      "<td class=\"unit\">{}</td>",
      html_text(j.quantity), html_text(j.subject), not_computed, html_text(unit.name));
  for (std::size_t i = 0; i < std::size(shown_sources) + 1; ++i)
    cells += fmt::format("<td class=\"n\">{}</td>", not_computed);
  return cells + fmt::format("<td class=\"n\">{}</td><td class=\"verdict\">{}</td></tr>\n",
                             limit_text(j, unit.factor), verdict_cell(j));
}

std::string main_table(const PageInput& in) {
  const bool limits = !in.report.judgements.empty();
  std::string rows;
  std::set<const Judgement*> shown;
  for (const MainRow& row : main_rows(in.report, in.look)) {
    rows += row_of(in, row, limits);
    shown.insert(row.judgement);
  }
  for (const Judgement& judgement : in.report.judgements)
    if (!shown.contains(&judgement)) rows += row_of(judgement);
  return fmt::format(
      "<div class=\"wide\"><table class=\"main\"><thead><tr><th>quantity</th><th>of</th><th "
      "class=\"n\">value</th><th>unit</th>{}{}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n"
      "<p class=\"note\">Along the thickness where a direction matters. “± all”: the interval of 95 % by all "
      "of them, where none is missing. “–”: not computed, or it does not apply. {}Definitions and all other "
      "quantities follow.</p>\n",
      half_width_headings, limits ? "<th class=\"n\">limit</th><th>verdict</th>" : "", rows,
      limits ? in.report.guarded
                   ? "Verdicts: “± all” is the guard band. Percentages: "
                     "probability that the limit is kept. "
                   : "Verdicts: the value alone decides. Percentages: probability that the limit "
                     "is kept. "
             : "");
}

/// What a certificate says of itself.
std::string certificate_line(const PageInput& in) {
  if (in.report.judgements.empty()) return "";
  const std::string& hash = in.report.volume->sha256;
  return fmt::format("<p class=\"note\">{}, {}{}, SHA-256 of the file <code>{}</code></p>\n",
                     html_text("tauvox " + tool_json()["version"].get<std::string>()), date_of_today(),
                     in.operator_name.empty() ? "" : ", operator " + html_text(in.operator_name),
                     hash.empty() ? "not computed" : html_text(hash));
}

std::string plots(const PageInput& in) {
  struct Plot {
    const char *name, *caption;
  };
  std::string shown;
  for (const Plot& plot :
       {Plot{"profile", "Phases from separator to collector"},
        Plot{"sizes", "Local thickness (full) and mercury intrusion (dashed), medians marked"},
        Plot{"correlation", "Two-point correlation along the thickness"}})
    if (const Figure* figure = in.figures.named(plot.name))
      shown += fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n",
                           image_of(figure->svg, "image/svg+xml", plot.caption), plot.caption);
  return shown.empty() ? "" : fmt::format("<div class=\"plots\">\n{}</div>\n", shown);
}

}  // namespace

std::string half_width_cells(const Shown& shown) {
  std::string cells;
  for (const ErrorSource source : shown_sources) {
    const auto found = shown.half_widths.find(source);
    cells += fmt::format("<td class=\"n\">{}</td>",
                         html_text(found != shown.half_widths.end() ? found->second : not_computed));
  }
  return cells + fmt::format("<td class=\"n\">{}</td>",
                             html_text(shown.combined.empty() ? not_computed : shown.combined));
}

const char* const half_width_headings =
    "<th class=\"n\">± solver</th><th class=\"n\">± resolution</th><th class=\"n\">± sampling</th>"
    "<th class=\"n\">± segment.</th><th class=\"n\">± all</th>";

Shown shown_in(const Quantity& q, const QuantityDefinition& row, double factor) {
  std::optional<double> half_width;
  if (const std::optional<Combined> all = combined(q, row)) half_width = all->half_width;
  return in_unit(q, factor, half_width);
}

std::string first_page(const PageInput& in) {
  std::string structure;
  if (io::can_make_png())
    structure =
        fmt::format("<div class=\"structure\">\n{}{}</div>\n", cube_of(in.look), slice_figure(in.look));
  return fmt::format("<section class=\"first\">\n{}{}{}{}</section>\n", heading(in),
                     main_table(in) + certificate_line(in), structure, plots(in));
}

}  // namespace tauvox::pages
