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

/// The rows (or columns) at unit length, one after the other; lengths [count] or null.
void unit_vectors(float* units, float* lengths, const float* inputs, int rows, int columns,
                  bool of_columns) {
  const int count = of_columns ? columns : rows;
  const int length = of_columns ? rows : columns;
  for (int i = 0; i < count; ++i) {
    float* const u = units + i * length;
    for (int k = 0; k < length; ++k) u[k] = inputs[of_columns ? k * columns + i : i * columns + k];
    const double norm = std::max(std::sqrt(dot(u, u, length)), 1e-7);
    if (lengths) lengths[i] = static_cast<float>(norm);
    for (int k = 0; k < length; ++k) u[k] = static_cast<float>(u[k] / norm);
  }
}

/// Each pair stands for two products, and half of their sum counts.
double pairs_of(int count) { return 0.5 * count * (count - 1.0); }

}  // namespace

double penalty(const float* inputs, int count, double l1, double l2) {
  return sum(count, [=](int i) {
    const double x = inputs[i];
    return l1 * std::fabs(x) + l2 * x * x;
  });
}

void add_penalty_gradient(float* gradients, const float* inputs, int count, double l1, double l2) {
  for (int i = 0; i < count; ++i) {
    const double x = inputs[i];
    const double slope = l1 * ((x > 0) - (x < 0)) + 2 * l2 * x;
    gradients[i] = static_cast<float>(gradients[i] + slope);
  }
}

double orthogonal_penalty(float* workspace, const float* inputs, int rows, int columns,
                          double factor, bool of_columns) {
  const int count = of_columns ? columns : rows;
  const int length = of_columns ? rows : columns;
  unit_vectors(workspace, nullptr, inputs, rows, columns, of_columns);
  double total = 0;
  for (int i = 1; i < count; ++i) {
    for (int j = 0; j < i; ++j)
      total += std::fabs(dot(workspace + i * length, workspace + j * length, length));
  }
  const double pairs = pairs_of(count);
  return pairs == 0 ? 0 : factor * total / pairs;
}

void add_orthogonal_gradient(float* gradients, float* workspace, const float* inputs, int rows,
                             int columns, double factor, bool of_columns) {
  const int count = of_columns ? columns : rows;
  const int length = of_columns ? rows : columns;
  if (count < 2) return;
  float* const lengths = workspace + rows * columns;
  float* const direction = lengths + count;
  unit_vectors(workspace, lengths, inputs, rows, columns, of_columns);
  for (int i = 0; i < count; ++i) {
    const float* const u = workspace + i * length;
    std::fill_n(direction, length, 0.0f);
    for (int j = 0; j < count; ++j) {
      if (j == i) continue;
      const float* const other = workspace + j * length;
      const double product = dot(u, other, length);
      const auto sign = static_cast<float>((product > 0) - (product < 0));
      for (int k = 0; k < length; ++k) direction[k] += sign * other[k];
    }
    // through the unit length: the part along u does not count
    const double along = dot(direction, u, length);
    const double scale = factor / pairs_of(count) / lengths[i];
    for (int k = 0; k < length; ++k) {
      float& to = gradients[of_columns ? k * columns + i : i * columns + k];
      to = static_cast<float>(to + scale * (direction[k] - along * u[k]));
    }
  }
}

}  // namespace simple_rnn
