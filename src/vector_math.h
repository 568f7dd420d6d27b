// exp, log and their kin over any vector type of simd.h. float: within 2 units in the last place
// unless said otherwise, the same bits on every target; double: the C library's.
#pragma once

#include <cmath>
#include <cstring>
#include <type_traits>

#include "simd.h"

namespace simple_rnn {

template <class V>
inline constexpr bool is_double = std::is_same_v<typename V::Number, double>;

/// Horner's rule, highest coefficient first.
template <class V, class... Rest>
inline typename V::Vector polynomial(typename V::Vector x, float first, Rest... rest) {
  auto sum = V::splat(first);
  ((sum = V::mul_add(sum, x, V::splat(rest))), ...);
  return sum;
}

/// The whole number nearest to a, for |a| < 2^22.
template <class V>
inline typename V::Vector round_whole(typename V::Vector a) {
  const auto magic = V::splat(12582912.0f);
  return V::sub(V::add(a, magic), magic);
}

/// exp(x) = 2^n (1 + r + rest), |r| <= ln 2 / 2.
template <class V>
struct Reduced {
  typename V::Vector n, r, rest;
};

/// |x| < 2^20.
template <class V>
inline Reduced<V> reduce(typename V::Vector x) {
  const auto n = round_whole<V>(V::mul(x, V::splat(1.44269504088896341f)));
  // Cody and Waite: the first part of ln 2 has few bits, so its product with n and the difference
  // are exact; what the second one rounds off goes into the rest
  const auto high = V::sub(x, V::mul(n, V::splat(0.693359375f)));
  const auto low = V::mul(n, V::splat(2.12194440e-4f));
  const auto r = V::add(high, low);
  const auto lost = V::sub(low, V::sub(r, high));
  // (exp(r) - 1 - r) / r², coefficients of Cephes' expf
  const auto p = polynomial<V>(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                               4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f);
  return {n, r, V::mul_add(V::mul(r, r), p, lost)};
}

template <class V>
inline typename V::Vector exp(typename V::Vector x) {
  if constexpr (is_double<V>) {
    return std::exp(x);
  } else {
    const auto one = V::splat(1.0f);
    const auto [n, r, rest] = reduce<V>(V::min(V::max(x, V::splat(-104.0f)), V::splat(89.0f)));
    const auto high = V::add(one, r);
    const auto e = V::add(high, V::add(V::sub(r, V::sub(high, one)), rest));
    // in two factors, so that subnormal results come out and overflow gives infinity
    const auto half = round_whole<V>(V::mul(n, V::splat(0.5f)));
    return V::mul(V::mul(e, V::pow2(half)), V::pow2(V::sub(n, half)));
  }
}

/// exp(x) - 1 without cancellation; x <= 88.
template <class V>
inline typename V::Vector expm1(typename V::Vector x) {
  if constexpr (is_double<V>) {
    return std::expm1(x);
  } else {
    const auto [n, r, rest] = reduce<V>(V::min(V::max(x, V::splat(-20.0f)), V::splat(88.0f)));
    const auto power = V::pow2(n);
    return V::mul_add(power, V::add(r, rest), V::sub(power, V::splat(1.0f)));
  }
}

/// tanh of magnitude >= 0, exactly 1 from 10 on, NaN kept.
template <class V>
inline typename V::Vector tanh_magnitude(typename V::Vector magnitude) {
  if constexpr (is_double<V>) {
    return std::tanh(magnitude);
  } else {
    const auto one = V::splat(1.0f);
    const auto x = V::min(magnitude, V::splat(10.0f));
    // up to 0.625 an odd polynomial, coefficients of Cephes' tanhf
    const auto z = V::mul(x, x);
    const auto p = polynomial<V>(z, -5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f,
                                 1.33314422036e-1f, -3.33332819422e-1f);
    const auto small = V::mul_add(V::mul(p, z), x, x);
    // beyond: 1 - 2 / (exp(2 x) + 1), as a power of two: what the product rounds off matters less
    // the larger it is. Coefficients of Cephes' exp2f
    const auto y = V::mul(x, V::splat(2.88539008177792681f));
    const auto n = round_whole<V>(y);
    // in pairs (Estrin): the chain of operations that wait for each other is half as long as
    // Horner's
    const auto f = V::sub(y, n);
    const auto f2 = V::mul(f, f);
    const auto low = V::mul_add(polynomial<V>(f, 5.550332471162809e-2f, 2.402264791363012e-1f), f2,
                                polynomial<V>(f, 6.931472028550421e-1f, 1.0f));
    const auto high = V::mul_add(f2, V::splat(1.535336188319500e-4f),
                                 polynomial<V>(f, 1.339887440266574e-3f, 9.618437357674640e-3f));
    const auto power = V::mul_add(high, V::mul(f2, f2), low);
    const auto denominator = V::mul_add(power, V::pow2(n), one);
    const auto large = V::sub(one, V::div(V::splat(2.0f), denominator));
    return V::select(V::less(x, V::splat(0.625f)), small, large);
  }
}

/// Odd, exactly ±1 from |x| = 10 on, NaN kept.
template <class V>
inline typename V::Vector tanh(typename V::Vector x) {
  const auto sign = V::sign(x);
  return V::flip(tanh_magnitude<V>(V::flip(x, sign)), sign);
}

template <class V>
inline typename V::Vector sigmoid(typename V::Vector x) {
  if constexpr (is_double<V>) {
    return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
  } else {
    const auto one = V::splat(1.0f);
    const auto e = exp<V>(V::neg(V::abs(x)));
    const auto numerator = V::select(V::less(x, V::splat(0.0f)), e, one);
    const auto quotient = V::div(numerator, V::add(one, e));
    // e / (1 + e) = e - e · (e / (1 + e)): where e is small, what 1 + e rounds off does not count
    const auto tail = V::sub(e, V::mul(e, quotient));
    return V::select(V::less(x, V::splat(-1.5f)), tail, quotient);
  }
}

/// log(1 + x) for 0 <= x <= 1.
template <class V>
inline typename V::Vector log1p_unit(typename V::Vector x) {
  if constexpr (is_double<V>) {
    return std::log1p(x);
  } else {
    // 2 atanh(s) with s = x / (2 + x) <= 1/3, odd series; the leading term is exact enough near 0
    const auto s = V::div(x, V::add(x, V::splat(2.0f)));
    const auto z = V::mul(s, s);
    const auto p =
        polynomial<V>(z, 2.0f / 15, 2.0f / 13, 2.0f / 11, 2.0f / 9, 2.0f / 7, 2.0f / 5, 2.0f / 3);
    const auto twice = V::add(s, s);
    return V::mul_add(V::mul(s, z), p, twice);
  }
}

/// log(1 + exp x)
template <class V>
inline typename V::Vector softplus(typename V::Vector x) {
  const auto e = exp<V>(V::neg(V::abs(x)));
  return V::add(V::max(x, V::splat(0.0f)), log1p_unit<V>(e));
}

/// |error| < 3e-7: an odd rational approximation, the coefficients those of Eigen's float erf.
template <class V>
inline typename V::Vector erf(typename V::Vector x) {
  if constexpr (is_double<V>) {
    return std::erf(x);
  } else {
    // erf x = x · P(x²) / Q(x²) on |x| <= 4, where float erf reaches 1
    x = V::min(V::max(x, V::splat(-4.0f)), V::splat(4.0f));
    const auto z = V::mul(x, x);
    const auto p =
        polynomial<V>(z, -2.72614225801306e-10f, 2.77068142495902e-08f, -2.10102402082508e-06f,
                      -5.69250639462346e-05f, -7.34990630326855e-04f, -2.95459980854025e-03f,
                      -1.60960333262415e-02f);
    const auto q =
        polynomial<V>(z, -1.45660718464996e-05f, -2.13374055278905e-04f, -1.68282697438203e-03f,
                      -7.37332916720468e-03f, -1.42647390514189e-02f);
    return V::div(V::mul(x, p), q);
  }
}

}  // namespace simple_rnn
