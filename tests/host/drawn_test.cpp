// Samples of a layer are layers that can be.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "host/handover/cell_layer.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

CellLayer layer() {
  CellLayer found;
  found.porosity = {0.4, 0.2, ""};
  found.transport_efficiency = {0.35, {}, ""};
  found.active_fraction = Measured{0.55, {}, ""};
  found.surface = Measured{1e6, 2e6, ""};
  return found;
}

TEST(Drawn, WhatIsKnownExactlyHoldsTheOthersBack) {
  double least = 1, most = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const CellLayer sample = drawn(layer(), 5, i);
    least = std::min(least, sample.porosity.value);
    most = std::max(most, sample.porosity.value);
    EXPECT_GT(sample.surface->value, 0);
    EXPECT_EQ(sample.active_fraction->value, 0.55);
  }
  EXPECT_GE(least, 0.35);  // more is let through than there is pore
  EXPECT_LE(most, 0.45);   // pore and active material fill more than all
  EXPECT_GT(most - least, 0.09);
}

TEST(Drawn, ALimitThatTheMeasuredLayerBreaksIsNone) {
  CellLayer overlapping = layer();
  overlapping.active_fraction->value = 0.7;
  EXPECT_EQ(drawn(overlapping, 5, 0).active_fraction->value, 0.7);
}

TEST(Drawn, WhereNoneCanBeItSaysSo) {
  CellLayer impossible = layer();
  impossible.porosity.deviation = 1e6;
  EXPECT_THROW(drawn(impossible, 5, 0), Error);
}

}  // namespace
}  // namespace tauvox
