#include <algorithm>

#include "activation_slopes.h"
#include "activations.h"
#include "instantiate.h"

namespace simple_rnn {

namespace {

/// to[i] = function(a[i], b[i])
template <class V, class Function>
void map_pairs(typename V::Number* to, const typename V::Number* a, const typename V::Number* b,
               int count, Function function) {
  for (int i = 0; i < count; i += V::width) {
    const int left = count - i;
    const bool is_whole = left >= V::width;
    const auto y = function(is_whole ? V::load(a + i) : V::load_partial(a + i, left),
                            is_whole ? V::load(b + i) : V::load_partial(b + i, left));
    if (is_whole) {
      V::store(to + i, y);
    } else {
      V::store_partial(to + i, y, left);
    }
  }
}

/// The derivative by the outputs y, or by the inputs x: see saved_for_backward.
template <class V, class Vector = typename V::Vector, class T = typename V::Number>
Vector slope(Vector saved, Activation activation, ActivationParameters p) {
  const Vector zero = V::splat(0);
  const Vector one = V::splat(1);
  const Vector x = saved;
  const Vector y = saved;
  switch (activation) {
    case Activation::relu:
      return relu_slope<V>(saved, p);
    case Activation::relu6:
      return between<V>(y, 0, 6);
    case Activation::leaky_relu:
      return V::select(V::less(zero, saved), one, V::splat(p.a));
    case Activation::elu: {
      const auto alpha = V::splat(p.a);
      const auto negative = p.a < 0 ? V::mul(alpha, exp<V>(V::min(x, zero))) : V::add(y, alpha);
      return V::select(V::less(zero, saved), one, negative);
    }
    case Activation::selu: {
      const auto scale = V::splat(T(1.0507009873554805));
      const auto negative = V::mul_add(V::splat(T(1.6732632423543772)), scale, y);
      return V::select(V::less(y, zero), negative, scale);
    }
    case Activation::celu: {
      // max(x, 0) + a · expm1(min(x, 0) / a): at 0 TensorFlow counts both
      const auto negative = V::add(V::div(y, V::splat(p.a)), one);
      return V::add(V::select(V::less(y, zero), zero, one),
                    V::select(V::less(zero, y), zero, negative));
    }
    case Activation::gelu:
      return gelu_slope<V>(x, p.a != 0);
    case Activation::sigmoid:
      return V::mul(y, V::sub(one, y));
    case Activation::hard_sigmoid:
      return between<V>(y, 0, 1, V::div(one, V::splat(6)));
    case Activation::hard_sigmoid_keras2:
      return within<V>(x, -2.5f, 2.5f, V::splat(T(0.2)));
    case Activation::log_sigmoid:
      return one_minus_exp<V>(y);
    case Activation::softplus:
      return one_minus_exp<V>(V::neg(y));
    case Activation::sparse_sigmoid:
      return between<V>(y, 0, 1, V::splat(0.5f));
    case Activation::tanh:
      return V::sub(one, V::mul(y, y));
    case Activation::hard_tanh:
      return within<V>(x, -1, 1);
    case Activation::tanh_shrink: {
      const auto root = tanh<V>(x);
      return V::mul(root, root);
    }
    case Activation::soft_shrink:
    case Activation::hard_shrink:
      return where_less<V>(zero, V::abs(y), one);
    case Activation::threshold:
      return where_less<V>(V::splat(p.a), x, one);
    case Activation::softsign: {
      const auto root = V::sub(one, V::abs(y));
      return V::mul(root, root);
    }
    case Activation::silu: {
      const auto gate = sigmoid<V>(x);
      return V::mul_add(V::mul(x, gate), V::sub(one, gate), gate);
    }
    case Activation::hard_silu:
      return V::mul_add(x, between<V>(x, -3, 3, V::div(one, V::splat(6))), hard_sigmoid<V>(x));
    case Activation::mish:
      return mish_slope<V>(x);
    case Activation::exponential:
      return y;
    case Activation::squareplus: {
      const auto root = V::sqrt(V::mul_add(x, x, V::splat(p.a)));
      return V::mul(V::splat(0.5f), V::add(one, V::div(x, root)));
    }
    case Activation::sparse_plus:
      return V::sqrt(V::min(y, one));
    default:
      return one;
  }
}

template <class V, class T = typename V::Number>
void softmax_backward(T* to, const T* gradient, const T* y, int columns) {
  T sum = 0;
  for (int i = 0; i < columns; ++i) sum += gradient[i] * y[i];
  map_pairs<V>(to, gradient, y, columns,
               [=](auto d, auto p) { return V::mul(p, V::sub(d, V::splat(sum))); });
}

template <class V, class T = typename V::Number>
void log_softmax_backward(T* to, const T* gradient, const T* y, int columns) {
  T sum = 0;
  for (int i = 0; i < columns; ++i) sum += gradient[i];
  map_pairs<V>(to, gradient, y, columns,
               [=](auto d, auto p) { return V::sub(d, V::mul(exp<V>(p), V::splat(sum))); });
}

/// tau moves with each number of the support by the times that Keras counts it.
template <class T>
void sparsemax_backward(T* to, const T* gradient, const T* x, int columns) {
  const SparsemaxSupport<T> support(x, columns);
  T sum = 0;
  for (int i = 0; i < columns; ++i) sum += x[i] < support.tau ? T(0) : gradient[i];
  for (int i = 0; i < columns; ++i) {
    const T direct = x[i] < support.tau ? T(0) : gradient[i];
    to[i] = direct - sum * support.times(i) / T(support.count);
  }
}

template <class V, class T = typename V::Number>
void glu_backward(T* to, const T* gradient, const T* x, int columns) {
  const int half = columns / 2;
  T* const of_gate = to + half;
  map<V>(of_gate, x + half, half, [](auto gate) { return sigmoid<V>(gate); });
  for (int i = 0; i < half; ++i) {
    const T gate = of_gate[i];
    to[i] = gradient[i] * gate;
    of_gate[i] = gradient[i] * x[i] * gate * (1 - gate);
  }
}

/// A gradient in whole multiples of 2^-101: the sum drops what is smaller.
template <class V>
typename V::Vector flushed(typename V::Vector gradient) {
  const auto coarse = V::splat(0x1.8p-78f);
  return V::sub(V::add(gradient, coarse), coarse);
}

}  // namespace

Saved saved_for_backward(Activation activation, ActivationParameters p) {
  const auto inputs_if = [](bool needed) { return needed ? Saved::inputs : Saved::outputs; };
  switch (activation) {
    case Activation::linear:
      return Saved::nothing;
    case Activation::relu:
      return inputs_if(p.a != 0 || p.b != INFINITY || p.c != 0);
    case Activation::leaky_relu:
    case Activation::elu:
      return inputs_if(p.a < 0);
    case Activation::gelu:
    case Activation::glu:
    case Activation::hard_sigmoid_keras2:
    case Activation::hard_silu:
    case Activation::hard_tanh:
    case Activation::mish:
    case Activation::silu:
    case Activation::sparsemax:
    case Activation::squareplus:
    case Activation::tanh_shrink:
    case Activation::threshold:
      return Saved::inputs;
    default:
      return Saved::outputs;
  }
}

template <class V>
void activation_backward(typename V::Number* d_inputs, const typename V::Number* d_outputs,
                         const typename V::Number* saved, int rows, int columns,
                         Activation activation, ActivationParameters parameters) {
  using T = typename V::Number;
  const auto by_row = [&](auto function) {
    const int width = activation == Activation::glu ? columns / 2 : columns;
    for (int i = 0; i < rows; ++i)
      function(d_inputs + i * columns, d_outputs + i * width, saved + i * columns, columns);
  };
  switch (activation) {
    case Activation::softmax:
      return by_row(softmax_backward<V, T>);
    case Activation::log_softmax:
      return by_row(log_softmax_backward<V, T>);
    case Activation::sparsemax:
      return by_row(sparsemax_backward<T>);
    case Activation::glu:
      return by_row(glu_backward<V, T>);
    default:
      // the selection stands inside the loop: a loop for each would be four times the code
      return map_pairs<V>(d_inputs, d_outputs, saved, rows * columns, [=](auto d, auto from) {
        return V::mul(d, slope<V>(from, activation, parameters));
      });
  }
}

template <class V>
void activate_states_backward(typename V::Number* const* d_inputs,
                              typename V::Number* const* d_states,
                              const typename V::Number* const* saved, int count, int units,
                              Activation activation) {
  using Vector = typename V::Vector;
  if (activation == Activation::tanh) {
    for (int i = 0; i < count; ++i) {
      map_pairs<V>(d_inputs[i], d_states[i], saved[i], units, [](Vector d, Vector y) {
        return flushed<V>(V::mul(d, V::sub(V::splat(1), V::mul(y, y))));
      });
    }
    return;
  }
  for (int i = 0; i < count; ++i) {
    activation_backward<V>(d_states[i], d_states[i], saved[i], 1, units, activation,
                           default_parameters(activation));
    map<V>(d_inputs[i], d_states[i], units, flushed<V>);
  }
}

#define INSTANTIATE(V)                                                                           \
  template void activation_backward<V>(V::Number*, const V::Number*, const V::Number*, int, int, \
                                       Activation, ActivationParameters);                        \
  template void activate_states_backward<V>(V::Number* const*, V::Number* const*,                \
                                            const V::Number* const*, int, int, Activation);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
