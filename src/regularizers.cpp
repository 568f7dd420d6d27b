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

template <class T>
double dot(const T* a, const T* b, int count) {
  return sum(count, [=](int i) { return double{a[i]} * b[i]; });
}

/// The rows (or columns) at unit length, one after the other; lengths [count] or null.
template <class T>
void unit_vectors(T* units, T* lengths, const T* inputs, int rows, int columns, bool of_columns) {
  const int count = of_columns ? columns : rows;
  const int length = of_columns ? rows : columns;
  for (int i = 0; i < count; ++i) {
    T* const u = units + i * length;
    for (int k = 0; k < length; ++k) u[k] = inputs[of_columns ? k * columns + i : i * columns + k];
    const double norm = std::max(std::sqrt(dot(u, u, length)), 1e-7);
    if (lengths) lengths[i] = static_cast<T>(norm);
    for (int k = 0; k < length; ++k) u[k] = static_cast<T>(u[k] / norm);
  }
}

/// Each pair stands for two products, and half of their sum counts.
double pairs_of(int count) { return 0.5 * count * (count - 1.0); }

}  // namespace

template <class T>
double penalty(const T* inputs, int count, double l1, double l2) {
  return sum(count, [=](int i) {
    const double x = inputs[i];
    return l1 * std::fabs(x) + l2 * x * x;
  });
}

template <class T>
void add_penalty_gradient(T* gradients, const T* inputs, int count, double l1, double l2) {
  for (int i = 0; i < count; ++i) {
    const double x = inputs[i];
    const double slope = l1 * ((x > 0) - (x < 0)) + 2 * l2 * x;
    gradients[i] = static_cast<T>(gradients[i] + slope);
  }
}

template <class T>
double orthogonal_penalty(T* workspace, const T* inputs, int rows, int columns, double factor,
                          bool of_columns) {
  const int count = of_columns ? columns : rows;
  const int length = of_columns ? rows : columns;
  unit_vectors(workspace, static_cast<T*>(nullptr), inputs, rows, columns, of_columns);
  double total = 0;
  for (int i = 1; i < count; ++i) {
    for (int j = 0; j < i; ++j)
      total += std::fabs(dot(workspace + i * length, workspace + j * length, length));
  }
  const double pairs = pairs_of(count);
  return pairs == 0 ? 0 : factor * total / pairs;
}

template <class T>
void add_orthogonal_gradient(T* gradients, T* workspace, const T* inputs, int rows, int columns,
                             double factor, bool of_columns) {
  const int count = of_columns ? columns : rows;
  const int length = of_columns ? rows : columns;
  if (count < 2) return;
  T* const lengths = workspace + rows * columns;
  T* const direction = lengths + count;
  unit_vectors(workspace, lengths, inputs, rows, columns, of_columns);
  for (int i = 0; i < count; ++i) {
    const T* const u = workspace + i * length;
    std::fill_n(direction, length, T(0));
    for (int j = 0; j < count; ++j) {
      if (j == i) continue;
      const T* const other = workspace + j * length;
      const double product = dot(u, other, length);
      const auto sign = static_cast<T>((product > 0) - (product < 0));
      for (int k = 0; k < length; ++k) direction[k] += sign * other[k];
    }
    // through the unit length: the part along u does not count
    const double along = dot(direction, u, length);
    const double scale = factor / pairs_of(count) / lengths[i];
    for (int k = 0; k < length; ++k) {
      T& to = gradients[of_columns ? k * columns + i : i * columns + k];
      to = static_cast<T>(to + scale * (direction[k] - along * u[k]));
    }
  }
}

template double penalty(const float*, int, double, double);
template void add_penalty_gradient(float*, const float*, int, double, double);
template double orthogonal_penalty(float*, const float*, int, int, double, bool);
template void add_orthogonal_gradient(float*, float*, const float*, int, int, double, bool);
template double penalty(const double*, int, double, double);
template void add_penalty_gradient(double*, const double*, int, double, double);
template double orthogonal_penalty(double*, const double*, int, int, double, bool);
template void add_orthogonal_gradient(double*, double*, const double*, int, int, double, bool);

}  // namespace simple_rnn
