// What the native tests share: reproducible numbers, and how far apart two floats are.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "random.h"
#include "simd.h"

namespace simple_rnn {

using V = simd::Native;
using S = simd::Scalar<float>;
using D = simd::Scalar<double>;

/// Uniform in [-limit, limit), the same at every run.
inline std::vector<float> numbers(int count, float limit, uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = limit * static_cast<float>(2 * random.uniform() - 1);
  return values;
}

/// |got - want| in units of the last place of the float nearest to want.
inline double ulp_distance(float got, double want) {
  if (std::isnan(want) || std::isnan(got))
    return std::isnan(want) && std::isnan(got) ? 0 : INFINITY;
  if (got == static_cast<float>(want)) return 0;
  int exponent;
  std::frexp(want, &exponent);
  return std::fabs(got - want) / std::max(std::ldexp(1.0, exponent - 24), 0x1p-149);
}

/// Within 4 units in the last place or 1e-6.
inline bool close(float got, double want) {
  return std::fabs(got - want) <= 1e-6 || ulp_distance(got, want) <= 4;
}

template <class T>
void expect_close(const std::vector<float>& got, const std::vector<T>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(close(got[i], static_cast<double>(want[i])))
        << "at " << i << ": got " << got[i] << ", expected " << want[i];
  }
}

}  // namespace simple_rnn
