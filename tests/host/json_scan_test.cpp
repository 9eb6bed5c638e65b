// JSON read without a tree says what a tree says, and refuses what is none.
#include "host/report/json_scan.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "host/batch/results_rows.hpp"
#include "kernels/base/error.hpp"
#include "tests/io/write_support.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

Json tree_of(JsonScan& scan) {
  switch (scan.next()) {
    case JsonScan::Kind::object: {
      Json object = Json::object();
      scan.members([&](const std::string& key) { object[std::string(key)] = tree_of(scan); });
      return object;
    }
    case JsonScan::Kind::list: {
      Json list = Json::array();
      scan.elements([&] { list.push_back(tree_of(scan)); });
      return list;
    }
    case JsonScan::Kind::text: {
      std::string text;
      scan.text(text);
      return text;
    }
    default: {
      const std::string_view written = scan.other();
      if (is_number(written)) return number_of(written);
      return written == "null" ? Json() : Json(written == "true");
    }
  }
}

/// Nothing where it is no JSON.
std::optional<Json> scanned(const std::string& text) {
  try {
    JsonScan scan(text);
    Json tree = tree_of(scan);
    scan.end();
    return tree;
  } catch (const JsonScan::Fault&) {
    return std::nullopt;
  }
}

bool is_skipped(const std::string& text) {
  try {
    JsonScan scan(text);
    const std::string_view all = scan.skip();
    scan.end();
    return text.find(all) != std::string::npos;
  } catch (const JsonScan::Fault&) {
    return false;
  }
}

const std::string sample =
    R"({"a": [1, -2.5e-3, 0, 1E+2, 12345678901234567890, 4.9e-324], "b\n\"\\\u00e9\ud83d\ude00": {"c": null, "d": true, "e": false},
  "Größe": "µm", "": [], "f": {}, "g": [[{"h": [""]}]]})";

TEST(JsonScan, SaysWhatATreeSays) {
  EXPECT_EQ(scanned(sample), Json::parse(sample));
  EXPECT_TRUE(is_skipped(sample));
  EXPECT_EQ(scanned("\xef\xbb\xbf [1]\n"), Json::parse("[1]"));
}

TEST(JsonScan, RefusesWhatIsNone) {
  for (const char* text :
       {"",           " ",           "{",     "[1,]",      "[1 2]",         "{\"a\" 1}", "{\"a\":1,}",
        "{a:1}",      "[01]",        "[1.]",  "[.5]",      "[+1]",          "[-]",       "[1e]",
        "[nul]",      "[truefalse]", "[\"a]", "[\"\\x\"]", "[\"\\ud800\"]", "[\"\t\"]",  "[1]x",
        "[\"\xff\"]", "]",           "[1}",   "[inf]",     "[NaN]",         "\"\\",      "{1:2}"}) {
    EXPECT_FALSE(scanned(text)) << text;
    EXPECT_FALSE(is_skipped(text)) << text;
    EXPECT_TRUE(Json::parse(text, nullptr, false).is_discarded()) << text;
  }
}

TEST(JsonScan, IsNotLedAstrayByLevels) {
  EXPECT_TRUE(is_skipped(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(is_skipped(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(is_skipped(std::string(1000000, '[')));
}

/// Bytes changed, taken out and put in, at random: the two agree whether that is JSON, and on what it says.
TEST(JsonScan, AgreesWithATreeOnDamagedText) {
  std::mt19937 random(7);
  const std::string bytes = "{}[],:\"\\0123456789.eE+-ntfu \n\x01\xc3\xa9";
  int valid = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = sample;
    for (unsigned changes = 1 + random() % 3; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      const char byte = bytes[random() % bytes.size()];
      switch (random() % 3) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, byte);
      }
    }
    Json expected = Json::parse(text, nullptr, false);
    const std::optional<Json> found = scanned(text);
    ASSERT_EQ(found.has_value(), !expected.is_discarded()) << text;
    ASSERT_EQ(is_skipped(text), found.has_value()) << text;
    if (!found) continue;
    ++valid;
    ASSERT_EQ(*found, expected) << text;
  }
  EXPECT_GT(valid, 200);
}

class ResultsRowsTest : public test::WriteTest {
 protected:
  ResultsRows rows(const std::string& text) {
    test::put(in("results.json"), text);
    return rows_of_file(in("results.json"));
  }
};

TEST_F(ResultsRowsTest, HaveWhatTheFileSays) {
  const ResultsRows found =
      rows(R"({"status": "success", "input": {"sha256": "ab", "shape": [1, 2, 3]}, "results": [
      {"study": "a", "phase": "pore", "axis": "z", "with": null, "quantities": {
        "porosity": {"value": 0.5, "unit": "1", "uncertainty": {
          "resolution": {"half_width": 0.3, "kind": "estimate", "one_sided": true}, "solver": {"half_width": null},
          "sampling": {"half_width": 0.4, "kind": "estimate"}}, "combined": {"half_width": 9, "dominated_by": "sampling"}},
        "open": {"value": 1, "uncertainty": {"solver": {"half_width": 1e-6, "kind": "bound"}, "resolution": {"half_width": null}}},
        "none": {"value": 1, "combined": {"half_width": null}},
        "tau": {"value": null, "unit": "1", "infinite": true}}, "seconds": 0.25},
      7,
      {"phase": "pore", "axis": "z", "quantities": {"porosity": {"value": 0.6}, "count": {"value": -3, "unit": "m"}}},
      {"phase": "pore", "with": ["active", "binder"], "quantities": {}},
      {"phase": "active", "axis": "z", "remarks": ["electronic transport"]},
      {"phase": "active", "axis": "z", "carrier": "electrons", "quantities": {"tau": {"value": 2}}},
      {"phase": "active", "axis": "z", "carrier": "ions", "quantities": {"tau": {"value": 3}}}], "warnings": ["w"]})");
  EXPECT_EQ(found.facts.dump(), R"({"status":"success","input":{"sha256":"ab","shape":[1,2,3]}})");
  ASSERT_EQ(found.rows.size(), 4u);
  const LotRow& pore = found.rows[0];
  EXPECT_EQ(pore.subject(), "pore, axis z");
  ASSERT_EQ(pore.values.size(), 5u);
  const LotValue& porosity = *pore.value("porosity");
  EXPECT_EQ(porosity.value, 0.5);
  EXPECT_EQ(porosity.half_widths, (std::map<std::string, double>{{"resolution", 0.3}, {"sampling", 0.4}}));
  EXPECT_EQ(porosity.half_width, 9);  // as the results have it
  EXPECT_EQ(pore.value("open")->half_widths, (std::map<std::string, double>{{"solver", 1e-6}}));
  EXPECT_FALSE(pore.value("open")->half_width);  // of those that are known alone: too certain
  EXPECT_FALSE(pore.value("none")->half_width);
  EXPECT_TRUE(pore.value("tau")->infinite);
  EXPECT_FALSE(pore.value("tau")->value);
  EXPECT_EQ(pore.value("count")->value, -3);
  EXPECT_EQ(pore.value("count")->unit, "m");
  EXPECT_EQ(found.rows[1].with, "active+binder");
  EXPECT_EQ(found.rows[2].phase, "active (electrons)");
  EXPECT_EQ(found.rows[2].carrier, "electrons");
  EXPECT_EQ(found.rows[2].value("tau")->value, 2);
  EXPECT_EQ(found.rows[3].phase, "active");
  EXPECT_EQ(found.rows[3].carrier, "ions");
  EXPECT_EQ(found.rows[3].value("tau")->value, 3);
}

TEST_F(ResultsRowsTest, HaveAllThatAnyStudySaysOfANumber) {
  const ResultsRows found = rows(R"({"results": [
      {"phase": "pore", "axis": "y", "quantities": {"fraction": {"value": 0.4}, "other": {"value": 1},
        "share": {"value": 0.5, "uncertainty": {"resolution": {"half_width": 0.3}}}, "open": {"value": null}}},
      {"phase": "pore", "axis": "y", "quantities": {
        "fraction": {"value": 0.40000000000000002, "uncertainty": {"sampling": {"half_width": 0.02}}, "combined": {"half_width": 0.06}},
        "other": {"value": 2, "uncertainty": {"sampling": {"half_width": 0.1}}},
        "share": {"value": 0.5, "uncertainty": {"sampling": {"half_width": 0.2}, "resolution": {"half_width": 9}}},
        "open": {"value": 7}}}]})");
  ASSERT_EQ(found.rows.size(), 1u);
  const LotRow& pore = found.rows[0];
  EXPECT_EQ(pore.value("fraction")->value, 0.4);
  EXPECT_EQ(pore.value("fraction")->half_widths, (std::map<std::string, double>{{"sampling", 0.02}}));
  EXPECT_EQ(pore.value("fraction")->half_width, 0.06);
  EXPECT_EQ(pore.value("other")->value, 2);  // another number with its own interval, not that of the first
  EXPECT_EQ(pore.value("other")->half_widths, (std::map<std::string, double>{{"sampling", 0.1}}));
  EXPECT_EQ(pore.value("share")->half_widths,
            (std::map<std::string, double>{{"resolution", 0.3}, {"sampling", 0.2}}));
  EXPECT_EQ(pore.value("open")->value, 7);
}

TEST_F(ResultsRowsTest, OfSomethingElseAreRefused) {
  for (const char* text :
       {"{}", "[]", "7", R"({"results": {}})", R"({"results": [)", R"({"results": []} {})"}) {
    try {
      rows(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_refused) << text;
    }
  }
}

}  // namespace
}  // namespace tauvox
