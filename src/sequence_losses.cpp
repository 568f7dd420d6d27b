// The losses whose rows are not independent elements: CTC along the steps, circle across the batch.
#include <algorithm>
#include <cmath>

#include "activations.h"
#include "instantiate.h"
#include "losses.h"
#include "vector_math.h"

namespace simple_rnn {

namespace {

/// log(exp a + exp b)
template <class T>
T log_add(T a, T b) {
  const T most = std::max(a, b);
  if (most == -INFINITY) return most;
  return most + std::log1p(std::exp(-std::fabs(a - b)));
}

/// The labels of one row with a blank before, between and behind them.
template <class T>
struct Extended {
  const T* labels;
  int length;

  int size() const { return 2 * length + 1; }
  int at(int s) const { return s % 2 == 0 ? 0 : static_cast<int>(labels[s / 2]); }
  /// Whether a path may go from s - 2 to s.
  bool skips(int s) const { return s > 1 && s % 2 == 1 && at(s) != at(s - 2); }
};

/// -log P(labels | log_probabilities [steps, classes]), which become the gradient by the logits.
template <class T>
T ctc_row(T* log_probabilities, T* workspace, Extended<T> path, int steps, int classes) {
  const int size = path.size();
  T* const alpha = workspace;  // [steps, size]: paths up to a step, its own symbol included
  for (int t = 0; t < steps; ++t) {
    const T* const before = alpha + (t - 1) * size;
    for (int s = 0; s < size; ++s) {
      T sum = t == 0 && s < 2 ? T(0) : T(-INFINITY);
      if (t > 0) {
        sum = before[s];
        if (s > 0) sum = log_add(sum, before[s - 1]);
        if (path.skips(s)) sum = log_add(sum, before[s - 2]);
      }
      alpha[t * size + s] = sum + log_probabilities[t * classes + path.at(s)];
    }
  }
  const T* const end = alpha + steps * size;
  const T total = size > 1 ? log_add(end[-1], end[-2]) : end[-1];
  if (total == -INFINITY) {
    std::fill_n(log_probabilities, steps * classes, T(0));
    return INFINITY;
  }
  // paths behind a step, in turn in two rows
  T* behind = alpha + steps * size;
  T* next = behind + size;
  for (int s = 0; s < size; ++s) behind[s] = s + 2 < size ? T(-INFINITY) : T(0);
  for (int t = steps - 1; t >= 0; --t) {
    T* const row = log_probabilities + t * classes;
    for (int s = 0; s < size; ++s) next[s] = behind[s] + row[path.at(s)];
    for (int k = 0; k < classes; ++k) row[k] = std::exp(row[k]);
    for (int s = 0; s < size; ++s)
      row[path.at(s)] -= std::exp(alpha[t * size + s] + behind[s] - total);
    for (int s = 0; s < size; ++s) {
      T sum = next[s];
      if (s + 1 < size) sum = log_add(sum, next[s + 1]);
      if (s + 2 < size && path.skips(s + 2)) sum = log_add(sum, next[s + 2]);
      behind[s] = sum;
    }
  }
  return -total;
}

/// A pair's exponent in the sum of the positive or of the negative ones, and its slope.
template <class T>
struct Pair {
  T value, slope;
};

template <class T>
Pair<T> pair(T distance, bool is_positive, T gamma, T margin) {
  if (is_positive) return {gamma * (distance * distance - margin * margin), 2 * gamma * distance};
  const T weight = std::max(1 + margin - distance, T(0));
  const T gap = 1 - margin - distance;
  return {gamma * weight * gap, weight > 0 ? -gamma * (gap + weight) : 0};
}

}  // namespace

template <class V, class T>
void ctc_forward(T* values, T* gradients, T* workspace, const T* labels, const T* logits, int rows,
                 int length, int steps, int classes) {
  activation_forward<V>(gradients, logits, rows * steps, classes, Activation::log_softmax, {});
  for (int i = 0; i < rows; ++i, labels += length) {
    const Extended<T> path = {labels,
                              static_cast<int>(length - std::count(labels, labels + length, T(0)))};
    values[i] = ctc_row(gradients + i * steps * classes, workspace, path, steps, classes);
  }
}

template <class T>
void circle_forward(T* values, uint8_t* mask, T* workspace, const T* labels, const T* embeddings,
                    int rows, int columns, double gamma, double margin, bool remove_diagonal) {
  for (int i = 0; i < rows; ++i) {
    T* const pairs = workspace + i * rows;
    const T* const own = embeddings + i * columns;
    T sums[2] = {-INFINITY, -INFINITY};  // of the negative and the positive pairs
    const auto left_out = [=](int j) { return remove_diagonal && i == j; };
    for (int j = 0; j < rows; ++j) {
      double product = 0;
      for (int k = 0; k < columns; ++k) product += double{own[k]} * embeddings[j * columns + k];
      pairs[j] = T(1 - product);
      const bool same = labels[i] == labels[j];
      if (left_out(j) && same) continue;
      const T distance = std::max(pairs[j], T(0));
      sums[same] = log_add(sums[same], pair(distance, same, T(gamma), T(margin)).value);
    }
    const T x = sums[0] + sums[1];
    using S = simd::Scalar<T>;
    values[i] = softplus<S>(x);
    if (mask != nullptr && !(values[i] > 0)) mask[i] = 0;
    const T outer = sigmoid<S>(x);
    for (int j = 0; j < rows; ++j) {
      const bool same = labels[i] == labels[j];
      const T distance = std::max(pairs[j], T(0));
      const Pair<T> each = pair(distance, same, T(gamma), T(margin));
      const bool counts = values[i] > 0 && pairs[j] >= 0 && !(left_out(j) && same);
      pairs[j] = counts ? outer * std::exp(each.value - sums[same]) * each.slope : 0;
    }
  }
}

template <class T>
void circle_backward(T* gradients, const T* workspace, const T* factors, const T* embeddings,
                     int rows, int columns) {
  std::fill_n(gradients, rows * columns, T(0));
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < rows; ++j) {
      const T both = factors[i] * workspace[i * rows + j] + factors[j] * workspace[j * rows + i];
      for (int k = 0; k < columns; ++k)
        gradients[i * columns + k] -= both * embeddings[j * columns + k];
    }
  }
}

#define INSTANTIATE(V)                                                               \
  template void ctc_forward<V>(V::Number*, V::Number*, V::Number*, const V::Number*, \
                               const V::Number*, int, int, int, int);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE
template void circle_forward(float*, uint8_t*, float*, const float*, const float*, int, int, double,
                             double, bool);
template void circle_forward(double*, uint8_t*, double*, const double*, const double*, int, int,
                             double, double, bool);
template void circle_backward(float*, const float*, const float*, const float*, int, int);
template void circle_backward(double*, const double*, const double*, const double*, int, int);

}  // namespace simple_rnn
