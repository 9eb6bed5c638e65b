// batch.html: a page that needs no other file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/batch/chart.hpp"
#include "host/report/digits.hpp"
#include "host/report/escape.hpp"

namespace tauvox {
namespace {

constexpr const char* head =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<style>\nbody{{font:15px/1.4 sans-serif;color:#222;max-width:60em;margin:2em auto;padding:0 1em}}\n"
    "table{{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.5em 0 1.5em}}\n"
    "th,td{{border-bottom:1px solid #ccc;padding:.2em .6em;text-align:left;vertical-align:top}}\n"
    "td.n{{text-align:right;white-space:nowrap}} .wide{{overflow-x:auto}} svg{{max-width:100%}}\n"
    ".failed{{color:#a33;font-weight:bold}} .yes{{font-weight:bold}} .no{{color:#666}}\n"
    "@media print{{body{{margin:0;max-width:none;font-size:11px}} section{{break-inside:avoid}}}}\n"
    "</style><title>{0}</title></head><body><h1>{0}</h1>\n";

std::optional<double> times(const std::optional<double>& value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

std::string value_text(const LotValue* v, double factor) {
  if (!v || (!v->value && !v->infinite)) return "&ndash;";
  if (v->infinite) return "infinite";
  return html_text(with_half_width(*v->value * factor, times(v->half_width, factor)));
}

/// In the digits that the intervals of both leave.
std::string difference_text(const LotValue* v, const LotValue* reference, double factor) {
  if (!v || !reference || !v->value || !reference->value) return "&ndash;";
  if (v == reference) return "reference";
  const double difference = (*v->value - *reference->value) * factor;
  std::optional<double> of_both;
  if (v->half_width && reference->half_width)
    of_both = factor * std::hypot(*v->half_width, *reference->half_width);
  const std::string by = fmt::format("{}{}", difference > 0 ? "+" : "", rounded(difference, of_both));
  switch (difference_of(*v, *reference)) {
    case Difference::significant:
      return by + " <span class=\"yes\">significant</span>";
    case Difference::not_significant:
      return by + " <span class=\"no\">not significant</span>";
    case Difference::not_judged:
      break;
  }
  return by + " <span class=\"no\">not judged</span>";
}

std::string table_of_volumes(const std::vector<LotVolume>& volumes) {
  std::string out = "<table><tr><th>#<th>volume<th>status<th>reason<th>folder</tr>\n";
  int number = 0;
  for (const LotVolume& volume : volumes) {
    const bool done = volume.status == LotStatus::finished;
    out += fmt::format("<tr><td class=\"n\">{}<td>{}<td class=\"{}\">{}<td>{}<td>{}</tr>\n",
                       done ? std::to_string(++number) : "&ndash;", html_text(volume.path),
                       volume.status == LotStatus::failed ? "failed" : "no", name_of(volume.status),
                       html_text(volume.reason), html_text(volume.folder));
  }
  return out + "</table>\n";
}

std::string in_brackets(const ShownUnit& unit) {
  return unit.name.empty() || unit.name == "1" ? "" : " [" + unit.name + "]";
}

std::string section_of(const LotSeries& series, const std::vector<const LotVolume*>& volumes) {
  const ShownUnit shown = shown_unit(series.unit);
  std::string out = fmt::format("<section><h3>{}, {}{}</h3>\n", html_text(series.title),
                                html_text(series.subject.subject()), html_text(in_brackets(shown)));
  constexpr int least = 3;  // of two the deviation says nothing
  if (series.count() >= least) out += control_chart(series, volumes);
  out += "<table><tr><th>#<th>volume<th>value<th>difference from the first</tr>\n";
  for (std::size_t i = 0; i < volumes.size(); ++i)
    out += fmt::format("<tr><td class=\"n\">{}<td>{}<td class=\"n\">{}<td>{}</tr>\n", i + 1,
                       html_text(volumes[i]->path), value_text(series.values[i], shown.factor),
                       difference_text(series.values[i], series.values.front(), shown.factor));
  return out + "</table></section>\n";
}

/// A line for every quantity of every subject.
std::string table_of_all(const std::vector<LotSeries>& all, const std::vector<const LotVolume*>& volumes) {
  std::string out =
      "<div class=\"wide\"><table><tr><th>quantity<th>of<th>unit<th>n<th>mean<th>s<th>s / mean<th>least<th>in"
      "<th>largest<th>in</tr>\n";
  for (const LotSeries& series : all) {
    if (series.count() == 0) continue;
    std::size_t least = volumes.size(), most = least;
    for (std::size_t i = 0; i < volumes.size(); ++i) {
      const LotValue* v = series.values[i];
      if (!v || !v->value) continue;
      if (least == volumes.size() || *v->value < *series.values[least]->value) least = i;
      if (most == volumes.size() || *v->value > *series.values[most]->value) most = i;
    }
    const ShownUnit shown = shown_unit(series.unit);
    const std::optional<double> s = times(series.deviation(), shown.factor);
    const double mean = *series.mean() * shown.factor;
    out += fmt::format(
        "<tr><td>{} <code>{}</code><td>{}<td>{}<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}<td "
        "class=\"n\">{}"
        "<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}</tr>\n",
        html_text(series.title), html_text(series.quantity), html_text(series.subject.subject()),
        html_text(shown.name), series.count(), rounded(mean, s), s ? fmt::format("{:.2g}", *s) : "&ndash;",
        s && mean != 0 ? fmt::format("{:.2g}", *s / std::abs(mean)) : "&ndash;",
        value_text(series.values[least], shown.factor), least + 1,
        value_text(series.values[most], shown.factor), most + 1);
  }
  return out + "</table></div>\n";
}

}  // namespace

std::string lot_page(const std::vector<LotVolume>& volumes, const std::string& title) {
  const std::vector<const LotVolume*> those = finished(volumes);
  const std::vector<LotSeries> all = series_of(those);
  std::string page = fmt::format(head, html_text(title));
  page += fmt::format("<p>{} of {} volumes are finished. By tauvox {}.</p>\n", those.size(), volumes.size(),
                      TAUVOX_VERSION);
  page += table_of_volumes(volumes);
  page +=
      "<h2>Comparison</h2>\n<p>&plusmn; is half of an interval of 95 % from all uncertainties together; "
      "there is none where one of them that counts is not known. A difference is significant where it is "
      "larger than the root of the sum of squares of both intervals. It is not judged where one of them, or "
      "the uncertainty of sampling, is not known: two pieces of one electrode differ too. Dashed lines are "
      "the limits of control, mean &plusmn; 2.66 times the mean range "
      "from one volume to the next; points beyond them are larger. A limit beyond what a quantity can be, "
      "such as a "
      "share above 1, is not drawn.</p>\n";
  for (const LotSeries& series : all)
    if (is_headline(series.quantity) && series.count() > 0) page += section_of(series, those);
  page +=
      "<h2>All quantities</h2>\n<p><code>tauvox explain NAME</code> says what each is; numbers behind "
      "least and largest are those of the volumes above.</p>\n";
  return page + table_of_all(all, those) + "</body></html>\n";
}

}  // namespace tauvox
