// Derivatives of the activations that take more than an expression.
#pragma once

#include <cmath>

#include "activation_parts.h"
#include "activations.h"

namespace simple_rnn {

/// yes where a < b, else 0
template <class V, class Vector = typename V::Vector>
Vector where_less(Vector a, Vector b, Vector yes) {
  return V::select(V::less(a, b), yes, V::splat(0));
}

/// slope where low < x < high, else 0
template <class V>
typename V::Vector between(typename V::Vector x, float low, float high,
                           typename V::Vector slope = V::splat(1)) {
  return where_less<V>(V::splat(low), x, where_less<V>(x, V::splat(high), slope));
}

/// slope where low <= x <= high, else 0
template <class V>
typename V::Vector within(typename V::Vector x, float low, float high,
                          typename V::Vector slope = V::splat(1)) {
  const auto zero = V::splat(0);
  return V::select(V::less(x, V::splat(low)), zero,
                   V::select(V::less(V::splat(high), x), zero, slope));
}

/// Keras makes relu of a leaky one, of relu6, or of a selection and clipping, whose derivatives
/// differ at the kinks.
template <class V>
typename V::Vector relu_slope(typename V::Vector x, ActivationParameters p) {
  const bool is_clipped = p.b != INFINITY;
  const auto leak = V::splat(p.a);
  if (p.c == 0 && !is_clipped) return V::select(V::less(V::splat(0), x), V::splat(1), leak);
  const auto slope =
      p.c == 0 && p.b == 6
          ? between<V>(x, 0, 6)
          : where_less<V>(V::splat(p.c), x, within<V>(x, is_clipped ? 0 : -INFINITY, p.b));
  return V::add(slope, where_less<V>(x, V::splat(p.c), leak));
}

/// Derivative of x · cdf(x), cdf = (1 + erf(x / √2)) / 2 or its approximation by tanh.
template <class V, class T = typename V::Number>
typename V::Vector gelu_slope(typename V::Vector x, bool approximate) {
  const auto half = V::splat(0.5f);
  const auto square = V::mul(x, x);
  if (!approximate) {
    const auto cdf = V::mul_add(half, erf<V>(V::mul(x, V::splat(T(0.7071067811865476)))), half);
    const auto density =
        V::mul(V::splat(T(0.3989422804014327)), exp<V>(V::mul(V::splat(-0.5f), square)));
    return V::mul_add(x, density, cdf);
  }
  const auto k = V::splat(T(0.797884560802865356));
  const auto cubic = V::splat(T(0.044715));
  const auto y = tanh<V>(V::mul(k, V::mul_add(V::mul(cubic, square), x, x)));
  const auto inner = V::mul(k, V::mul_add(V::mul(V::splat(3), cubic), square, V::splat(1)));
  const auto rise = V::mul(V::sub(V::splat(1), V::mul(y, y)), inner);
  return V::mul(half, V::add(V::add(V::splat(1), y), V::mul(x, rise)));
}

/// tanh(softplus x) + x · sigmoid(x) · (1 - tanh²(softplus x)), with w and n as in the forward pass
template <class V>
typename V::Vector mish_slope(typename V::Vector x) {
  x = V::min(x, V::splat(20));
  const auto w = exp<V>(x);
  const auto next = V::add(w, V::splat(1));
  const auto n = V::mul(w, V::add(w, V::splat(2)));
  const auto denominator = V::add(n, V::splat(2));
  const auto numerator = V::mul(V::mul(V::splat(4), w), next);
  const auto rise = V::div(V::div(numerator, denominator), denominator);
  return V::mul_add(x, rise, V::div(n, denominator));
}

/// -expm1(-y), that is 1 - exp(-y): softplus' derivative by its output.
template <class V>
typename V::Vector one_minus_exp(typename V::Vector minus_y) {
  return V::neg(expm1<V>(minus_y));
}

}  // namespace simple_rnn
