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
