// Penalties and norms against their formulas.
#include "regularizers.h"

#include "constraints.h"
#include "testing.h"

namespace simple_rnn {
namespace {

TEST(Regularizers, SumsOfAbsoluteValuesAndSquares) {
  for (int count = 0; count < 12; ++count) {
    const auto x = numbers(count, 2, 1);
    double expected = 0;
    for (const float value : x) expected += 0.5 * std::fabs(double{value}) + 0.25 * value * value;
    EXPECT_NEAR(penalty(x.data(), count, 0.5, 0.25), expected, 1e-6);
  }
}

TEST(Regularizers, RowsOrColumnsThatAreNotOrthogonal) {
  const std::vector<float> x = {3, 4, 1, 0, 0, 2};  // 3 rows of 2
  std::vector<float> workspace(6);
  // unit rows (0.6, 0.8), (1, 0), (0, 1): products 0.6, 0.8, 0
  EXPECT_NEAR(orthogonal_penalty(workspace.data(), x.data(), 3, 2, 0.3, false), 0.3 * 1.4 / 3,
              1e-7);
  // columns (3, 1, 0), (4, 0, 2)
  EXPECT_NEAR(orthogonal_penalty(workspace.data(), x.data(), 3, 2, 0.3, true),
              0.3 * 12 / std::sqrt(10.0 * 20), 1e-7);
  EXPECT_EQ(orthogonal_penalty(workspace.data(), x.data(), 1, 6, 0.3, false), 0);
  const std::vector<float> zeros(6);
  EXPECT_EQ(orthogonal_penalty(workspace.data(), zeros.data(), 3, 2, 1, false), 0);
}

/// Gradients, added to what is there, of a function of some numbers against central differences:
/// max |difference| / max |entry|.
template <class Loss, class AddGradient>
double from_differences(std::vector<double> x, Loss loss, AddGradient add_gradient) {
  std::vector<double> got(x.size(), 7);
  add_gradient(got.data(), x.data());
  double most = 0, worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const auto slope = [&](double h) {
      const double middle = x[i];
      x[i] = middle + h;
      const double above = loss(x.data());
      x[i] = middle - h;
      const double below = loss(x.data());
      x[i] = middle;
      return (above - below) / (2 * h);
    };
    const double near = slope(1e-4), want = near + (near - slope(2e-4)) / 3;
    most = std::max(most, std::fabs(want));
    worst = std::max(worst, std::fabs(got[i] - 7 - want));
  }
  return worst / std::max(most, 1e-6);
}

std::vector<double> doubles_of(int count, uint64_t seed) {
  const auto x = numbers(count, 2, seed);
  return {x.begin(), x.end()};
}

TEST(Regularizers, GradientsOfSums) {
  const std::vector<double> factors[] = {{0.5, 0}, {0, 0.25}, {0.3, 0.2}};
  for (const auto& f : factors) {
    for (int count = 1; count < 12; ++count) {
      const auto loss = [&](double* x) { return penalty(x, count, f[0], f[1]); };
      const auto add = [&](double* d, double* x) { add_penalty_gradient(d, x, count, f[0], f[1]); };
      EXPECT_LE(from_differences(doubles_of(count, 5), loss, add), 1e-8);
    }
  }
}

TEST(Regularizers, GradientsOfOrthogonality) {
  const std::vector<int> shapes[] = {{1, 6}, {6, 1}, {2, 2}, {2, 5}, {5, 2}, {4, 7}};
  for (const auto& shape : shapes) {
    const int rows = shape[0], columns = shape[1];
    for (const bool of_columns : {false, true}) {
      std::vector<double> workspace(static_cast<size_t>(rows * columns + rows + columns));
      double* const room = workspace.data();
      const auto loss = [&](double* x) {
        return orthogonal_penalty(room, x, rows, columns, 0.3, of_columns);
      };
      const auto add = [&](double* d, double* x) {
        add_orthogonal_gradient(d, room, x, rows, columns, 0.3, of_columns);
      };
      EXPECT_LE(from_differences(doubles_of(rows * columns, 6), loss, add), 1e-7)
          << rows << " x " << columns << (of_columns ? " by columns" : " by rows");
    }
  }
}

TEST(Regularizers, GradientsInFloat) {
  const auto x = numbers(35, 2, 7);
  const std::vector<double> wide(x.begin(), x.end());
  std::vector<float> got(35), room(49);
  std::vector<double> want(35), wide_room(49);
  for (const bool of_columns : {false, true}) {
    add_penalty_gradient(got.data(), x.data(), 35, 0.3, 0.2);
    add_penalty_gradient(want.data(), wide.data(), 35, 0.3, 0.2);
    add_orthogonal_gradient(got.data(), room.data(), x.data(), 5, 7, 0.3, of_columns);
    add_orthogonal_gradient(want.data(), wide_room.data(), wide.data(), 5, 7, 0.3, of_columns);
    for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 2e-6);
  }
}

TEST(Regularizers, KinksHaveNoSlope) {
  std::vector<float> d = {1, 1}, zeros = {0, -0.0f};
  add_penalty_gradient(d.data(), zeros.data(), 2, 0.5, 0.5);
  EXPECT_EQ(d, (std::vector<float>{1, 1}));
  // rows at right angles, and a single one
  const std::vector<float> x = {3, 0, 0, 2};
  std::vector<float> gradient(4, 1), room(8);
  add_orthogonal_gradient(gradient.data(), room.data(), x.data(), 2, 2, 1, false);
  add_orthogonal_gradient(gradient.data(), room.data(), x.data(), 1, 4, 1, false);
  EXPECT_EQ(gradient, std::vector<float>(4, 1));
}

TEST(Constraints, NormsOfColumnsRowsAndAll) {
  const auto w = numbers(6, 2, 3);
  struct Way {
    std::vector<Axis> axes;
    int norms;
    std::vector<size_t> groups;
  };
  const Way ways[] = {{{{2, 3, 0}, {3, 1, 1}}, 3, {0, 1, 2, 0, 1, 2}},
                      {{{2, 3, 1}, {3, 1, 0}}, 2, {0, 0, 0, 1, 1, 1}},
                      {{{6, 1, 0}}, 1, {0, 0, 0, 0, 0, 0}}};
  for (const Way& way : ways) {
    for (const double rate : {1.0, 0.25}) {
      auto got = w;
      std::vector<double> workspace(static_cast<size_t>(way.norms)), norms(workspace);
      constrain_norms(got.data(), workspace.data(), way.norms, way.axes.data(),
                      static_cast<int>(way.axes.size()), 1, 1.5, rate);
      for (size_t i = 0; i < 6; ++i) norms[way.groups[i]] += double{w[i]} * w[i];
      for (size_t i = 0; i < 6; ++i) {
        const double norm = std::sqrt(norms[way.groups[i]]);
        const double clipped = norm < 1 ? 1 : std::min(norm, 1.5);
        EXPECT_NEAR(got[i], w[i] * (rate * clipped + (1 - rate) * norm) / norm, 1e-6);
      }
    }
  }
}

}  // namespace
}  // namespace simple_rnn
