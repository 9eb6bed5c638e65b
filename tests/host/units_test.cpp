// Units as people write them, and what they say of the property.
#include "host/studies/units.hpp"

#include <gtest/gtest.h>

namespace tauvox {
namespace {

struct Spelling {
  const char *unit, *symbol, *si;
  double to_si;
};

TEST(Units, EverySpellingOfAKnownUnitIsUnderstood) {
  for (const Spelling& s : {Spelling{"S/m", "sigma", "S/m", 1},
                            {"S m-1", "sigma", "S/m", 1},
                            {"S·m⁻¹", "sigma", "S/m", 1},
                            {"mS/cm", "sigma", "S/m", 0.1},
                            {"mS cm^-1", "sigma", "S/m", 0.1},
                            {"S/cm", "sigma", "S/m", 100},
                            {"µS/cm", "sigma", "S/m", 1e-4},
                            {"m2/s", "D", "m2/s", 1},
                            {"m²/s", "D", "m2/s", 1},
                            {"m^2/s", "D", "m2/s", 1},
                            {"m**2/s", "D", "m2/s", 1},
                            {"m2 s-1", "D", "m2/s", 1},
                            {"m²·s⁻¹", "D", "m2/s", 1},
                            {"cm2/s", "D", "m2/s", 1e-4},
                            {"um2/s", "D", "m2/s", 1e-12},
                            {"W/(m K)", "k", "W/(m K)", 1},
                            {"W/(m*K)", "k", "W/(m K)", 1},
                            {"W/m/K", "k", "W/(m K)", 1},
                            {"W/mK", "k", "W/(m K)", 1},
                            {"W m-1 K-1", "k", "W/(m K)", 1},
                            {"mW/(cm K)", "k", "W/(m K)", 0.1},
                            {"S/mm", "sigma", "S/m", 1000},
                            {"1/(ohm m)", "sigma", "S/m", 1},
                            {"1/(Ohm m)", "sigma", "S/m", 1},
                            {"1/(ohm*cm)", "sigma", "S/m", 100},
                            {"Ω⁻¹ m⁻¹", "sigma", "S/m", 1},
                            {"\u2126-1 cm-1", "sigma", "S/m", 100},
                            {"1/kohm/m", "sigma", "S/m", 1e-3},
                            {"1/(mOhm m)", "sigma", "S/m", 1e3},
                            {"ohm-1 m-1", "sigma", "S/m", 1}}) {
    const Property p = property_of(s.unit);
    EXPECT_EQ(p.symbol, s.symbol) << s.unit;
    EXPECT_EQ(p.si, s.si) << s.unit;
    ASSERT_TRUE(p.to_si) << s.unit;
    EXPECT_NEAR(*p.to_si, s.to_si, 1e-12 * s.to_si) << s.unit;
    EXPECT_EQ(p.unit, s.unit);
  }
}

TEST(Units, AnyOtherTextStaysALabel) {
  for (const char* unit :
       {"furlongs", "S", "m/s", "S/m2", "1/m", "/", "m2/", "(m2/s", "xm2/s", "m2/s, \"x\"",
        "m999999999999999999/s", "S//m", "mS/mc", "ohm m", "1/ohm", "1/(xohm m)", "1/(oh m)"}) {
    const Property p = property_of(unit);
    EXPECT_FALSE(p.to_si) << unit;
    EXPECT_EQ(p.unit, unit);
    EXPECT_EQ(p.symbol, "D");
  }
}

TEST(Units, ResistancesOfAnAreaAreConverted) {
  const std::optional<double> factor = factor_between("mohm cm2", "ohm m2");
  ASSERT_TRUE(factor);
  EXPECT_NEAR(*factor, 1e-7, 1e-19);
  EXPECT_FALSE(factor_between("S/m", "ohm m2"));
}

TEST(Units, RelativeValuesHaveNoUnit) {
  const Property p = property_of("relative");
  EXPECT_EQ(property_of("").unit, p.unit);
  EXPECT_EQ(p.unit, "1");
  EXPECT_FALSE(p.to_si);
  EXPECT_EQ(in_words_of(property_of("S/m"), "{D}_eff/{D}0, {property}"),
            "sigma_eff/sigma0, electrical conductivity");
}

}  // namespace
}  // namespace tauvox
