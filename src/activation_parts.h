// What the activations and their derivatives share.
#pragma once

#include <cmath>

#include "vector_math.h"

namespace simple_rnn {

/// to[i] = function(from[i]). The function's code stands once, for whole vectors and for the rest:
/// V8 sets up every constant of a loop anew.
template <class V, class Function>
void map(typename V::Number* to, const typename V::Number* from, int count, Function function) {
  for (int i = 0; i < count; i += V::width) {
    const int left = count - i;
    const auto y = function(left < V::width ? V::load_partial(from + i, left) : V::load(from + i));
    if (left < V::width) {
      V::store_partial(to + i, y, left);
    } else {
      V::store(to + i, y);
    }
  }
}

/// Smallest value that lies outside the support of the projection onto the simplex (Martins and
/// Astudillo 2016), by Michelot's iteration; `count` becomes the size of the support.
template <class T>
T support_threshold(const T* from, int columns, int& count) {
  T threshold = -INFINITY;
  count = columns + 1;
  for (;;) {
    T sum = 0;
    int above = 0;
    for (int i = 0; i < columns; ++i) {
      if (from[i] > threshold) {
        sum += from[i];
        ++above;
      }
    }
    if (above == 0 || above >= count) return threshold;
    count = above;
    threshold = (sum - 1) / T(above);
  }
}

/// Keras' sparsemax is max(x - tau, 0). With the support sorted, z_1 >= ... >= z_k, the projection
/// has tau = (z_1 + ... + z_k - 1) / k; every backend of Keras 3 sums all the running sums instead,
/// tau = (sum_j (z_1 + ... + z_j) - 1) / k, and so do we.
template <class T>
struct SparsemaxSupport {
  const T* x;
  int columns;
  int count = 0;  // its size
  T threshold, tau;

  SparsemaxSupport(const T* row, int width)
      : x(row), columns(width), threshold(support_threshold(row, width, count)) {
    T sum = 0;
    for (int i = 0; i < columns; ++i) {
      if (x[i] > threshold) sum += times(i) * x[i];
    }
    tau = (sum - 1) / T(count);
  }

  /// How many running sums x[i] is part of.
  T times(int i) const {
    if (!(x[i] > threshold)) return 0;
    int before = 0;
    for (int j = 0; j < columns; ++j) before += x[j] > x[i] || (x[j] == x[i] && j < i);
    return T(count - before);
  }
};

template <class V>
typename V::Vector clip(typename V::Vector x, float low, float high) {
  return V::min(V::max(x, V::splat(low)), V::splat(high));
}

/// clip(x + 3, 0, 6) / 6
template <class V>
typename V::Vector hard_sigmoid(typename V::Vector x) {
  return V::div(clip<V>(V::add(x, V::splat(3)), 0, 6), V::splat(6));
}

}  // namespace simple_rnn
