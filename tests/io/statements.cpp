// What a file states of its labels and of how it came about: texts there and back.
#include "io/statements.hpp"

#include <gtest/gtest.h>

namespace tauvox::io {
namespace {

TEST(Statements, StepsKeepTheirNumbersAndTheFileIsTheLast) {
  const Statements found = statements_of({{"input", "b.h5"},
                                          {"history_2_input", "a.tif"},
                                          {"length_unit", "um"},
                                          {"history_1_read_crop", ":,:,0:5"},
                                          {"history_1_input", "scan.raw"},
                                          {"phases", "pore=0"}},
                                         "somewhere");
  const History expected{{{"input", "scan.raw"}, {"read_crop", ":,:,0:5"}},
                         {{"input", "a.tif"}},
                         {{"input", "b.h5"}, {"phases", "pore=0"}}};
  EXPECT_EQ(found.history, expected);
  EXPECT_EQ(found.phases, "pore=0");
  EXPECT_EQ(found.phases_source, "somewhere");
  EXPECT_EQ(statements_of(texts_of(expected), "").history, expected);
}

TEST(Statements, TenStepsStayInOrder) {
  History history;
  for (int step = 0; step < 12; ++step) history.push_back({{"input", std::to_string(step)}});
  EXPECT_EQ(statements_of(texts_of(history), "").history, history);
}

TEST(Statements, OnlyOurOwnLinesCount) {
  const Texts lines =
      texts_in_lines("ImageJ=1.54f\ntauvox_phases=a=1,b=2\r\nphases=c=3\nno equals\ntauvox_x=");
  EXPECT_EQ(statements_with_prefix(lines, "s").phases, "a=1,b=2");
  const History expected{{{"phases", "a=1,b=2"}, {"x", ""}}};
  EXPECT_EQ(statements_with_prefix(lines, "s").history, expected);
  EXPECT_TRUE(statements_with_prefix({{"input", "x"}}, "s").history.empty());
}

TEST(Statements, NamesArePhasesWhereTheyArePlain) {
  Statements stated;
  take_names({{"pore", "0"}, {"active material", "12"}}, "header", stated);
  EXPECT_EQ(stated.phases, "pore=0,active material=12");
  EXPECT_TRUE(stated.unclear.empty());
  for (const std::vector<NamedLabel>& names : {std::vector<NamedLabel>{{"a,b", "1"}},
                                               {{"a", "1"}, {"b", "1"}},
                                               {{"a", "1"}, {"a", "2"}},
                                               {{"a", ""}},
                                               {{"a", "-1"}},
                                               {{"a=b", "1"}}}) {
    Statements unclear;
    take_names(names, "header", unclear);
    EXPECT_EQ(unclear.phases, "");
    ASSERT_EQ(unclear.unclear.size(), 1u);
    EXPECT_NE(unclear.unclear.front().find("(header)"), std::string::npos);
  }
}

TEST(Statements, NamesThatNoPhaseCanHaveAreKeptApart) {
  Statements stated;
  take_usable_names(
      {{"", "0"}, {" pore\t", "1"}, {"a,b", "2"}, {"twice", "3"}, {"twice", "4"}, {"9", "5"}, {"\xe4", "6"}},
      "rows", stated);
  EXPECT_EQ(stated.phases, "pore=1");
  EXPECT_EQ(stated.phases_source, "rows");
  ASSERT_EQ(stated.unused.size(), 1u);
  EXPECT_EQ(stated.unused.front(), "'a,b' = 2, 'twice' = 3, 'twice' = 4, '9' = 5, '\\xe4' = 6 (rows)");
  EXPECT_TRUE(stated.unclear.empty());
  Statements many;
  std::vector<NamedLabel> names(25, {"=", "1"});
  take_usable_names(names, "rows", many);
  EXPECT_EQ(many.phases, "");
  EXPECT_EQ(many.phases_source, "");
  EXPECT_TRUE(many.unused.front().ends_with("'=' = 1 and 5 more (rows)"));
  take_usable_names({}, "rows", many);
  EXPECT_EQ(many.unused.size(), 1u);
}

TEST(Statements, ANameBeginsWithALetterAndIsShort) {
  for (const char* name : {"p", "active material", "Ti-6Al-4V (alpha)", "\xce\xb3-Fe"})
    EXPECT_TRUE(is_phase_name(name));
  for (const char* name : {"", "1a", " a", "a,b", "a=b", "a+b", "a;b", "a\"b", "a'b", "a\\b", "a\nb", "\xce"})
    EXPECT_FALSE(is_phase_name(name)) << name;
  EXPECT_TRUE(is_phase_name(std::string(64, 'x')));
  EXPECT_FALSE(is_phase_name(std::string(65, 'x')));
}

}  // namespace
}  // namespace tauvox::io
