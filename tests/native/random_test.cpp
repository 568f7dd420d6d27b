#include "random.h"

#include <algorithm>
#include <cstring>

#include "initializers.h"
#include "testing.h"

namespace simple_rnn {
namespace {

/// FNV-1a over the bytes.
uint64_t hash_of(const std::vector<float>& values) {
  uint64_t hash = 14695981039346656037u;
  const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
  for (size_t i = 0; i < values.size() * sizeof(float); ++i)
    hash = (hash ^ bytes[i]) * 1099511628211u;
  return hash;
}

TEST(Random, SplitMix64sPublishedNumbers) {
  Random random(1234567);
  EXPECT_EQ(random.bits(), 6457827717110365317u);
  EXPECT_EQ(random.bits(), 3203168211198807973u);
  EXPECT_EQ(random.bits(), 9817491932198370423u);
}

TEST(Random, LogarithmAndQuantile) {
  for (double x = 1e-300; x < 1e300; x *= 1.37)
    EXPECT_NEAR(natural_log(x), std::log(x), 1e-13 * std::fabs(std::log(x)) + 1e-15);
  EXPECT_EQ(normal_quantile(0.5), 0);
  for (const double p : {1e-15, 1e-9, 0.001, 0.02, 0.07, 0.3, 0.6, 0.93, 0.9999}) {
    const double x = normal_quantile(p);
    EXPECT_NEAR(0.5 * std::erfc(-x / std::sqrt(2.0)), p, 1e-14 + 1e-12 * p);
  }
}

TEST(Initializers, UniformWithinItsBoundsAndSpread) {
  std::vector<float> values(20000);
  random_uniform(values.data(), 20000, -0.05, 0.05, 3);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*low, -0.05f);
  EXPECT_LT(*high, 0.05f);
  double sum = 0;
  double squares = 0;
  for (const float v : values) {
    sum += v;
    squares += double{v} * v;
  }
  EXPECT_NEAR(sum / 20000, 0, 0.001);
  EXPECT_NEAR(squares / 20000, 0.1 * 0.1 / 12, 2e-5);
}

TEST(Initializers, NormalMomentsAndTruncation) {
  std::vector<float> values(20000);
  random_normal(values.data(), 20000, 1, 2, 5);
  double sum = 0;
  double squares = 0;
  for (const float v : values) {
    sum += v;
    squares += (double{v} - 1) * (double{v} - 1);
  }
  EXPECT_NEAR(sum / 20000, 1, 0.05);
  EXPECT_NEAR(squares / 20000, 4, 0.15);
  truncated_normal(values.data(), 20000, 1, 2, 5);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*low, -3);
  EXPECT_LE(*high, 5);
  EXPECT_LT(*low, -2.9);
  EXPECT_GT(*high, 4.9);
}

TEST(Initializers, OrthogonalRowsOrColumns) {
  for (const auto& [rows, columns] :
       {std::pair{7, 7}, {9, 4}, {4, 9}, {1, 5}, {5, 1}, {64, 64}, {1, 1}}) {
    std::vector<float> q(static_cast<size_t>(rows * columns));
    std::vector<char> workspace(orthogonal_workspace_bytes(rows, columns));
    orthogonal(q.data(), workspace.data(), rows, columns, 2, 11);
    // the vectors that should be orthonormal, one after the other
    const int count = std::min(rows, columns);
    const int length = std::max(rows, columns);
    const int step = rows < columns ? 1 : columns;
    const int stride = rows < columns ? columns : 1;
    for (int i = 0; i < count; ++i) {
      for (int j = 0; j < count; ++j) {
        double product = 0;
        for (int k = 0; k < length; ++k) {
          product += double{q[static_cast<size_t>(i * stride + k * step)]} *
                     q[static_cast<size_t>(j * stride + k * step)];
        }
        EXPECT_NEAR(product, i == j ? 4 : 0, 2e-5) << rows << " x " << columns;
      }
    }
  }
}

// tests/unit/initializers.test.ts checks the same hashes in the WebAssembly module.
TEST(Initializers, TheSameBitsOnEveryTarget) {
  std::vector<float> values(1000);
  random_uniform(values.data(), 1000, -1, 1, 42);
  EXPECT_EQ(hash_of(values), 1586595510987224550u);
  random_normal(values.data(), 1000, 0, 1, 42);
  EXPECT_EQ(hash_of(values), 3641817994390159357u);
  truncated_normal(values.data(), 1000, 0, 1, 42);
  EXPECT_EQ(hash_of(values), 8423900567007443815u);
  std::vector<float> q(33 * 17);
  std::vector<char> workspace(orthogonal_workspace_bytes(33, 17));
  orthogonal(q.data(), workspace.data(), 33, 17, 1, 42);
  EXPECT_EQ(hash_of(q), 1221391517441174769u);
}

}  // namespace
}  // namespace simple_rnn
