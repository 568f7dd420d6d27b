// Derivatives of the activations against central differences, and at the kinks against Keras.
#include <functional>

#include "activations.h"
#include "testing.h"

namespace simple_rnn {
namespace {

constexpr int activation_count = static_cast<int>(Activation::glu) + 1;

template <class T>
std::vector<T> forward(const std::vector<T>& x, int rows, Activation activation,
                       ActivationParameters p) {
  using W = std::conditional_t<std::is_same_v<T, double>, D, V>;
  std::vector<T> y(x.size() / (activation == Activation::glu ? 2 : 1));
  activation_forward<W>(y.data(), x.data(), rows, static_cast<int>(x.size()) / rows, activation, p);
  return y;
}

template <class W, class T = typename W::Number>
std::vector<T> backward(const std::vector<T>& x, const std::vector<T>& d, int rows,
                        Activation activation, ActivationParameters p) {
  const auto y = forward(x, rows, activation, p);
  const auto& saved = saved_for_backward(activation, p) == Saved::inputs ? x : y;
  std::vector<T> result(x.size());
  activation_backward<W>(result.data(), d.data(), saved.data(), rows,
                         static_cast<int>(x.size()) / rows, activation, p);
  return result;
}

void expect_central_differences(Activation activation, ActivationParameters p, int columns,
                                uint64_t seed) {
  const int rows = 3;
  const auto given = numbers(rows * columns, 2.7f, seed);
  std::vector<double> x(given.begin(), given.end());
  const auto weights = numbers(rows * columns, 1, seed + 1);
  std::vector<double> d(weights.begin(), weights.end());
  d.resize(forward(x, rows, activation, p).size());
  const auto got = backward<D>(x, d, rows, activation, p);
  for (size_t i = 0; i < x.size(); ++i) {
    const auto loss = [&](double shift) {
      auto moved = x;
      moved[i] += shift;
      const auto y = forward(moved, rows, activation, p);
      double sum = 0;
      for (size_t j = 0; j < y.size(); ++j) sum += d[j] * y[j];
      return sum;
    };
    const double near = (loss(1e-4) - loss(-1e-4)) / 2e-4;
    const double far = (loss(2e-4) - loss(-2e-4)) / 4e-4;
    if (std::fabs(near - far) > 1e-5) continue;  // across a kink
    EXPECT_NEAR(got[i], near + (near - far) / 3, 1e-8)
        << "activation " << static_cast<int>(activation) << " of " << x[i];
  }
}

TEST(ActivationsBackward, CentralDifferences) {
  for (int a = 0; a < activation_count; ++a) {
    const auto activation = static_cast<Activation>(a);
    for (int columns : {2, 4, 10})
      expect_central_differences(activation, default_parameters(activation), columns,
                                 static_cast<uint64_t>(100 * a + columns));
  }
}

TEST(ActivationsBackward, Arguments) {
  const std::pair<Activation, ActivationParameters> cases[] = {
      {Activation::relu, {0.5f, INFINITY, 0}},
      {Activation::relu, {0, 1, 0}},
      {Activation::relu, {0.25f, 2, 0.5f}},
      {Activation::relu, {0, INFINITY, -1}},
      {Activation::relu, {0.25f, 6, 0}},
      {Activation::leaky_relu, {-0.5f, 0, 0}},
      {Activation::elu, {2, 0, 0}},
      {Activation::elu, {-0.5f, 0, 0}},
      {Activation::celu, {2, 0, 0}},
      {Activation::celu, {-3, 0, 0}},
      {Activation::gelu, {1, 0, 0}},
      {Activation::squareplus, {0.5f, 0, 0}},
      {Activation::soft_shrink, {1, 0, 0}},
      {Activation::hard_shrink, {0.2f, 0, 0}},
      {Activation::threshold, {0.5f, 7, 0}},
  };
  for (const auto& [activation, p] : cases) expect_central_differences(activation, p, 10, 7);
}

TEST(ActivationsBackward, VectorAgainstDoubleAtEveryLength) {
  for (int a = 0; a < activation_count; ++a) {
    const auto activation = static_cast<Activation>(a);
    const auto p = default_parameters(activation);
    for (int columns = 2; columns <= 10; columns += activation == Activation::glu ? 2 : 1) {
      const auto x = numbers(2 * columns, 5, static_cast<uint64_t>(columns));
      auto d = numbers(2 * columns, 1, 3);
      d.resize(forward(x, 2, activation, p).size());
      const auto want = backward<D>(std::vector<double>(x.begin(), x.end()),
                                    std::vector<double>(d.begin(), d.end()), 2, activation, p);
      double most = 0;
      for (const double value : want) most = std::max(most, std::fabs(value));
      const auto vector = backward<V>(x, d, 2, activation, p);
      const auto scalar = backward<S>(x, d, 2, activation, p);
      for (size_t i = 0; i < x.size(); ++i) {
        EXPECT_NEAR(vector[i], want[i], 2e-6 * most + 1e-7) << a << " of " << x[i];
        EXPECT_NEAR(scalar[i], want[i], 2e-6 * most + 1e-7) << a << " of " << x[i];
      }
    }
  }
}

// Keras 3.15.1 on TensorFlow 2.21.
TEST(ActivationsBackward, KinksAreKeras) {
  const auto slopes = [](Activation activation, ActivationParameters p, std::vector<float> x) {
    return backward<V>(x, std::vector<float>(x.size(), 1), 1, activation, p);
  };
  const auto expect = [&](Activation activation, std::vector<float> x, std::vector<float> want) {
    expect_close(slopes(activation, default_parameters(activation), x), want);
  };
  expect(Activation::relu, {-1, 0, 1}, {0, 0, 1});
  expect(Activation::relu6, {0, 3, 6, 7}, {0, 1, 0, 0});
  expect(Activation::leaky_relu, {-1, 0, 1}, {0.2f, 0.2f, 1});
  expect(Activation::elu, {0, 1}, {1, 1});
  expect(Activation::selu, {0, 1}, {1.050701f, 1.050701f});
  expect(Activation::celu, {0, 1}, {2, 1});
  expect(Activation::hard_sigmoid, {-3, 0, 3}, {0, 1 / 6.0f, 0});
  expect(Activation::hard_tanh, {-2, -1, 0, 1, 2}, {0, 1, 1, 1, 0});
  expect(Activation::soft_shrink, {-1, -0.5f, 0.5f, 1}, {1, 0, 0, 1});
  expect(Activation::hard_shrink, {-1, -0.5f, 0.5f, 1}, {1, 0, 0, 1});
  expect(Activation::sparse_sigmoid, {-1, 0, 1}, {0, 0.5f, 0});
  expect(Activation::sparse_plus, {-1, 0, 1, 2}, {0, 0.5f, 1, 1});
  expect(Activation::hard_silu, {-3, 0, 3, 4}, {0, 0.5f, 1, 1});
  expect(Activation::threshold, {-1, 0, 1}, {0, 0, 1});
  const auto relu = [&](ActivationParameters p, std::vector<float> want) {
    EXPECT_EQ(slopes(Activation::relu, p, {-3, 0, 0.5f, 1, 2, 4, 5, 6, 7}), want);
  };
  relu({0.5f, INFINITY, 0}, {0.5f, 0.5f, 1, 1, 1, 1, 1, 1, 1});
  relu({0, 4, 0}, {0, 0, 1, 1, 1, 1, 0, 0, 0});
  relu({0, 6, 0}, {0, 0, 1, 1, 1, 1, 1, 0, 0});
  relu({0, INFINITY, 1}, {0, 0, 0, 0, 1, 1, 1, 1, 1});
  relu({0.5f, 4, 1}, {0.5f, 0.5f, 0.5f, 0, 1, 1, 0, 0, 0});
  relu({0.5f, 6, 0}, {0.5f, 0, 1, 1, 1, 1, 1, 0, 0});
}

TEST(ActivationsBackward, FarFromZeroNothingOverflows) {
  for (int a = 0; a < activation_count; ++a) {
    const auto activation = static_cast<Activation>(a);
    if (activation == Activation::exponential || activation == Activation::squareplus) continue;
    const std::vector<float> x = {-1e20f, -100, 100, 1e20f};
    std::vector<float> d(forward(x, 1, activation, default_parameters(activation)).size(), 1);
    for (const float slope : backward<V>(x, d, 1, activation, default_parameters(activation)))
      EXPECT_TRUE(std::isfinite(slope)) << a;
  }
}

}  // namespace
}  // namespace simple_rnn
