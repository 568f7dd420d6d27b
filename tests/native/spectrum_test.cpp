// Eigenvalues against Eigen's solver.
#include "spectrum.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <complex>

#include "testing.h"

namespace simple_rnn {
namespace {

using Complex = std::complex<double>;

bool before(const Complex& a, const Complex& b) {
  return std::pair(a.real(), a.imag()) < std::pair(b.real(), b.imag());
}

std::vector<Complex> own(const std::vector<float>& matrix, int U) {
  std::vector<double> outputs(static_cast<size_t>(2 * U));
  std::vector<char> workspace(eigenvalues_workspace_bytes(U));
  EXPECT_TRUE(eigenvalues(outputs.data(), workspace.data(), matrix.data(), U));
  std::vector<Complex> values;
  for (size_t i = 0; i < outputs.size(); i += 2) values.emplace_back(outputs[i], outputs[i + 1]);
  return values;
}

std::vector<Complex> expected(const std::vector<float>& matrix, int U) {
  const Eigen::MatrixXd a = Eigen::Map<const Eigen::MatrixXf>(matrix.data(), U, U).cast<double>();
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(a, false);
  return {solver.eigenvalues().begin(), solver.eigenvalues().end()};
}

/// The largest distance of an expected value from the nearest one got that is left.
double distance(std::vector<Complex> got, const std::vector<Complex>& wanted) {
  double largest = 0;
  for (const Complex& value : wanted) {
    const auto nearest = std::min_element(got.begin(), got.end(), [&](Complex a, Complex b) {
      return std::abs(a - value) < std::abs(b - value);
    });
    largest = std::max(largest, std::abs(*nearest - value));
    got.erase(nearest);
  }
  return largest;
}

TEST(Spectrum, RandomMatricesOfEverySize) {
  for (int U = 1; U <= 40; ++U) {
    for (uint64_t seed = 1; seed <= 2; ++seed) {
      const auto matrix = numbers(U * U, 1, seed);
      EXPECT_LT(distance(own(matrix, U), expected(matrix, U)), 1e-11) << U << " units";
    }
  }
  const auto matrix = numbers(64 * 64, 0.1f, 7);
  EXPECT_LT(distance(own(matrix, 64), expected(matrix, 64)), 1e-10);
}

TEST(Spectrum, MatricesThatAskForCare) {
  const int U = 4;
  const std::vector<std::vector<float>> matrices = {
      std::vector<float>(16),                            // zeros
      {0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0},  // a cycle: the shifts alone do not move
      {1, 2, 3, 4, 0, 5, 6, 7, 0, 0, 8, 9, 0, 0, 0, 10},
      {0, 1e30f, 0, 0, -1e30f, 0, 0, 0, 0, 0, 1e-30f, 0, 0, 0, 0, 1},
      std::vector<float>(16, 1e-40f),
      {1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1},
  };
  for (const auto& matrix : matrices) {
    float largest = 0;
    for (const float value : matrix) largest = std::max(largest, std::fabs(value));
    EXPECT_LE(distance(own(matrix, U), expected(matrix, U)), 1e-12 * largest);
  }
}

TEST(Spectrum, ConjugatesAreNeighboursTheUpperOneFirst) {
  auto values = own({0, 2, -2, 0}, 2);
  EXPECT_EQ(values, (std::vector<Complex>{{0, 2}, {0, -2}}));
  values = own({3, 1, 1, 3}, 2);
  std::sort(values.begin(), values.end(), before);
  EXPECT_EQ(values, (std::vector<Complex>{{2, 0}, {4, 0}}));
}

}  // namespace
}  // namespace simple_rnn
