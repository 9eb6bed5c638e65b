// `tauvox explain`: what a quantity is.
#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/report/quantity_words.hpp"

namespace tauvox {
namespace {

struct ExplainSettings {
  std::string quantity;
};

const std::vector<Setting<ExplainSettings>>& rows() {
  static const std::vector<Setting<ExplainSettings>> table{setting<ExplainSettings>(
      {.name = "quantity",
       .meaning =
           "name or symbol of a quantity, as in reports and tables; all are listed where none is given",
       .positional = true},
      &ExplainSettings::quantity)};
  return table;
}

ExitCode explain(const Arguments& arguments, bool&) {
  ExplainSettings settings;
  apply(rows(), arguments, settings);
  print_text(settings.quantity.empty() ? list_of_quantities() : explanation_of(settings.quantity));
  return ExitCode::success;
}

}  // namespace

Command explain_command() {
  return {.name = "explain",
          .meaning = "what a quantity of a report is: definition, unit, uncertainties",
          .settings = facts_of(rows()),
          .examples = {{"tauvox explain tortuosity_factor", "one of them"}, {"tauvox explain", "all"}},
          .run = explain};
}

}  // namespace tauvox
