#include "activations.h"

#include <algorithm>
#include <cmath>

#include "activation_parts.h"
#include "instantiate.h"

namespace simple_rnn {

namespace {

template <class T>
T largest(const T* row, int columns) {
  T most = row[0];
  for (int i = 1; i < columns; ++i) most = row[i] > most || row[i] != row[i] ? row[i] : most;
  return most;
}

/// to = exp(from - max); gives the sum.
template <class V, class T = typename V::Number>
T shifted_exp(T* to, const T* from, int columns, T most) {
  const auto shift = V::splat(most);
  map<V>(to, from, columns, [&](auto x) { return exp<V>(V::sub(x, shift)); });
  T sum = 0;
  for (int i = 0; i < columns; ++i) sum += to[i];
  return sum;
}

template <class V, class T = typename V::Number>
void softmax(T* to, const T* from, int columns) {
  const T sum = shifted_exp<V>(to, from, columns, largest(from, columns));
  map<V>(to, to, columns, [&](auto x) { return V::div(x, V::splat(sum)); });
}

template <class T>
void log_softmax(T* to, const T* from, int columns) {
  const T most = largest(from, columns);
  T sum = 0;
  for (int i = 0; i < columns; ++i) sum += std::exp(from[i] - most);
  const T shift = most + std::log(sum);
  for (int i = 0; i < columns; ++i) to[i] = from[i] - shift;
}

template <class T>
void sparsemax(T* to, const T* from, int columns) {
  const SparsemaxSupport<T> support(from, columns);
  for (int i = 0; i < columns; ++i) to[i] = std::max(from[i] - support.tau, T(0));
}

template <class V, class T = typename V::Number>
void glu(T* to, const T* from, int columns) {
  const int half = columns / 2;
  map<V>(to, from + half, half, [](auto x) { return sigmoid<V>(x); });
  for (int i = 0; i < half; ++i) to[i] *= from[i];
}

/// positive above 0, else negative(x)
template <class V>
typename V::Vector by_sign(typename V::Vector x, typename V::Vector positive,
                           typename V::Vector negative) {
  return V::select(V::less(V::splat(0), x), positive, negative);
}

template <class V>
typename V::Vector relu(typename V::Vector x, ActivationParameters p) {
  const auto zero = V::splat(0);
  auto y = p.c == 0 ? V::max(x, zero) : V::select(V::less(V::splat(p.c), x), x, zero);
  // with a largest value Keras clips at 0 too: what lies between a negative threshold and 0
  y = p.b == INFINITY ? y : clip<V>(y, 0, p.b);
  if (p.a == 0) return y;
  const auto below = V::max(V::sub(V::splat(p.c), x), zero);
  return V::sub(y, V::mul(V::splat(p.a), below));
}

template <class V, class T = typename V::Number>
typename V::Vector gelu(typename V::Vector x, bool approximate) {
  const auto half_x = V::mul(x, V::splat(0.5f));
  if (!approximate)
    return V::mul_add(half_x, erf<V>(V::mul(x, V::splat(T(0.7071067811865476)))), half_x);
  const auto cube = V::mul(V::mul(x, x), x);
  const auto inner =
      V::mul(V::splat(T(0.797884560802865356)), V::mul_add(V::splat(T(0.044715)), cube, x));
  return V::mul_add(half_x, tanh<V>(inner), half_x);
}

/// x · tanh(softplus x) = x · n / (n + 2) with n = w (w + 2), w = exp x
template <class V>
typename V::Vector mish(typename V::Vector x) {
  const auto w = exp<V>(V::min(x, V::splat(20)));
  const auto n = V::mul(w, V::add(w, V::splat(2)));
  return V::mul(x, V::div(n, V::add(n, V::splat(2))));
}

/// 0 below -1, inside(x + 1) up to 1, above from there on
template <class V, class Function>
typename V::Vector ramp(typename V::Vector x, Function inside, typename V::Vector above) {
  const auto middle = inside(V::max(V::add(x, V::splat(1)), V::splat(0)));
  return V::select(V::less(x, V::splat(1)), middle, above);
}

/// The elementwise functions.
template <class V, class Vector = typename V::Vector, class T = typename V::Number>
Vector value(Vector x, Activation activation, ActivationParameters p) {
  switch (activation) {
    case Activation::relu6:
      return clip<V>(x, 0, 6);
    case Activation::leaky_relu:
      return by_sign<V>(x, x, V::mul(x, V::splat(p.a)));
    case Activation::elu:
      return by_sign<V>(x, x, V::mul(V::splat(p.a), expm1<V>(x)));
    case Activation::selu: {
      const auto negative = V::mul(V::splat(T(1.6732632423543772)), expm1<V>(x));
      return V::mul(V::splat(T(1.0507009873554805)), by_sign<V>(x, x, negative));
    }
    case Activation::celu:
      return by_sign<V>(x, x, V::mul(V::splat(p.a), expm1<V>(V::div(x, V::splat(p.a)))));
    case Activation::gelu:
      return gelu<V>(x, p.a != 0);
    case Activation::hard_sigmoid:
      return hard_sigmoid<V>(x);
    case Activation::hard_sigmoid_keras2:
      return clip<V>(V::mul_add(x, V::splat(T(0.2)), V::splat(0.5f)), 0, 1);
    case Activation::log_sigmoid:
      return V::neg(softplus<V>(V::neg(x)));
    case Activation::sparse_sigmoid:
      return clip<V>(V::mul_add(x, V::splat(0.5f), V::splat(0.5f)), 0, 1);
    case Activation::hard_tanh:
      return clip<V>(x, -1, 1);
    case Activation::tanh_shrink:
      return V::sub(x, tanh<V>(x));
    case Activation::soft_shrink:
      return V::sub(x, clip<V>(x, -p.a, p.a));
    case Activation::hard_shrink:
      return V::select(V::less(V::splat(p.a), V::abs(x)), x, V::mul(x, V::splat(0)));
    case Activation::threshold:
      return V::select(V::less(V::splat(p.a), x), x, V::splat(p.b));
    case Activation::softplus:
      return softplus<V>(x);
    case Activation::softsign:
      return V::div(x, V::add(V::splat(1), V::abs(x)));
    case Activation::silu:
      return V::mul(x, sigmoid<V>(x));
    case Activation::hard_silu:
      return V::mul(x, hard_sigmoid<V>(x));
    case Activation::mish:
      return mish<V>(x);
    case Activation::exponential:
      return exp<V>(x);
    case Activation::squareplus: {
      const auto root = V::sqrt(V::mul_add(x, x, V::splat(p.a)));
      return V::mul(V::add(x, root), V::splat(0.5f));
    }
    case Activation::sparse_plus: {
      const auto quarter_square = [](Vector u) { return V::mul(V::mul(u, u), V::splat(0.25f)); };
      return ramp<V>(x, quarter_square, x);
    }
    default:
      return x;
  }
}

/// The most used ones have loops of their own; for the others the selection stands inside, because
/// a loop for each would be twice the code.
template <class V, class T = typename V::Number>
void apply(T* to, const T* from, int count, Activation activation, ActivationParameters p) {
  using Vector = typename V::Vector;
  switch (activation) {
    case Activation::relu:
      return map<V>(to, from, count, [p](Vector x) { return relu<V>(x, p); });
    case Activation::sigmoid:
      return map<V>(to, from, count, [](Vector x) { return sigmoid<V>(x); });
    case Activation::tanh:
      return map<V>(to, from, count, [](Vector x) { return tanh<V>(x); });
    default:
      return map<V>(to, from, count, [=](Vector x) { return value<V>(x, activation, p); });
  }
}

}  // namespace

ActivationParameters default_parameters(Activation activation) {
  static constexpr ActivationParameters table[] = {
#define SIMPLE_RNN_PARAMETERS(name, a, b, c) {a, b, c},
      SIMPLE_RNN_ACTIVATIONS(SIMPLE_RNN_PARAMETERS)
#undef SIMPLE_RNN_PARAMETERS
  };
  return table[static_cast<int>(activation)];
}

template <class V>
void activation_forward(typename V::Number* outputs, const typename V::Number* inputs, int rows,
                        int columns, Activation activation, ActivationParameters parameters) {
  const auto by_row = [&](auto function) {
    const int width = activation == Activation::glu ? columns / 2 : columns;
    for (int i = 0; i < rows; ++i) function(outputs + i * width, inputs + i * columns, columns);
  };
  using T = typename V::Number;
  switch (activation) {
    case Activation::softmax:
      return by_row([](T* to, const T* from, int n) { softmax<V>(to, from, n); });
    case Activation::log_softmax:
      return by_row([](T* to, const T* from, int n) { log_softmax(to, from, n); });
    case Activation::sparsemax:
      return by_row([](T* to, const T* from, int n) { sparsemax(to, from, n); });
    case Activation::glu:
      return by_row([](T* to, const T* from, int n) { glu<V>(to, from, n); });
    default:
      return apply<V>(outputs, inputs, rows * columns, activation, parameters);
  }
}

#define INSTANTIATE(V)                                                                    \
  template void activation_forward<V>(V::Number*, const V::Number*, int, int, Activation, \
                                      ActivationParameters);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
