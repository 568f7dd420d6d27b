// The vector vocabulary against the scalar one, operation by operation.
#include "testing.h"

namespace simple_rnn {
namespace {

constexpr int w = V::width;
const float special[] = {0.0f, -0.0f, 1.0f, -1.5f, 3.25f, -7e-39f, 1e30f, -INFINITY, INFINITY, NAN};

/// Checks binary(a, b) lane by lane for all pairs of special numbers.
template <class Binary, class Scalar>
void expect_same(Binary binary, Scalar scalar) {
  for (const float a : special) {
    for (const float b : special) {
      float got[w];
      V::store(got, binary(V::splat(a), V::splat(b)));
      const float want = scalar(a, b);
      for (const float lane : got) {
        EXPECT_TRUE(std::isnan(want) ? std::isnan(lane) : lane == want)
            << a << ", " << b << ": " << lane;
        if (!std::isnan(want)) {
          EXPECT_EQ(std::signbit(lane), std::signbit(want)) << a << ", " << b;
        }
      }
    }
  }
}

TEST(Simd, Arithmetic) {
  expect_same([](auto a, auto b) { return V::add(a, b); }, S::add);
  expect_same([](auto a, auto b) { return V::sub(a, b); }, S::sub);
  expect_same([](auto a, auto b) { return V::mul(a, b); }, S::mul);
  expect_same([](auto a, auto b) { return V::div(a, b); }, S::div);
  expect_same([](auto a, auto b) { return V::mul_add(a, b, a); },
              [](float a, float b) { return S::mul_add(a, b, a); });
}

TEST(Simd, MinimumAndMaximumGiveTheFirstOperandBesideNaN) {
  expect_same([](auto a, auto b) { return V::min(a, b); }, S::min);
  expect_same([](auto a, auto b) { return V::max(a, b); }, S::max);
}

TEST(Simd, SignsAndRoots) {
  expect_same([](auto a, auto) { return V::neg(a); }, [](float a, float) { return -a; });
  expect_same([](auto a, auto) { return V::abs(a); }, [](float a, float) { return std::fabs(a); });
  expect_same([](auto a, auto) { return V::sqrt(V::abs(a)); },
              [](float a, float) { return std::sqrt(std::fabs(a)); });
  expect_same([](auto a, auto) { return V::sign(a); },
              [](float a, float) { return std::copysign(0.0f, a); });
  expect_same([](auto a, auto b) { return V::flip(V::abs(a), V::sign(b)); },
              [](float a, float b) { return std::copysign(std::fabs(a), b); });
}

TEST(Simd, Masks) {
  expect_same([](auto a, auto b) { return V::select(V::less(a, b), a, V::splat(9)); },
              [](float a, float b) { return a < b ? a : 9.0f; });
}

TEST(Simd, PowersOfTwo) {
  for (float n = -126; n <= 127; ++n) {
    float got[w];
    V::store(got, V::pow2(V::splat(n)));
    for (const float lane : got) EXPECT_EQ(lane, std::ldexp(1.0f, static_cast<int>(n)));
    EXPECT_EQ(D::pow2(n), std::ldexp(1.0, static_cast<int>(n)));
  }
}

TEST(Simd, PartialLoadsAndStoresTouchNothingElse) {
  for (int count = 1; count < w; ++count) {
    // exactly as long as the part: a wider access is an error under AddressSanitizer
    std::vector<float> from(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) from[static_cast<size_t>(i)] = static_cast<float>(i + 1);
    float loaded[w];
    V::store(loaded, V::load_partial(from.data(), count));
    for (int i = 0; i < w; ++i) EXPECT_EQ(loaded[i], i < count ? static_cast<float>(i + 1) : 0.0f);
    std::vector<float> to(from.size());
    V::store_partial(to.data(), V::load_partial(from.data(), count), count);
    EXPECT_EQ(to, from);
  }
}

}  // namespace
}  // namespace simple_rnn
