#include "host/app/evaluate_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "host/app/describe.hpp"
#include "host/app/field_output.hpp"
#include "host/app/outputs.hpp"
#include "host/app/stated_contents.hpp"
#include "host/app/study_file.hpp"
#include "host/app/tables.hpp"
#include "host/pages/report_page.hpp"
#include "host/report/append.hpp"
#include "host/report/json_text.hpp"
#include "host/studies/study_table.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

std::string in_folder(const Settings& s, const std::string& name) {
  return (fs::path(s.output) / name).string();
}

constexpr const char* always_written[] = {"results.json", "results.csv", "settings.toml", "profile.csv",
                                          "report.html"};
constexpr const char* figure_endings[] = {"svg", "png", "pdf"};

std::string figure_file(const std::string& name, const char* ending) {
  return fmt::format("figures/{}.{}", name, ending);
}

/// Every table that a run with these phases may have written.
std::vector<std::string> tables_of(const Phases& phases) {
  std::vector<std::string> names;
  for (const char* what : {"ionic", "electronic"})
    for (const char* axis : {"z", "y", "x"}) names.push_back(fmt::format("rve_{}_{}.csv", what, axis));
  for (const char* study : {"sizes", "chords", "interfaces"})
    for (const std::string& name : table_names(study_named(study), {}, phases))
      names.push_back(name + ".csv");
  return names;
}

/// Every file but the reserved ones that a run with these phases may have written.
std::vector<std::string> files_of(const Phases& phases) {
  std::vector<std::string> names = tables_of(phases);
  for (const std::string& figure : pages::figure_names(words_of_phases(phases)))
    for (const char* ending : figure_endings) names.push_back(figure_file(figure, ending));
  append(names, EvaluationFields::names());
  return names;
}

/// Files of the run whose settings lie in the folder; none where it holds none that can be read.
std::vector<std::string> former_files(const Settings& s) {
  const std::string settings = in_folder(s, "settings.toml");
  if (!fs::exists(settings)) return {};
  try {
    Settings former;
    (void)read_study_file(settings, former, false, &SettingFacts::for_evaluate);
    return files_of(former.phases);
  } catch (const Error&) {
    return {};  // whose files these are nobody knows
  }
}

/// What killed runs left of the files that are not always written. @return notices
std::vector<std::string> remove_stale_of_tables_and_figures(const Settings& s) {
  std::set<std::string> own;
  for (const std::vector<std::string>& names : {files_of(s.phases), former_files(s)})
    own.insert(names.begin(), names.end());
  std::vector<std::string> notices;
  for (const std::string below : {"", "figures/", "fields/"})
    append(notices, io::remove_stale_temporaries(in_folder(s, below), [&](const std::string& name) {
             return own.contains(below + name);
           }));
  return notices;
}

std::vector<io::PlannedOutput> planned_files(const Settings& s, const Extent& extent,
                                             const CarrierMaterials& carriers) {
  if (s.output.empty()) return {};
  // 65 kB were measured for 2^3 voxels of one phase without figures, 1.3 MB for three phases and both
  // transports with them, 2.5 MB for eight phases.
  constexpr std::uint64_t least = 32'768, most = 4'000'000;
  std::vector<io::PlannedOutput> files{{in_folder(s, "report.html"), least, most}};
  const EvaluationFields fields(s);
  for (const std::string& path : fields.paths_of("sizes"))
    files.push_back(planned_field(path, extent, 1, false));  // few diameters: they compress
  for (const auto& [carried, materials] : carriers)
    for (const std::string& path : fields.paths_of(carried))
      files.push_back(planned_field(path, extent, materials->volume_fraction, true));
  return files;
}

/// Figures and the page. What is left out, and why, joins the notices of the report.
/// @return the files in figures/
std::vector<std::string> write_pages(const Settings& s, RunReport& report,
                                     const std::map<std::string, std::string>& words, bool overwrite) {
  const pages::Look look(report, s, s.slice_at);
  const pages::FigureSet figures = pages::figures_of(report, look, words);
  report.notices.insert(report.notices.end(), figures.notices.begin(), figures.notices.end());
  std::vector<std::string> written;
  if (!figures.figures.empty()) fs::create_directories(in_folder(s, "figures"));
  for (const pages::Figure& figure : figures.figures)
    for (const char* ending : figure_endings) {
      written.push_back(figure_file(figure.name, ending));
      const std::string& bytes = ending == std::string("svg")   ? figure.svg
                                 : ending == std::string("png") ? figure.png
                                                                : figure.pdf;
      io::write_text(in_folder(s, written.back()), bytes, overwrite);
    }
  const pages::PageInput page{report, look, figures, to_study_file(s, in_folder(s, "settings.toml")),
                              s.operator_name};
  io::write_text(in_folder(s, "report.html"), pages::report_page(page), overwrite);
  return written;
}

}  // namespace

MadeFolders::~MadeFolders() {
  std::error_code failed;  // what is not empty stays
  for (const std::string& folder : made_) fs::remove(folder, failed);
}

void MadeFolders::make(const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> made;
  for (fs::path path = fs::absolute(folder, failed).lexically_normal();
       !path.empty() && path != path.root_path() && !fs::exists(path, failed); path = path.parent_path())
    if (path.has_filename()) made.push_back(path.string());
  made_.insert(made_.begin(), made.begin(), made.end());
  fs::create_directories(folder, failed);
  if (failed || !fs::is_directory(folder))
    throw Error(ExitCode::output, "the folder cannot be made", folder,
                failed ? failed.message() : "it is a file", "give -o another name");
}

std::vector<std::string> files_of_folder(const Settings& s) {
  if (s.output.empty()) return {};
  std::vector<std::string> files;
  for (const char* name : always_written) files.push_back(in_folder(s, name));
  for (const std::string& name : files_of(s.phases)) files.push_back(in_folder(s, name));
  return files;
}

std::vector<std::string> check_room_of_folder(const Settings& s, const Extent& extent,
                                              const CarrierMaterials& carriers,
                                              const std::function<bool(const std::string&)>& is_own) {
  return io::check_space(without_own(planned_files(s, extent, carriers), is_own));
}

std::uint64_t most_bytes_of_folder(const Settings& s, const Extent& extent,
                                   const CarrierMaterials& carriers) {
  std::uint64_t sum = 0;
  for (const io::PlannedOutput& file : planned_files(s, extent, carriers)) sum += file.most_bytes;
  return sum;
}

ReservedFolder reserve_folder(const Settings& s, const std::vector<std::string>& other_files,
                              const std::function<bool(const std::string&)>& is_own) {
  ReservedFolder folder;
  if (s.output.empty()) return folder;
  check_names(s);
  folder.made.make(s.output);
  for (const char* name : always_written) {
    const std::string path = in_folder(s, name);
    const bool is_own_echo = s.study_file && io::same_file(path, *s.study_file) && repeats_study_file(s);
    if (!is_own_echo) check_replaces_no_input(path, s, other_files);
    append(folder.notices, io::check_output(path, s.overwrite || is_own(path)));
    folder.files.push_back(path);
  }
  const EvaluationFields fields(s);
  for (const char* part : {"sizes", "ionic", "electronic"})
    for (const std::string& path : fields.paths_of(part)) {
      folder.made.make(fs::path(path).parent_path().string());
      append(folder.notices, io::check_output(path, s.overwrite || is_own(path)));
      folder.files.push_back(path);
    }
  for (const std::string& name : files_of(s.phases)) {
    const std::string path = in_folder(s, name);
    if (fs::exists(path)) append(folder.notices, io::check_output(path, s.overwrite || is_own(path)));
    folder.files.push_back(path);
  }
  if (const std::string figures = in_folder(s, "figures"); fs::exists(figures) && !fs::is_directory(figures))
    throw Error(ExitCode::output, "the folder cannot be made", figures, "it is a file",
                "remove it, or give -o another name");
  append(folder.notices, remove_stale_of_tables_and_figures(s));
  folder.locks.emplace_back(in_folder(s, "results.json"));
  if (folder.locks.back().notice()) folder.notices.push_back(*folder.locks.back().notice());
  return folder;
}

void write_folder(const Settings& s, RunReport& report, bool overwrite) {
  const auto start = Clock::now();
  const std::vector<std::string> former = former_files(s);
  const std::map<std::string, std::string> words = words_of_phases(s.phases);
  std::set<std::string> written;
  for (const Curve& curve : report.curves) {
    const std::string name = table_name(curve, words) + ".csv";
    io::write_text(in_folder(s, name), to_csv(curve), overwrite);
    written.insert(name);
  }
  for (const std::string& name : write_pages(s, report, words, overwrite)) written.insert(name);
  io::write_text(in_folder(s, "results.csv"), to_long_csv(report), overwrite);
  const double writing = seconds_since(start);  // but for the results themselves and the settings
  for (auto& [stage, seconds] : report.seconds)
    if (stage == "write" || stage == "total") seconds += writing;
  io::write_text(in_folder(s, "results.json"), json_text(report_json(report, settings_json(s)), 2) + "\n",
                 overwrite);
  const std::string settings = in_folder(s, "settings.toml");
  io::write_text(settings, to_study_file(s, settings) + contents_table(*report.volume, s), overwrite);
  for (const std::string& path : report.fields)
    written.insert(fs::path(path).lexically_relative(s.output).generic_string());
  for (const std::string& name : former)
    if (std::error_code failed; !written.contains(name)) fs::remove(in_folder(s, name), failed);
}

}  // namespace tauvox
