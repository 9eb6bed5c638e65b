#include "host/bench/answers.hpp"

#include <cmath>

namespace tauvox::bench {

const std::vector<StoredAnswer>& stored_answers() {
  static const std::vector<StoredAnswer> rows{
      {"sphere-packing", 64, 0.19945988153692, 9.0e-11},
      {"sphere-packing", 128, 0.22131707903048, 5.7e-11},
      {"sphere-packing", 256, 0.23210825703719, 2.0e-11},
      {"sphere-packing", 512, 0.23786683670852, 1.6e-10},
      {"carbon-binder", 64, 0.01662141069833, 2.1e-10},
      {"carbon-binder", 128, 0.021193183914468, 7.5e-11},
      {"carbon-binder", 256, 0.024102782189393, 2.2e-10},
      {"carbon-binder", 512, 0.025553940980288, 4.9e-11},
      {"gyroid", 64, 0.29113438087163, 1.1e-11},
      {"gyroid", 128, 0.31043021066247, 2.2e-10},
      {"gyroid", 256, 0.31966889762746, 1.8e-10},
      {"gyroid", 512, 0.32472766150902, 9.9e-11},
      {"near-percolation", 64, 0.0036120839095782, 1.7e-10},
      {"near-percolation", 128, 0.0029720644787971, 1.1e-10},
      {"near-percolation", 256, 0.0029695150803302, 1.4e-10},
      {"near-percolation", 512, 0.0031440323608134, 1.1e-10},
  };
  return rows;
}

const StoredAnswer* stored_answer(const std::string& name, const std::array<std::int64_t, 3>& size) {
  for (const StoredAnswer& row : stored_answers())
    if (row.name == name && size == std::array{row.edge, row.edge, row.edge}) return &row;
  return nullptr;
}

bool agrees(double effective_ratio, const StoredAnswer& stored, double tolerance) {
  constexpr double rounding = 1e-8;  // files keep 8 digits
  return std::abs(effective_ratio - stored.effective_ratio) <=
         (tolerance + stored.error + rounding) * stored.effective_ratio;
}

}  // namespace tauvox::bench
