// The losses that are a mean or sum over elements: one element's value and derivative.
#pragma once

#include <algorithm>
#include <cmath>

#include "losses.h"
#include "vector_math.h"

namespace simple_rnn::loss_terms {

inline constexpr double epsilon = 1e-7;

template <class T>
struct Term {
  T value, derivative;
};

/// x between low and high; `inside` as TensorFlow takes its gradient, borders included. NaN stays.
template <class T>
struct Clipped {
  T x;
  bool inside;

  Clipped(T from, double low, double high)
      : x(from < T(low)    ? T(low)
          : from > T(high) ? T(high)
                           : from),
        inside(x == from || from != from) {}
};

/// x^exponent for x >= 0
template <class T>
inline T power(T x, double exponent) {
  return exponent == 0 ? 1 : std::exp(T(exponent) * std::log(x));
}

template <class T>
inline Term<T> crossentropy(T y, T p) {
  const Clipped<T> o(p, epsilon, 1 - epsilon);
  const T value = -(y * std::log(o.x) + (1 - y) * std::log(1 - o.x));
  return {value, o.inside ? (1 - y) / (1 - o.x) - y / o.x : 0};
}

template <class T>
inline Term<T> crossentropy_of_logit(T y, T z) {
  using S = simd::Scalar<T>;
  return {softplus<S>(z) - z * y, sigmoid<S>(z) - y};
}

/// (1 - p_t)^gamma · crossentropy, p_t the probability of the target.
template <class T>
inline Term<T> focal(T y, T x, const LossParameters& q) {
  const Term<T> ce = q.from_logits ? crossentropy_of_logit(y, x) : crossentropy(y, x);
  const T p = q.from_logits ? sigmoid<simd::Scalar<T>>(x) : x;
  const T rest = 1 - (y * p + (1 - y) * (1 - p));
  const T weight = q.c != 0 ? y * T(q.a) + (1 - y) * T(1 - q.a) : T(1);
  const T factor = power(rest, q.b);
  T slope = rest > 0 ? T(q.b) * factor / rest * (1 - 2 * y) : 0;
  if (q.from_logits) slope *= p * (1 - p);
  return {weight * factor * ce.value, weight * (slope * ce.value + factor * ce.derivative)};
}

/// One element of the losses that are a mean (kl_divergence: a sum) of their elements.
template <class T>
inline Term<T> term(T y, T p, Loss loss, const LossParameters& q) {
  using S = simd::Scalar<T>;
  const T d = p - y;
  const T sign = T((d > 0) - (d < 0));
  switch (loss) {
    case Loss::mean_squared_error:
      return {d * d, 2 * d};
    case Loss::mean_absolute_error:
      return {std::fabs(d), sign};
    case Loss::mean_absolute_percentage_error: {
      const T scale = 100 / std::max(std::fabs(y), T(epsilon));
      return {std::fabs(d) * scale, sign * scale};
    }
    case Loss::mean_squared_logarithmic_error: {
      const T up = std::max(p, T(epsilon)) + 1;
      const T difference = std::log(up) - std::log(std::max(y, T(epsilon)) + 1);
      return {difference * difference, p < T(epsilon) ? 0 : 2 * difference / up};
    }
    case Loss::huber: {
      const T delta = T(q.a);
      if (std::fabs(d) <= delta) return {d * d / 2, d};
      return {delta * std::fabs(d) - delta * delta / 2, delta * sign};
    }
    case Loss::log_cosh:
      return {d + softplus<S>(-2 * d) - T(0.693147180559945309), tanh<S>(d)};
    case Loss::hinge:
      return {std::max(1 - y * p, T(0)), y * p > 1 ? 0 : -y};
    case Loss::squared_hinge: {
      const T gap = std::max(1 - y * p, T(0));
      return {gap * gap, -2 * y * gap};
    }
    case Loss::poisson:
      return {p - y * std::log(p + T(epsilon)), 1 - y / (p + T(epsilon))};
    case Loss::kl_divergence: {
      const T target = Clipped<T>(y, epsilon, 1).x;
      const Clipped<T> o(p, epsilon, 1);
      return {target * std::log(target / o.x), o.inside ? -target / o.x : 0};
    }
    case Loss::binary_focal_crossentropy:
      return focal(y, p, q);
    default:
      return q.from_logits ? crossentropy_of_logit(y, p) : crossentropy(y, p);
  }
}

}  // namespace simple_rnn::loss_terms
