// The benchmark's own arithmetic: what a row shows, what its gate lets through, and what --compare refuses.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "host/bench/cases.hpp"
#include "host/bench/compare.hpp"
#include "host/bench/measure.hpp"
#include "host/bench/row.hpp"
#include "host/bench/tool.hpp"
#include "host/report/escape.hpp"
#include "host/studies/study.hpp"
#include "tests/support.hpp"

namespace tauvox::bench {
namespace {

using Json = nlohmann::ordered_json;

Result answer(double ratio, double seconds = 2, double error = 1e-5) {
  Result r;
  r.status = Status::converged;
  r.quantities = {{"effective_ratio", ratio}};
  r.solver.emplace();
  r.solver->error = error;
  r.solver->error_kind = "bound";
  r.stages.emplace();
  r.stages->transfer.seconds = 0.1 * seconds;
  r.stages->setup.seconds = 0.3 * seconds;
  r.stages->solve = {0.5 * seconds, 4'000'000'000};
  r.seconds = seconds;
  return r;
}

Measured measured(std::vector<Result> runs) {
  Measured m;
  m.name = "nobody's case";
  m.size = {100, 200, 300};
  m.runs = std::move(runs);
  m.peak_bytes = 60'000'000;
  m.joule = 30;
  return m;
}

/// A file of one row on one device; `change` may spoil it.
std::string file_text(double ratio, const std::function<void(Json&)>& change = {}, double seconds = 2) {
  Json file = {{"schema_version", "1.0"},
               {"kind", "tauvox bench"},
               {"date", "2026-11-25T07:00:00Z"},
               {"finished", true},
               {"tool", {{"version", "0.1.0"}, {"commit", "abc"}}},
               {"hardware",
                {{"load_average", 1.25},
                 {"cpu", {{"processors", 2}}},
                 {"device", {{"name", "a CPU"}, {"kind", "cpu"}, {"threads", 2}}}}},
               {"settings", {{"precision", "mixed"}, {"tolerance", 1e-4}}},
               {"rows", Json::array()},
               {"skipped", Json::array()}};
  file["rows"].push_back(row_json(measured({answer(ratio, seconds)}), nullptr, {1e-4, 5e9, {}}));
  if (change) change(file);
  return file.dump();
}

std::vector<BenchFile> two(const std::string& a, const std::string& b) {
  return {parse_bench_file("a.json", a), parse_bench_file("b.json", b)};
}

/// Message and code of the Error that `action` throws.
template <class Action>
void expect_error(ExitCode code, const std::vector<std::string>& words, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    for (const std::string& word : words)
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << word << " in " << error.what();
    return;
  }
  ADD_FAILURE() << "nothing was thrown";
}

TEST(BenchRow, NormalisesTheMedians) {
  const StoredAnswer stored{"nobody's case", 100, 0.25, 0};
  const Json row =
      row_json(measured({answer(0.25, 2), answer(0.25, 4), answer(0.25, 3)}), &stored, {1e-4, 8e9, 16e9});
  EXPECT_TRUE(row["valid"]);
  EXPECT_EQ(row["seconds"]["total"], 3);
  EXPECT_DOUBLE_EQ(row["seconds"]["setup"], 0.9);
  EXPECT_EQ(row["voxels_per_second"], 2e6);         // 6e6 voxels in 3 s
  EXPECT_DOUBLE_EQ(row["gb_per_second"], 4 / 1.5);  // 4 GB in the 1.5 s of the solve
  EXPECT_DOUBLE_EQ(row["triad_fraction"], 4 / 1.5 / 8);
  EXPECT_DOUBLE_EQ(row["peak_fraction"], 4 / 1.5 / 16);
  EXPECT_EQ(row["energy_joule"], 10);  // 30 J for three
  EXPECT_EQ(row["bytes_per_voxel_peak"], 10);
  EXPECT_DOUBLE_EQ(row["spread"], (3.5 - 2.5) / 3);
  EXPECT_EQ(row["judged_by"], "stored answer");
}

TEST(BenchRow, AWrongAnswerShowsNoSpeed) {
  const StoredAnswer stored{"nobody's case", 100, 0.25, 0};
  const Json row = row_json(measured({answer(0.2501)}), &stored, {1e-4, 8e9, 16e9});
  EXPECT_FALSE(row["valid"]);
  EXPECT_NE(row["reason"].get<std::string>().find("0.2501"), std::string::npos);
  for (const char* name :
       {"voxels_per_second", "gb_per_second", "triad_fraction", "peak_fraction", "energy_joule", "spread"})
    EXPECT_TRUE(row[name].is_null()) << name;
  for (const auto& [stage, seconds] : row["seconds"].items()) EXPECT_TRUE(seconds.is_null()) << stage;
}

TEST(BenchGate, TheStoredAnswerDecidesElseTheBound) {
  const StoredAnswer stored{"any", 100, 0.25, 1e-9};
  EXPECT_EQ(gate({answer(0.25 * (1 + 0.9e-4))}, &stored, 1e-4), "");
  EXPECT_NE(gate({answer(0.25 * (1 + 1.1e-4))}, &stored, 1e-4), "");
  EXPECT_EQ(gate({answer(0.7)}, nullptr, 1e-4), "");
  EXPECT_NE(gate({answer(0.7, 2, 2e-4)}, nullptr, 1e-4), "");
  Result estimated = answer(0.7);
  estimated.solver->error_kind = "estimate";
  EXPECT_NE(gate({estimated}, nullptr, 1e-4), "");
}

TEST(BenchGate, UnlikeRepeatsAndUnfinishedOnesFail) {
  EXPECT_NE(gate({answer(0.25), answer(std::nextafter(0.25, 1))}, nullptr, 1e-4).find("repeats differ"),
            std::string::npos);
  Result stopped = answer(0.25);
  stopped.status = Status::not_converged;
  stopped.reason = "too few iterations";
  EXPECT_NE(gate({answer(0.25), stopped}, nullptr, 1e-4).find("too few iterations"), std::string::npos);
}

TEST(BenchFileText, IsReadBack) {
  const BenchFile file = parse_bench_file("a.json", file_text(0.25));
  EXPECT_EQ(file.device, "a CPU, 2 threads");
  EXPECT_EQ(file.detail, "tauvox 0.1.0 abc, 2026-11-25, load 1.2");
  ASSERT_EQ(file.rows.size(), 1u);
  EXPECT_EQ(file.rows[0].size, (std::array<std::int64_t, 3>{100, 200, 300}));
  EXPECT_EQ(file.rows[0].voxels_per_second, 3e6);
  EXPECT_DOUBLE_EQ(*file.rows[0].triad_fraction, 0.8);
}

TEST(BenchFileText, WhatIsNoBenchFileIsRefused) {
  const auto refused = [](const std::string& text, const std::vector<std::string>& words) {
    expect_error(ExitCode::input_refused, words, [&] { parse_bench_file("x.json", text); });
  };
  refused("{", {"x.json"});
  refused("[1]", {"x.json", "kind"});
  refused("{\"status\": \"converged\"}", {"kind"});
  refused(file_text(0.25, [](Json& j) { j["schema_version"] = "2.0"; }), {"2.0", "reads 1.0 and 1.1"});
  refused(file_text(0.25, [](Json& j) { j["rows"][0].erase("valid"); }), {"valid"});
  refused(file_text(0.25, [](Json& j) { j["rows"][0]["size"] = "big"; }), {"x.json"});
  refused(file_text(0.25, [](Json& j) { j["rows"].push_back(j["rows"][0]); }), {"twice", "100x200x300"});
  refused(file_text(0.25, [](Json& j) { j["rows"][0]["error"]["value"] = 0.5; }), {"out of range"});
  refused(file_text(0.25, [](Json& j) { j["rows"][0]["voxels_per_second"] = 9e9; }), {"do not fit together"});
}

TEST(BenchCompare, AnswersWithinTheirErrorsPass) {
  EXPECT_NO_THROW(check_same_answers(two(file_text(0.25), file_text(0.25 * (1 + 1.9e-5)))));
}

TEST(BenchCompare, AnswersThatDifferAreRefusedWithBothNamed) {
  expect_error(ExitCode::input_invalid,
               {"b.json", "a.json", "nobody's case", "100x200x300", "0.25001", "0.25 "},
               [] { check_same_answers(two(file_text(0.25), file_text(0.25001))); });
}

TEST(BenchCompare, AnAnswerThatIsNotTheStoredOneIsRefused) {
  const StoredAnswer& stored = stored_answers().front();
  const auto with_answer = [&](double ratio) {
    return file_text(0.25, [&](Json& j) {
      Json& row = j["rows"][0];
      row["case"] = stored.name;
      row["size"] = {stored.edge, stored.edge, stored.edge};
      row["effective_ratio"] = ratio;
      row["fastest_seconds"] = row["slowest_seconds"] = row["seconds"]["total"] =
          std::pow(static_cast<double>(stored.edge), 3) / row["voxels_per_second"].get<double>();
    });
  };
  const std::string right = with_answer(eight_digits(stored.effective_ratio));
  const std::string wrong = with_answer(eight_digits(1.001 * stored.effective_ratio));
  EXPECT_NO_THROW(check_same_answers(two(right, right)));
  expect_error(ExitCode::input_invalid, {"a.json", stored.name, "stored"},
               [&] { check_same_answers(two(wrong, wrong)); });
}

TEST(BenchCompare, AnotherToleranceIsRefused) {
  const std::string loose = file_text(0.25, [](Json& j) { j["settings"]["tolerance"] = 1e-2; });
  expect_error(ExitCode::input_invalid, {"settings differ", "0.01"},
               [&] { check_same_answers(two(file_text(0.25), loose)); });
}

TEST(BenchCompare, SpeedsAreRelativeToTheFirstFile) {
  const Comparison comparison(two(file_text(0.25), file_text(0.25, {}, 0.5)));
  ASSERT_EQ(comparison.lines.size(), 1u);
  EXPECT_DOUBLE_EQ(comparison.mean_speed[1], 4);
  const std::string text = to_text(comparison), markdown = to_markdown(comparison);
  for (const std::string& table : {text, markdown}) {
    EXPECT_NE(table.find("4.00"), std::string::npos) << table;
    EXPECT_NE(table.find("12.0"), std::string::npos) << table;  // Mvoxel/s of B
  }
  EXPECT_NE(markdown.find("|---|---|---:|"), std::string::npos);
}

TEST(BenchCompare, RowsThatOneFileLacksAreListedNotCompared) {
  const auto add = [](Json& j) {
    Json row = j["rows"][0];
    row["case"] = "another";
    j["rows"].push_back(row);
    row["case"] = "third";
    row["valid"] = false;
    row["reason"] = "it went wrong";
    j["rows"].push_back(row);
    j["skipped"].push_back({{"case", "fourth"}, {"size", nullptr}, {"reason", "no room"}});
  };
  const Comparison comparison(two(file_text(0.25), file_text(0.25, add)));
  EXPECT_EQ(comparison.lines.size(), 1u);
  const std::string text = to_text(comparison);
  for (const char* words :
       {"another 100x200x300: not in A", "third 100x200x300: not valid in B: it went wrong",
        "fourth largest: skipped in B: no room"})
    EXPECT_NE(text.find(words), std::string::npos) << text;
  const auto drop = [](Json& j) { j["rows"][0]["case"] = "other"; };
  expect_error(ExitCode::input_invalid, {"no valid row in common"},
               [&] { Comparison(two(file_text(0.25), file_text(0.25, drop))); });
}

TEST(BenchCompare, ThePictureHasTheFiguresAndEscapesNames) {
  const auto rename = [](Json& j) { j["hardware"]["device"]["name"] = "Bob's <CPU> & \"co\""; };
  const std::string svg = to_svg(Comparison(two(file_text(0.25, rename), file_text(0.25, {}, 0.5))));
  EXPECT_NE(svg.find("A: Bob&#39;s &lt;CPU&gt; &amp; &quot;co&quot;, 2 threads, 2026-11-25"),
            std::string::npos)
      << svg;
  EXPECT_NE(svg.find("higher is better"), std::string::npos);
  EXPECT_NE(svg.find("% of triad"), std::string::npos);
}

TEST(BenchCompare, ThePictureHasBarsFromTheSlowestToTheFastestRepeat) {
  const auto bars = [](const std::string& svg) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = svg.find("stroke-width=\"1.5\"", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  const auto old = [](Json& j) {
    j["schema_version"] = "1.0";
    j["rows"][0].erase("fastest_seconds");
    j["rows"][0].erase("slowest_seconds");
  };
  EXPECT_EQ(bars(to_svg(Comparison(two(file_text(0.25), file_text(0.25))))), 6u);  // a bar and its two ends
  EXPECT_EQ(bars(to_svg(Comparison(two(file_text(0.25, old), file_text(0.25))))), 3u);
}

BenchFile cubes(const std::vector<std::tuple<std::string, int, double>>& rows) {
  BenchFile file;
  file.finished = true;
  file.tolerance = 1e-4;
  file.precision = "mixed";
  for (const auto& [name, edge, speed] : rows) {
    ComparedRow row;
    row.name = name;
    row.size = {edge, edge, edge};
    row.valid = speed > 0;
    row.reason = row.valid ? "" : "it went wrong";
    row.voxels_per_second = 1e6 * speed;
    row.triad_fraction = 0.2;
    file.rows.push_back(row);
  }
  return file;
}

TEST(BenchHeadline, IsTheGeometricMeanAtTheSizeThatAllCasesHave) {
  const BenchFile file = cubes({{"a", 128, 1}, {"b", 128, 4}, {"a", 256, 2}, {"b", 256, 8}, {"a", 512, 3}});
  EXPECT_EQ(headline(file),
            "VALID: geometric mean of 2 cases at 256^3: 4.00 Mvoxel/s, 20 % of triad; the suite has 4 cases");
  EXPECT_NE(headline(cubes({{"a", 64, 1}, {"a", 128, 3}})).find("1 case at 128^3: 3.00"), std::string::npos);
  EXPECT_NE(headline(cubes({{"a", 256, 1}, {"a", 512, 3}})).find("at 256^3"), std::string::npos);
}

TEST(BenchHeadline, SaysWhyThereIsNone) {
  EXPECT_EQ(headline(cubes({{"a", 128, 1}, {"b", 128, 0}, {"a", 64, 0}})),
            "INVALID: b 128^3: it went wrong (and 1 more)");
  EXPECT_EQ(headline(cubes({})), "INVALID: no row was measured");
  EXPECT_EQ(headline(cubes({{"a", 64, 1}, {"b", 128, 1}})).substr(0, 26), "INVALID: there is no size ");
  BenchFile stopped = cubes({{"a", 64, 1}});
  stopped.finished = false;
  EXPECT_EQ(headline(stopped), "INVALID: the run was stopped before its end");
}

TEST(BenchCompare, AFileOfABusyMachineIsMarked) {
  const auto busy = [](Json& j) { j["hardware"]["load_average"] = 7.5; };
  const Comparison comparison(two(file_text(0.25, busy), file_text(0.25)));
  for (const std::string& text : {to_text(comparison), to_markdown(comparison)}) {
    EXPECT_NE(text.find("load 7.5 on 2 processors"), std::string::npos) << text;
    EXPECT_TRUE(text.find("A* Mvoxel/s") != std::string::npos ||
                text.find("A\\* Mvoxel/s") != std::string::npos)
        << text;
    EXPECT_EQ(text.find("B* "), std::string::npos);
    EXPECT_NE(text.find("figures may be too low"), std::string::npos);
  }
  EXPECT_NE(to_svg(comparison).find("busy: load 7.5 on 2"), std::string::npos);
  EXPECT_EQ(to_text(Comparison(two(file_text(0.25), file_text(0.25)))).find("busy"), std::string::npos);
}

TEST(BenchCompare, OneFileIsATableOfIt) {
  std::vector<BenchFile> one{parse_bench_file("a.json", file_text(0.25))};
  const Comparison comparison(std::move(one));
  const std::string text = to_text(comparison);
  EXPECT_NE(text.find("case           size            s  Mvoxel/s  % of triad     J\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("INVALID: there is no size"), std::string::npos) << text;  // 100x200x300 is no cube
  EXPECT_EQ(text.find("geometric mean"), std::string::npos) << text;
}

TEST(BenchCsv, HasEveryRowAndQuotesWhatItMust) {
  const auto rename = [](Json& j) {
    j["hardware"]["device"]["name"] = "=1+1, \"x\"";
    Json row = j["rows"][0];
    row["case"] = "bad";
    row["valid"] = false;
    row["reason"] = "wrong, by far";
    j["rows"].push_back(row);
  };
  const std::string csv = to_csv({parse_bench_file("a.json", file_text(0.25, rename))});
  EXPECT_NE(csv.find("a.json,\"'=1+1, \"\"x\"\", 2 threads\",2026-11-25,1.25,2,nobody's "
                     "case,100,200,300,true,,0.25,2,2,2,"),
            std::string::npos)
      << csv;
  EXPECT_NE(csv.find(",bad,100,200,300,false,\"wrong, by far\",,,,,,,,\n"), std::string::npos) << csv;
}

TEST(BenchText, IsMadeHarmless) {
  EXPECT_EQ(harmless("a\n!touch X\r\tb"), "a !touch X  b");
  EXPECT_EQ(harmless("\x1b[2J\x7f\xc2\x9b"), "?[2J??");
  EXPECT_EQ(harmless("\xe2\x80\xae"
                     "fdp.exe"),
            "?fdp.exe");  // right to left
  EXPECT_EQ(harmless("\xff\xc3(\xed\xa0\x80\xf0\x9f"),
            "?"
            "?(?"
            "??");  // no UTF-8
  EXPECT_EQ(harmless("20 \xc2\xb5m\xc2\xb3"), "20 \xc2\xb5m\xc2\xb3");
  EXPECT_EQ(harmless(std::string(100, 'x'), 10), "xxxxxxx...");
  EXPECT_EQ(harmless(std::string(10, 'x'), 10), std::string(10, 'x'));
  for (const char* text : {"", "/a/b", "/caf\xc3\xa9", "/caf\xe9/\n", "\xff", "bytes:", "bytes:2f"})
    EXPECT_EQ(reversed(reversible(text)), text);
  EXPECT_EQ(reversible("/caf\xc3\xa9"), "/caf\xc3\xa9");
  EXPECT_EQ(reversible("/\xff"), "bytes:2fff");
  EXPECT_EQ(markdown_text("# a|`b` <i> [c](d)"), "\\# a\\|\\`b\\` &lt;i&gt; \\[c\\](d)");
}

TEST(BenchCases, ConductAsMuchAsThePlanBelievesAndPercolate) {
  for (const Case& row : cases()) {
    const Volume volume = make_volume(row, 48);
    const Settings settings = solve_settings(row, "mixed", 1e-4);
    const Materials materials = assign_materials(volume, settings);
    EXPECT_NEAR(materials.volume_fraction, row.conducting, 0.02) << row.name;
    const Result result =
        effective_transport({volume, materials, settings, test::device()}, {}, {}).results.back();
    EXPECT_EQ(result.status, Status::converged) << row.name;
    EXPECT_GT(result.stages->transfer.seconds, 0) << row.name;
    EXPECT_GT(result.stages->setup.seconds, 0) << row.name;
    EXPECT_GT(result.stages->solve.seconds, 0) << row.name;
    EXPECT_LT(result.stages->transfer.seconds + result.stages->setup.seconds + result.stages->solve.seconds,
              result.seconds)
        << row.name;
  }
}

TEST(BenchCases, StoredAnswersAreWhatTheSolverSays) {
  for (const StoredAnswer& stored : stored_answers()) {
    if (stored.edge != 64) continue;
    const Case& row = case_named(stored.name);
    const Volume volume = make_volume(row, stored.edge);
    const Settings settings = solve_settings(row, "double", 1e-7);
    const Materials materials = assign_materials(volume, settings);
    const Result result =
        effective_transport({volume, materials, settings, test::device()}, {}, {}).results.back();
    ASSERT_EQ(gate({result}, &stored, 1e-7), "") << stored.name;
  }
}

TEST(BenchTool, DataSheetsAreFoundByWholeWords) {
  EXPECT_EQ(data_sheet_bandwidth("NVIDIA A100-SXM4-80GB"), 2039e9);
  EXPECT_EQ(data_sheet_bandwidth("NVIDIA A10"), 600e9);
  EXPECT_EQ(data_sheet_bandwidth("NVIDIA H200 NVL"), 4800e9);
  EXPECT_EQ(data_sheet_bandwidth("NVIDIA L40S"), 864e9);
  EXPECT_EQ(data_sheet_bandwidth("NVIDIA A1000"), 0);
  EXPECT_EQ(data_sheet_bandwidth("Some CPU"), 0);
}

TEST(BenchTool, QuantilesAreLinearInBetween) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(quantile({0, 10}, 0.25), 2.5);
  EXPECT_EQ(quantile({7}, 0.75), 7);
}

}  // namespace
}  // namespace tauvox::bench
