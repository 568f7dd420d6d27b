#include "regularizers.h"

#include <algorithm>
#include <cmath>

namespace simple_rnn {

namespace {

/// Σ term(i) in four sums, which hide each other's latency.
template <class Term>
double sum(int count, const Term& term) {
  double sums[4] = {};
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    for (int j = 0; j < 4; ++j) sums[j] += term(i + j);
  }
  for (; i < count; ++i) sums[0] += term(i);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double dot(const float* a, const float* b, int count) {
  return sum(count, [=](int i) { return double{a[i]} * b[i]; });
}

}  // namespace

double penalty(const float* inputs, int count, double l1, double l2) {
  return sum(count, [=](int i) {
    const double x = inputs[i];
    return l1 * std::fabs(x) + l2 * x * x;
  });
}

double orthogonal_penalty(float* workspace, const float* inputs, int rows, int columns,
                          double factor, bool of_columns) {
  const int count = of_columns ? columns : rows;
  const int length = of_columns ? rows : columns;
  for (int i = 0; i < count; ++i) {
    float* const u = workspace + i * length;
    for (int k = 0; k < length; ++k) u[k] = inputs[of_columns ? k * columns + i : i * columns + k];
    const double scale = 1 / std::max(std::sqrt(dot(u, u, length)), 1e-7);
    for (int k = 0; k < length; ++k) u[k] = static_cast<float>(u[k] * scale);
  }
  double total = 0;
  for (int i = 1; i < count; ++i) {
    for (int j = 0; j < i; ++j)
      total += std::fabs(dot(workspace + i * length, workspace + j * length, length));
  }
  // each pair stands for two products, and half of their sum counts
  const double pairs = 0.5 * count * (count - 1.0);
  return pairs == 0 ? 0 : factor * total / pairs;
}

}  // namespace simple_rnn
