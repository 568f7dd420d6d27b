#include "simple_rnn_train.h"

#include <algorithm>

#include "instantiate.h"

namespace simple_rnn {

template <class V>
void simple_rnn_train_forward(typename V::Number* outputs, typename V::Number* final_state,
                              typename V::Number* states, void* workspace,
                              const typename V::Number* inputs,
                              const typename V::Number* initial_state, const uint8_t* mask,
                              const typename V::Number* input_dropout,
                              const typename V::Number* recurrent_dropout,
                              const typename V::Number* packed, int batch, int steps, int features,
                              int units, int output_stride, Activation activation,
                              unsigned options) {
  const auto forward = [&](typename V::Number* to, int stride, unsigned with) {
    simple_rnn_forward<V>(to, final_state, workspace, inputs, initial_state, mask, input_dropout,
                          recurrent_dropout, packed, batch, steps, features, units, stride,
                          activation, with);
  };
  if (options & return_sequences) return forward(outputs, output_stride, options);
  forward(states, units, (options & ~outputs_backwards) | return_sequences);
  for (int b = 0; b < batch; ++b)
    std::copy_n(states + ((b + 1) * steps - 1) * units, units, outputs + b * output_stride);
}

#define INSTANTIATE(V)                                                                            \
  template void simple_rnn_train_forward<V>(V::Number*, V::Number*, V::Number*, void*,            \
                                            const V::Number*, const V::Number*, const uint8_t*,   \
                                            const V::Number*, const V::Number*, const V::Number*, \
                                            int, int, int, int, int, Activation, unsigned);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
