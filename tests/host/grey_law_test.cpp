// Laws and tables of grey values, from text.
#include "host/settings/grey_law.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

TEST(GreyTable, HasTwoNumbersALine) {
  const GreyTable expected{{-1.5, 0}, {0, 1}, {255, 2e-3}};
  EXPECT_EQ(grey_table_from("grey,k\n0,1\n255 ; 2e-3 # of the pore\n\n# nothing\r\n-1.5\t0\r\n", "k.csv"),
            expected);
  for (const char* bad :
       {"", "grey,k\n", "1\n", "1,2,3\n", "1,-2\n", "1,nan\n", "1,2\nx,3\n", "1,2\n1,3\n", "1,2x\n"})
    EXPECT_THROW((void)grey_table_from(bad, "k.csv"), Error) << bad;
  try {
    (void)grey_table_from("1,2\n\n7,-3\n", "k.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("k.csv:3"), std::string::npos) << error.what();
  }
}

TEST(GreyTable, GivesStraightLinesBetweenItsRows) {
  MaterialSettings s;
  s.conductivity_table = "k.csv";
  s.grey_table = {{0, 1}, {10, 3}, {11, 0}};
  const GreyLaw law(s);
  EXPECT_EQ(law.conductivity(0), 1);
  EXPECT_EQ(law.conductivity(2.5), 1.5);
  EXPECT_EQ(law.conductivity(10), 3);
  EXPECT_EQ(law.conductivity(11), 0);
  EXPECT_THROW((void)law.conductivity(-0.1), Error);
  EXPECT_THROW((void)law.conductivity(11.1), Error);
}

MaterialSettings with_law(const std::string& text) {
  MaterialSettings s;
  s.law = text;
  return s;
}

#ifdef TAUVOX_HAVE_MUPARSER

/// As it is written, operation by operation: a parser that makes g (1/b) of g / b meets no threshold exactly.
TEST(GreyLaw, IsEvaluatedAsItIsWritten) {
  for (int b = 3; b < 256; ++b) {
    const auto law = [&](const char* text, double grey) {
      return GreyLaw(with_law(fmt::format(fmt::runtime(text), b))).conductivity(grey);
    };
    EXPECT_EQ(law("(1 - g/{0})^1.5", b), 0) << b;
    EXPECT_EQ(law("(g - {0})/17 < 0 ? 0 : 1", b), 1) << b;
    EXPECT_EQ(law("abs(g - 100)/{0}", 37), 63.0 / b) << b;
    EXPECT_EQ(law("g*7/{0} + 1", 119), 119.0 * 7 / b + 1) << b;
    EXPECT_EQ(law("2*(g + {0})*3", 0.1), 2 * (0.1 + b) * 3) << b;
  }
}

TEST(GreyLaw, IsAnExpressionOfTheGreyValue) {
  const auto at = [](const std::string& text, double grey) {
    return GreyLaw(with_law(text)).conductivity(grey);
  };
  EXPECT_EQ(at("k = (1 - g/255)^1.5", 51), std::pow(0.8, 1.5));
  EXPECT_EQ(at("(1 - g/255)^1.5", 51), std::pow(0.8, 1.5));
  EXPECT_EQ(at("k=1", 51), 1);
  EXPECT_EQ(at("g < 80 ? 0 : max(g/255, 0.1)", 79), 0);
  EXPECT_EQ(at("g < 80 ? 0 : max(g/255, 0.5)", 80), 0.5);
  EXPECT_EQ(at("g == 7 ? exp(ln(2)) : sqrt(abs(-g)) + min(g, pi) - log10(100)", 7), std::exp(std::log(2)));
  EXPECT_EQ(at("-g^2", 3), -9);
  EXPECT_EQ(at("2^3^2", 0), 512);
  EXPECT_TRUE(std::isnan(at("(1 - g)^0.5", 2)));
  EXPECT_TRUE(std::isinf(at("1/g", 0)));
}

TEST(GreyLaw, RefusesWhatIsNone) {
  for (const char* bad :
       {"k = ", "(1 - g", "1 - x", "log(g)", "g = 3", "k = g = 3", "1, 2", "g +* 2", "kk = g", "\"g\""})
    EXPECT_THROW((void)GreyLaw(with_law(bad)), Error) << bad;
}

#else

TEST(GreyLaw, NeedsALibraryAndSaysSo) {
  try {
    (void)GreyLaw(with_law("k = g"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("libmuparser-dev"), std::string::npos) << error.what();
  }
}

#endif

}  // namespace
}  // namespace tauvox
