// report.html: one file that needs nothing else. The first page is the verdict; then all quantities, what
// limits them, and where they come from. Nothing in it is a script, and nothing is fetched.
#pragma once

#include <string>
#include <vector>

#include "host/pages/figures.hpp"
#include "host/pages/main_rows.hpp"
#include "host/report/digits.hpp"

namespace tauvox::pages {

struct PageInput {
  const RunReport& report;
  const Look& look;
  const FigureSet& figures;
  std::string settings;       // a study file that repeats the run
  std::string operator_name;  // who evaluated; may be empty
};

std::string report_page(const PageInput& in);

/// "2026-11-25 14:03 UTC"
std::string date_of_today();

/// Parts of it.
std::string first_page(const PageInput& in);
std::string limits_section(const PageInput& in);
std::string quantities_section(const PageInput& in);
std::string provenance_section(const PageInput& in);
extern const char* const page_style;

/// What the quantity is in doubt by, as cells of a table: one for each source in `shown_sources`.
std::string half_width_cells(const Shown& shown);
/// Headings of those cells.
extern const char* const half_width_headings;
/// Value and half widths, that of all together where the row says it can be known.
Shown shown_in(const Quantity& q, const QuantityDefinition& row, double factor);
inline constexpr ErrorSource shown_sources[] = {ErrorSource::solver, ErrorSource::resolution,
                                                ErrorSource::sampling, ErrorSource::segmentation};

}  // namespace tauvox::pages
