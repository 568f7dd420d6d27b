// Kernels that are formulas: arithmetic on a vector of simd.h in operators, and a walk through
// arrays that go in step.
#pragma once

#include <algorithm>
#include <utility>

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

/// Up to five arrays of `count` numbers walked in two runs: the whole vectors in place, then the
/// rest in copies. The second array is only read. The first one is written last: an array that is
/// not needed may be the first once more, if its numbers are left alone.
template <class V>
class Walk {
 public:
  using T = typename V::Number;

  Walk(T* const* arrays, int arrays_count, int count)
      : arrays_(arrays), arrays_count_(arrays_count), count_(count) {}

  /// function(numbers) for each vector of the N arrays.
  template <int N, class Function>
  void for_each(Function function) {
    run(function, std::make_integer_sequence<int, N>());
  }

 private:
  /// Written out array by array: a loop over them would keep the vectors in memory.
  template <class Function, int... k>
  void run(Function function, std::integer_sequence<int, k...>) {
    constexpr int last = sizeof...(k) - 1;
    while (const int length = next()) {
      T* const at[] = {at_[k]...};
      for (int i = 0; i < length; i += V::width) {
        Lanes<V> numbers[] = {{V::load(at[k] + i)}...};
        function(numbers);
        (store<last - k>(at[last - k] + i, numbers[last - k]), ...);
      }
    }
  }

  template <int k>
  static void store(T* to, Lanes<V> from) {
    if constexpr (k != 1) V::store(to, from.v);
  }

  /// The numbers of the next run, 0 behind the last.
  __attribute__((noinline, cold)) int next() {
    const int rest = count_ % V::width, whole = count_ - rest;
    for (;;) {
      ++run_;
      for (int k = arrays_count_ - 1; k >= 0; --k) {
        T* const place = arrays_[k] + whole;
        if (run_ == 1) at_[k] = arrays_[k];
        if (run_ == 2) at_[k] = std::copy_n(place, rest, copies_[k]) - rest;
        if (run_ == 3 && k != 1) std::copy_n(copies_[k], rest, place);
      }
      if (run_ == 3) return 0;
      if (run_ == 1 && whole > 0) return whole;
      if (run_ == 2 && rest > 0) return V::width;
    }
  }

  static constexpr int most = 5;
  T* const* arrays_;
  int arrays_count_, count_, run_ = 0;
  T* at_[most];
  T copies_[most][V::width] = {};
};

}  // namespace simple_rnn
