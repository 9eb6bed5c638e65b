// The multigrid cycle of a GPU, whose last levels run in one kernel, against the CPU's plain functors, level
// by level.
#include <gtest/gtest.h>

#include <cmath>

#include "host/generate/generate.hpp"
#include "host/solve/multigrid.hpp"
#include "kernels/volume/clusters.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Result {
  std::vector<std::int64_t> nodes;  // by level
  std::vector<std::vector<float>> z;
  std::vector<double> dot;
  bool lists = false;  // of the members of a node
};

/// Two applications of the cycle, over-corrected and not.
template <class T>
Result cycles_on(const Device& device, const Volume& v, const std::vector<double>& sigma) {
  std::vector<std::uint8_t> table{wall_class};
  for (std::size_t k = 0; k < sigma.size(); ++k)
    table.push_back(static_cast<std::uint8_t>(first_conducting_class + k));
  test::Conductor classes = test::conductor(device, v, table, std::pair{Axis::z, false});
  const TransportOperator<T> A(test::between_plates(classes, sigma, {1, 1, 1}, Axis::z, false),
                               KernelForm::plain);
  const Hierarchy hierarchy(device, A.medium());
  MultigridPreconditioner<T> M(A, hierarchy);
  std::vector<T> values(static_cast<std::size_t>(A.unknowns()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<T>(std::sin(0.37 * static_cast<double>(i)));
  const Buffer<T> r = A.vector_of(values);
  Buffer<T> z = A.vector();
  Result result;
  for (const Graph& graph : hierarchy.levels()) {
    result.nodes.push_back(graph.nodes);
    result.lists = result.lists || graph.member.size() > 0;
  }
  for (int pass = 0; pass < 2; ++pass) {
    result.dot.push_back(test::precondition(M, r, z));
    values = A.values_of(z);
    result.z.emplace_back(values.begin(), values.end());
    M.weaken();
  }
  return result;
}

/// Near percolation, where a block of the last lattices holds many nodes (lists_members).
Volume noise(std::array<std::int64_t, 3> zyx) {
  GenerateSettings settings;
  settings.shape = "site-percolation";
  settings.fraction = 0.64;  // of label 0, a wall here
  settings.size = zyx;
  return generate(settings);
}

template <class T>
void expect_same_bits() {
  if (!probe_cuda().unavailable.empty()) GTEST_SKIP() << "no GPU: " << probe_cuda().unavailable;
  struct Case {
    std::array<std::int64_t, 3> size;
    std::vector<double> sigma;
    bool tail_first, tail_at_all;  // of the levels
    bool noise = false;
  };
  for (const Case& c : {Case{{90, 86, 70}, {1}, false, true}, Case{{70, 86, 74}, {0.001, 1}, false, true},
                        Case{{23, 26, 29}, {1}, true, true}, Case{{9, 10, 11}, {1}, false, false},
                        Case{{80, 72, 76}, {1}, false, true, true}}) {
    const Volume v =
        c.noise ? noise(c.size) : test::rough_volume(c.size, 7, static_cast<int>(c.sigma.size()) + 1);
    const Result expected = cycles_on<T>(Device::cpu(2), v, c.sigma);
    EXPECT_EQ(expected.nodes.front() <= tail_nodes && expected.nodes.size() > 1, c.tail_first);
    EXPECT_EQ(expected.nodes.size() > 1, c.tail_at_all);
    const Result found = cycles_on<T>(cuda_device(), v, c.sigma);
    EXPECT_EQ(found.nodes, expected.nodes);
    EXPECT_EQ(found.z, expected.z);
    EXPECT_EQ(found.dot, expected.dot);
    EXPECT_TRUE(found.lists || !c.noise);
  }
}

TEST(Parity, TheGpusCycleGivesTheBitsOfThePlainOneInFloat) { expect_same_bits<float>(); }
TEST(Parity, TheGpusCycleGivesTheBitsOfThePlainOneInDouble) { expect_same_bits<double>(); }

}  // namespace
}  // namespace tauvox
