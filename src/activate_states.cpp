// The activation within the loop over steps, apart because it is compiled for speed alone.
#include "activation_parts.h"
#include "activations.h"
#include "instantiate.h"

namespace simple_rnn {

namespace {

/// The magnitude of a state in whole multiples of 2^-100: the sum drops what is smaller.
template <class V>
typename V::Vector flushed(typename V::Vector magnitude) {
  const auto coarse = V::splat(0x1p-77f);
  return V::sub(V::add(magnitude, coarse), coarse);
}

}  // namespace

template <class V>
void activate_states(typename V::Number* const* rows, int count, int units, Activation activation) {
  const auto with_magnitude = [=](auto function) {
    for (int i = 0; i < count; ++i) {
      map<V>(rows[i], rows[i], units, [=](typename V::Vector x) {
        const auto sign = V::sign(x);
        return V::flip(function(V::flip(x, sign)), sign);
      });
    }
  };
  if (activation == Activation::tanh) {
    with_magnitude([](typename V::Vector x) { return flushed<V>(tanh_magnitude<V>(x)); });
    return;
  }
  for (int i = 0; i < count; ++i) {
    activation_forward<V>(rows[i], rows[i], 1, units, activation, default_parameters(activation));
  }
  with_magnitude(flushed<V>);
}

#define INSTANTIATE(V) template void activate_states<V>(V::Number* const*, int, int, Activation);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
