// Arithmetic on a vector of simd.h in operators, for kernels that are formulas.
#pragma once

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

}  // namespace simple_rnn
