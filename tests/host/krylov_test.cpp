// What conjugate gradients do when arithmetic goes wrong: stop at once, with the iteration, and no number.
#include "host/solve/krylov.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "host/solve/jacobi.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

/// Jacobi, until the call that gives NaN.
struct Poisoned : JacobiPreconditioner<double> {
  int poisoned_call;
  mutable int calls = 0;

  Poisoned(const TransportOperator<double>& of, int call) : JacobiPreconditioner{of}, poisoned_call(call) {}
  double dot(const Buffer<double>& r) const {
    return calls++ == poisoned_call ? std::nan("") : JacobiPreconditioner::dot(r);
  }
};

TEST(ConjugateGradient, StopsWithinTheIterationInWhichANumberIsNotFinite) {
  const Device device = Device::cpu(1);
  const Volume v = test::rough_volume({8, 8, 8}, 5);
  test::Conductor classes = test::conductor(device, v, {first_conducting_class, first_conducting_class + 1});
  const TransportOperator<double> A(test::between_plates(classes, {0.1, 1}, {1, 1, 1}, Axis::z, false));
  for (const int iteration : {0, 1, 4}) {
    Buffer<double> x = A.vector(), r = A.vector(), p = A.vector();
    x.zero();
    A.residual(x, r);
    EnergyStop stop(1e-9, Convergence::slow_and_uneven);
    try {
      conjugate_gradient(A, Poisoned{A, iteration}, r, x, p, stop, 100, {});
      FAIL() << "a NaN went unnoticed";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::internal);
      EXPECT_NE(std::string(error.what()).find("iteration " + std::to_string(iteration) + ")"),
                std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace tauvox
