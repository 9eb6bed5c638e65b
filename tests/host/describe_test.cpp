// The rows of settings: text, value and struct give each other back.
#include "host/app/describe.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "host/app/pages.hpp"
#include "host/app/study_file.hpp"
#include "host/settings/parse.hpp"

namespace tauvox {
namespace {

/// Text that each setting takes and prints again.
const std::vector<std::pair<std::string, std::string>> examples{{"input", "a b.h5"},
                                                                {"dataset", "/a/b"},
                                                                {"shape", "3,4,5"},
                                                                {"dtype", "uint16"},
                                                                {"byte-order", "big"},
                                                                {"header-bytes", "12"},
                                                                {"as-2d", "true"},
                                                                {"axes", "tzyx"},
                                                                {"slice", "t=2,0=1"},
                                                                {"crop", "1:2,0:,3:9"},
                                                                {"filter", "median=5,gaussian=1.5"},
                                                                {"threshold", "1.5,2"},
                                                                {"threshold", "otsu"},
                                                                {"threshold", "otsu3"},
                                                                {"outside", "3"},
                                                                {"outside", "nan"},
                                                                {"mask", "mask.h5"},
                                                                {"mask-dataset", "/mask"},
                                                                {"hdf5-plugins", "filters"},
                                                                {"external-files", "parts"},
                                                                {"resample", "0.4um"},
                                                                {"resample", "shortest"},
                                                                {"orient", "x,-y,z"},
                                                                {"clean", "0=27,solid=8"},
                                                                {"voxel-size", "0.4um,0.4um,0.5um"},
                                                                {"phases", "pore=0,solid=1+2"},
                                                                {"phase", "pore,0,-3"},
                                                                {"conductivity", "0=0,2=1e-07,solid=1"},
                                                                {"law", "k = (1 - g/255)^1.5"},
                                                                {"conductivity-table", "k.csv"},
                                                                {"phase-porosity", "2=0.47,solid=0.3"},
                                                                {"bruggeman", "2"},
                                                                {"reactive", "solid,2"},
                                                                {"ionic", "pore,3"},
                                                                {"electronic", "1=0.01,solid=1"},
                                                                {"unit", "S/m"},
                                                                {"electrolyte", "nyman2008"},
                                                                {"temperature", "303.15K"},
                                                                {"salt-concentration", "1200"},
                                                                {"default-insulating", "true"},
                                                                {"allow-absent", "true"},
                                                                {"study", "effective_transport"},
                                                                {"axis", "x,z"},
                                                                {"periodic-sides", "true"},
                                                                {"resolution-study", "true"},
                                                                {"thickness", "y"},
                                                                {"separator", "high"},
                                                                {"impedance", "true"},
                                                                {"double-layer", "0.1"},
                                                                {"charge-transfer-resistance", "0.002"},
                                                                {"boundary", "membrane"},
                                                                {"capacity", "2=0.47,solid=0.3"},
                                                                {"end-time", "0.5"},
                                                                {"end-seconds", "1h30m"},
                                                                {"time-scheme", "backward-euler"},
                                                                {"time-step", "0.01"},
                                                                {"time-tolerance", "0.0001"},
                                                                {"frames", "12"},
                                                                {"solver", "jacobi"},
                                                                {"tolerance", "1e-09"},
                                                                {"flux-balance", "0.25"},
                                                                {"max-iterations", "7"},
                                                                {"precision", "double"},
                                                                {"device", "cuda:1"},
                                                                {"threads", "3"},
                                                                {"output", "report"},
                                                                {"field", "u.vti"},
                                                                {"json", "-"},
                                                                {"csv", "t.csv"},
                                                                {"png", "p"},
                                                                {"flux", "true"},
                                                                {"fields", "true"},
                                                                {"histogram", "h.png"},
                                                                {"overwrite", "true"},
                                                                {"time-limit", "1h30m"},
                                                                {"checkpoint", "out.ckpt"},
                                                                {"no-sampling", "true"},
                                                                {"segmentation-study", "true"},
                                                                {"rve", "0.05"},
                                                                {"limits", "limits.toml"},
                                                                {"operator", "A. Person"},
                                                                {"slice-at", "z=40,x=7"},
                                                                {"dry-run", "true"},
                                                                {"calibration", "bench.json"},
                                                                {"progress", "plain"},
                                                                {"quiet", "true"}};

const Setting<Settings>& row_of(const std::string& name) {
  for (const Setting<Settings>& row : describe())
    if (row.name == name) return row;
  throw std::out_of_range(name);
}

TEST(Settings, EveryTextComesBackAndEveryRowHasAnExample) {
  std::set<std::string> shown;
  for (const auto& [name, text] : examples) {
    Settings settings;
    row_of(name).set(settings, text, name);
    EXPECT_EQ(text_of(row_of(name), row_of(name).value(settings)), text) << name;
    shown.insert(name);
  }
  for (const Setting<Settings>& row : describe()) EXPECT_TRUE(shown.contains(row.name)) << row.name;
}

TEST(Settings, EveryDefaultIsReadBackAsItself) {
  for (const Setting<Settings>& row : describe()) {
    if (row.standard.is_null()) continue;
    Settings settings;
    row.set(settings, text_of(row, row.standard), row.name);
    EXPECT_EQ(row.value(settings), row.standard) << row.name;
  }
}

TEST(Settings, LengthsKeepTheirBits) {
  for (const char* text :
       {"0.4um", "123.456nm", "1e-11m", "0.1um", "0.7um", "3mm", "0.30000000000000004um"}) {
    Settings first, again;
    row_of("voxel-size").set(first, text, "");
    row_of("voxel-size").set(again, text_of(row_of("voxel-size"), row_of("voxel-size").value(first)), "");
    EXPECT_EQ(*first.read.voxel_size, *again.read.voxel_size) << text;
  }
}

TEST(Settings, TheKeyOfAResultChangesWithWhatChangesTheResultAndWithNothingElse) {
  const std::set<std::string> elsewhere{"threads",   "field",      "json",        "csv",      "png",
                                        "overwrite", "dry-run",    "calibration", "progress", "quiet",
                                        "output",    "time-limit", "checkpoint",  "limits",   "operator",
                                        "slice-at",  "histogram",  "flux",        "frames"};
  for (const auto& [name, text] : examples) {
    Settings settings;
    row_of(name).set(settings, text, name);
    const bool is_default = row_of(name).value(settings) == row_of(name).standard;
    EXPECT_EQ(result_key(settings) != result_key(Settings()), !elsewhere.contains(name) && !is_default)
        << name;
  }
}

TEST(Settings, TheKeyOfAResultIsTheSameForEveryWayToSayTheSame) {
  const auto key = [](const std::string& name, const std::string& text) {
    Settings settings;
    row_of(name).set(settings, text, name);
    return result_key(settings);
  };
  EXPECT_EQ(key("mask", "a/mask.h5"), key("mask", "other.npy"));  // who asks compares what is in them
  EXPECT_EQ(key("conductivity-table", "a.csv"), key("conductivity-table", "b/a.csv"));
  for (const char* name : {"hdf5-plugins", "external-files"}) {
    EXPECT_EQ(key(name, "filters"), key(name, "./a/../filters")) << name;
    EXPECT_EQ(key(name, "filters"), key(name, std::filesystem::absolute("filters").string())) << name;
    EXPECT_NE(key(name, "filters"), key(name, "a/filters")) << name;
  }
  for (const char* name : {"conductivity", "electronic", "phase-porosity", "capacity", "clean"}) {
    EXPECT_EQ(key(name, "0=2,solid=1"), key(name, "solid=1,0=2")) << name;
    EXPECT_NE(key(name, "0=2,solid=1"), key(name, "0=1,solid=2")) << name;
  }
  EXPECT_EQ(key("voxel-size", "0.4um"), key("voxel-size", "400nm"));
}

TEST(Settings, LengthsDoNotDependOnTheUnit) {
  for (const char* text : {"0.4um", "400nm", "4e2nm", "+4E-1um", "0.0004mm", "0.00004cm", "4e-7m", "400.nm"})
    EXPECT_EQ(parse::lengths(text, "")[0], 4e-7) << text;
  for (int nm = 1; nm < 3000; ++nm)
    EXPECT_EQ(parse::lengths(fmt::format("{}nm", nm), ""),
              parse::lengths(fmt::format("{}.{:03}um", nm / 1000, nm % 1000), ""))
        << nm;
  for (const char* bad : {"4enm", "4e-1e2nm", "1e999um", "1e-999um", "e2nm", "1e99999999999999999999nm"})
    EXPECT_THROW((void)parse::lengths(bad, ""), Error) << bad;
}

TEST(Settings, JsonHoldsTypedValuesAndNullWhereNothingIsSaid) {
  const nlohmann::ordered_json j = settings_json(Settings());
  EXPECT_EQ(j["tolerance"], 1e-4);
  EXPECT_EQ(j["axis"], nlohmann::ordered_json::array({"z"}));
  EXPECT_EQ(j["quiet"], false);
  for (const char* name : {"phase", "threads", "json", "dataset", "voxel-size", "time-limit"})
    EXPECT_TRUE(j[name].is_null()) << name;
}

TEST(Settings, RangesAreCheckedFromTheRow) {
  Settings settings;
  for (const auto& [name, bad] :
       {std::pair("tolerance", "0.2"), std::pair("flux-balance", "1e-7"), std::pair("threads", "0"),
        std::pair("max-iterations", "0"), std::pair("header-bytes", "-1")})
    EXPECT_THROW(row_of(name).set(settings, bad, name), Error) << name;
}

TEST(Durations, AreSecondsOrHoursMinutesAndSeconds) {
  EXPECT_EQ(parse::duration("3600", ""), 3600);
  EXPECT_EQ(parse::duration("55m", ""), 3300);
  EXPECT_EQ(parse::duration("1h30m", ""), 5400);
  EXPECT_EQ(parse::duration("2h5s", ""), 7205);
  EXPECT_EQ(parse::duration("0.5s", ""), 0.5);
  EXPECT_EQ(parse::duration("10:00", ""), 600);  // as Slurm has it
  EXPECT_EQ(parse::duration("00:10:00", ""), 600);
  EXPECT_EQ(parse::duration("26:00:01", ""), 93601);
  EXPECT_EQ(parse::duration("1-02", ""), 93600);
  EXPECT_EQ(parse::duration("1-02:30", ""), 95400);
  EXPECT_EQ(parse::duration(" 1-02:00:00 ", ""), 93600);
  for (const char* bad :
       {"",    "0",        "-5",   "m",    "1h30",   "30m1h", "5 parsecs",     "1m1m",    "inf",
        "5ms", "00:00:00", "0-0",  "1:",   ":30",    "1:60",  "1:00:60",       "1:2:3:4", "1-2:3:4:5",
        "1-",  "-1:00",    "1--2", "1:-5", "1.5:00", "1h:00", "99999999999-00"})
    EXPECT_THROW((void)parse::duration(bad, ""), Error) << bad;
}

TEST(Help, HoldsEverySettingOfACommandWithItsDefault) {
  const Command command{.name = "solve", .meaning = "m", .settings = facts_of(describe())};
  const std::string text = help_text(command);
  for (const Setting<Settings>& row : describe())
    EXPECT_NE(text.find(row.positional ? placeholder(row) : "--" + row.name), std::string::npos) << row.name;
  EXPECT_NE(text.find("default 100000"), std::string::npos);
}

}  // namespace
}  // namespace tauvox
