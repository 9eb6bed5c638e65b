// Results of finished evaluations, gathered from folders: one table over many lots and machines.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/batch/lot.hpp"

namespace tauvox {

/// One evaluation.
struct CollectedResults {
  std::string id;  // of content, settings, limits and version: two with the same id say the same
  std::string sha256, volume, folder, status, verdict, device, job, date, version, settings_hash;
  std::string judgements;  // what each limit said, in words
  int exit_code = 0;
  std::vector<LotRow> rows;
};

struct Collection {
  std::vector<CollectedResults> results;  // by volume and id
  // Folders that are left out; twice: another one holds the same evaluation.
  std::vector<std::string> twice, unfinished, unreadable;
};

/// What of a setting, by its name and value, tells results apart; nothing where it does not.
using ValueInKey =
    std::function<std::optional<nlohmann::ordered_json>(const std::string&, const nlohmann::ordered_json&)>;

/// From every results.json below the folders; what a batch is at work on is passed by.
/// @throws Error(input_refused) where a folder cannot be read
Collection collected(const std::vector<std::string>& folders, const ValueInKey& value_in_key);

/// One line an evaluation, phase and axis.
std::string collection_csv(const std::vector<CollectedResults>& all);
/// The same as a list of evaluations, each a line with its rows.
std::string collection_json(const std::vector<CollectedResults>& all);

}  // namespace tauvox
