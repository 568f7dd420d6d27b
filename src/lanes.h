// Kernels that are formulas: arithmetic on a vector of simd.h in operators, and a walk through
// arrays that go in step.
#pragma once

#include <algorithm>

#include "simd.h"

namespace simple_rnn {

template <class V>
struct Lanes {
  typename V::Vector v;

  friend Lanes operator+(Lanes a, Lanes b) { return {V::add(a.v, b.v)}; }
  friend Lanes operator-(Lanes a, Lanes b) { return {V::sub(a.v, b.v)}; }
  friend Lanes operator*(Lanes a, Lanes b) { return {V::mul(a.v, b.v)}; }
  friend Lanes operator/(Lanes a, Lanes b) { return {V::div(a.v, b.v)}; }
  friend Lanes sqrt(Lanes a) { return {V::sqrt(a.v)}; }
  friend Lanes abs(Lanes a) { return {V::abs(a.v)}; }
  /// a where one of them is NaN.
  friend Lanes max(Lanes a, Lanes b) { return {V::max(a.v, b.v)}; }
  friend Lanes min(Lanes a, Lanes b) { return {V::min(a.v, b.v)}; }
  /// -1, 0 or 1, NaN of NaN.
  friend Lanes sign(Lanes a) {
    const auto magnitude = V::abs(a.v);
    const auto one = V::select(V::less(V::splat(0), magnitude), V::splat(1), magnitude);
    return {V::flip(one, V::sign(a.v))};
  }
};

/// Up to five arrays of `count` numbers, the second of them only read, walked in two runs: the
/// whole vectors in place, then the rest in copies. What a null array reads has no meaning.
template <class V>
class Walk {
 public:
  using T = typename V::Number;
  static constexpr int most = 5;

  __attribute__((noinline, cold)) Walk(T* const (&arrays)[most], int count) : left_(count) {
    for (int k = 0; k < most; ++k) {
      const bool is_null = arrays[k] == nullptr;
      at_[k] = is_null ? copies_[k] : arrays[k];
      steps_[k] = is_null ? 0 : V::width;
    }
  }

  /// function(numbers) for each vector of the first N arrays.
  template <int N, class Function>
  void for_each(Function function) {
    while (const int vectors = next()) {
      T* at[N];
      for (int k = 0; k < N; ++k) at[k] = at_[k];
      for (int i = 0; i < vectors; ++i) {
        Lanes<V> numbers[most] = {};
        for (int k = 0; k < N; ++k) numbers[k].v = V::load(at[k]);
        function(numbers);
        for (int k = 0; k < N; ++k) {
          if (k != 1) V::store(at[k], numbers[k].v);
          at[k] += steps_[k];
        }
      }
    }
  }

 private:
  /// The vectors of the next run, 0 behind the last.
  __attribute__((noinline, cold)) int next() {
    if (is_copied_) {
      for (int k = 0; k < most; ++k) {
        if (k != 1 && steps_[k] != 0) std::copy_n(copies_[k], left_, rests_[k]);
      }
      return 0;
    }
    const int vectors = left_ / V::width;
    if (vectors > 0) {
      left_ -= vectors * V::width;
      for (int k = 0; k < most; ++k) rests_[k] = at_[k] + vectors * steps_[k];
      return vectors;
    }
    if (left_ == 0) return 0;
    // no whole vector, or all of them done
    for (int k = 0; k < most; ++k) {
      if (rests_[k] == nullptr) rests_[k] = at_[k];
      if (steps_[k] != 0) std::copy_n(rests_[k], left_, copies_[k]);
      at_[k] = copies_[k];
    }
    is_copied_ = true;
    return 1;
  }

  T* at_[most];
  T* rests_[most] = {};
  int steps_[most];  // 0 for a null array
  int left_;
  bool is_copied_ = false;
  T copies_[most][V::width] = {};
};

}  // namespace simple_rnn
