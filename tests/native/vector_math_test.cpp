// Accuracy of the vector functions against the C library in double precision.
#include "vector_math.h"

#include <cstring>

#include "testing.h"

namespace simple_rnn {
namespace {

/// One vector of the same number through a function.
template <class Function>
float at(Function function, float x) {
  float result[V::width];
  V::store(result, function(V::splat(x)));
  for (const float lane : result) {
    EXPECT_EQ(std::memcmp(&lane, &result[0], sizeof lane), 0) << "lanes differ at " << x;
  }
  return result[0];
}

/// The worst distance over floats from `low` to `high`, every `step`-th bit pattern, and their
/// negatives.
template <class Function, class Reference>
double worst_ulp(Function function, Reference reference, float low, float high, uint32_t step) {
  uint32_t first;
  uint32_t last;
  std::memcpy(&first, &low, 4);
  std::memcpy(&last, &high, 4);
  double worst = 0;
  for (uint32_t bits = first; bits <= last; bits += step) {
    float x;
    std::memcpy(&x, &bits, 4);
    for (const float value : {x, -x}) {
      worst =
          std::max(worst, ulp_distance(at(function, value), reference(static_cast<double>(value))));
    }
  }
  return worst;
}

const auto tanh_of = [](auto x) { return tanh<V>(x); };
const auto sigmoid_of = [](auto x) { return sigmoid<V>(x); };
const auto exp_of = [](auto x) { return exp<V>(x); };
double exact_sigmoid(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

TEST(VectorMath, TanhWithinTwoUnits) {
  const auto exact = [](double x) { return std::tanh(x); };
  EXPECT_LE(worst_ulp(tanh_of, exact, 0.0f, 12.0f, 4999), 2);
  EXPECT_LE(worst_ulp(tanh_of, exact, 0.05f, 9.5f, 31), 2);
}

TEST(VectorMath, TanhIsOddAndSaturatesAndKeepsNaN) {
  for (float x = 0; x < 12; x += 0.0137f) EXPECT_EQ(at(tanh_of, -x), -at(tanh_of, x));
  EXPECT_TRUE(std::signbit(at(tanh_of, -0.0f)));
  for (const float x : {10.0f, 88.0f, 1e30f, INFINITY}) {
    EXPECT_EQ(at(tanh_of, x), 1.0f);
    EXPECT_EQ(at(tanh_of, -x), -1.0f);
  }
  EXPECT_TRUE(std::isnan(at(tanh_of, NAN)));
}

TEST(VectorMath, SigmoidWithinTwoUnits) {
  EXPECT_LE(worst_ulp(sigmoid_of, exact_sigmoid, 0.0f, 110.0f, 4999), 2);
  EXPECT_LE(worst_ulp(sigmoid_of, exact_sigmoid, 0.05f, 20.0f, 61), 2);
}

TEST(VectorMath, SigmoidIsMonotoneAtItsEndsAndKeepsNaN) {
  EXPECT_EQ(at(sigmoid_of, INFINITY), 1.0f);
  EXPECT_EQ(at(sigmoid_of, -INFINITY), 0.0f);
  EXPECT_EQ(at(sigmoid_of, 0.0f), 0.5f);
  EXPECT_TRUE(std::isnan(at(sigmoid_of, NAN)));
}

TEST(VectorMath, Exponential) {
  EXPECT_LE(worst_ulp(
                exp_of, [](double x) { return std::exp(x); }, 1e-8f, 88.7f, 4999),
            2);
  EXPECT_EQ(at(exp_of, 89.5f), INFINITY);
  EXPECT_EQ(at(exp_of, INFINITY), INFINITY);
  EXPECT_EQ(at(exp_of, -INFINITY), 0.0f);
  EXPECT_TRUE(std::isnan(at(exp_of, NAN)));
  const auto expm1_of = [](auto x) { return expm1<V>(x); };
  EXPECT_LE(worst_ulp(
                expm1_of, [](double x) { return std::expm1(x); }, 1e-30f, 80.0f, 4999),
            2);
  EXPECT_TRUE(std::isnan(at(expm1_of, NAN)));
}

TEST(VectorMath, SoftplusAndErf) {
  const auto softplus_of = [](auto x) { return softplus<V>(x); };
  const auto exact = [](double x) {
    return std::log1p(std::exp(-std::fabs(x))) + std::max(x, 0.0);
  };
  EXPECT_LE(worst_ulp(softplus_of, exact, 1e-8f, 100.0f, 4999), 4);
  const auto erf_of = [](auto x) { return erf<V>(x); };
  for (float x = -6; x < 6; x += 0.001f) EXPECT_NEAR(at(erf_of, x), std::erf(x), 5e-7);
  EXPECT_TRUE(std::isnan(at(erf_of, NAN)));
}

TEST(VectorMath, VectorAndScalarGiveTheSameBits) {
  for (float x = -20; x < 20; x += 0.0171f) {
    EXPECT_EQ(at(tanh_of, x), tanh<S>(x));
    EXPECT_EQ(at(sigmoid_of, x), sigmoid<S>(x));
    EXPECT_EQ(at(exp_of, x), exp<S>(x));
  }
}

TEST(VectorMath, DoubleIsTheLibrarys) {
  EXPECT_EQ(tanh<D>(0.3), std::tanh(0.3));
  EXPECT_NEAR(sigmoid<D>(-0.3), exact_sigmoid(-0.3), 1e-16);
}

}  // namespace
}  // namespace simple_rnn
