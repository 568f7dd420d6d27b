#include <algorithm>

#include "backward_pass.h"
#include "instantiate.h"
#include "simple_rnn_train.h"

namespace simple_rnn {

template <class V>
uint64_t simple_rnn_backward_packed_bytes(int features, int units) {
  return sizeof(typename V::Number) * (static_cast<uint64_t>(packed_size<V>(units, features)) +
                                       static_cast<uint64_t>(packed_size<V>(units, units)));
}

template <class V>
void simple_rnn_backward_pack(typename V::Number* backward_packed, const typename V::Number* kernel,
                              const typename V::Number* recurrent_kernel, int features, int units) {
  pack_transposed<V>(backward_packed, kernel, units, features);
  pack_transposed<V>(backward_packed + packed_size<V>(units, features), recurrent_kernel, units,
                     units);
}

template <class V>
uint64_t simple_rnn_backward_workspace_bytes(int batch, int steps, int features, int units) {
  return Room<V>::bytes(batch, steps, features, units);
}

template <class V>
void simple_rnn_backward(typename V::Number* d_inputs, typename V::Number* d_initial_state,
                         typename V::Number* d_kernel, typename V::Number* d_recurrent_kernel,
                         typename V::Number* d_bias, typename V::Number* d_states, void* workspace,
                         const typename V::Number* d_outputs,
                         const typename V::Number* d_final_state, const typename V::Number* inputs,
                         const typename V::Number* states, const typename V::Number* initial_state,
                         const uint8_t* mask, const typename V::Number* input_dropout,
                         const typename V::Number* recurrent_dropout,
                         const typename V::Number* packed,
                         const typename V::Number* backward_packed, int batch, int steps,
                         int features, int units, int output_stride, int truncate,
                         Activation activation, unsigned options) {
  using T = typename V::Number;
  const bool sequences = options & return_sequences;
  const bool backwards = sequences && options & outputs_backwards;
  BackwardPass<V> pass{Room<V>(workspace, batch, steps, features, units),
                       rows_of(inputs, steps, features, options & go_backwards),
                       rows_of(states, steps, sequences ? output_stride : units, backwards),
                       mask,
                       input_dropout,
                       recurrent_dropout,
                       batch,
                       steps,
                       features,
                       units,
                       activation,
                       options};
  std::fill_n(pass.room.zeros, padded<V>(std::max(features, units)), T(0));
  pass.list_uses(initial_state);
  if (saved_for_backward(activation, default_parameters(activation)) == Saved::inputs)
    pass.restore_inputs(Packed<V>(packed, features, units));

  T* const carried = pass.room.carried;
  const size_t carried_size = static_cast<size_t>(batch) * static_cast<size_t>(units);
  if (d_final_state) {
    std::copy_n(d_final_state, carried_size, carried);
  } else {
    std::fill_n(carried, carried_size, T(0));
  }
  // without return_sequences one row a sample, of the last step
  const Rows<const T> output_rows = sequences ? rows_of(d_outputs, steps, output_stride, backwards)
                                              : Rows<const T>{d_outputs, output_stride, 0};
  const T* const recurrent_kernel = backward_packed + packed_size<V>(units, features);
  for (int t = steps - 1; t >= 0; --t) {
    if (d_outputs && (sequences || t == steps - 1)) pass.add_outputs(output_rows, t);
    if (d_states) {
      const Rows<T> to = rows_of(d_states, steps, units, false);
      for (int b = 0; b < batch; ++b) std::copy_n(carried + b * units, units, to.at(b, t));
    }
    const bool at_border = truncate > 0 && t > 0 && t % truncate == 0;
    pass.step_back(t, recurrent_kernel, !at_border && (t > 0 || d_initial_state));
    if (at_border) std::fill_n(carried, carried_size, T(0));
  }
  if (d_initial_state) std::copy_n(carried, carried_size, d_initial_state);
  if (d_kernel || d_recurrent_kernel || d_bias)
    pass.weight_gradients(d_kernel, d_recurrent_kernel, d_bias);
  if (d_inputs)
    pass.input_gradients(rows_of(d_inputs, steps, features, options & go_backwards),
                         backward_packed);
}

#define INSTANTIATE(V)                                                                             \
  template uint64_t simple_rnn_backward_packed_bytes<V>(int, int);                                 \
  template void simple_rnn_backward_pack<V>(V::Number*, const V::Number*, const V::Number*, int,   \
                                            int);                                                  \
  template uint64_t simple_rnn_backward_workspace_bytes<V>(int, int, int, int);                    \
  template void simple_rnn_backward<V>(                                                            \
      V::Number*, V::Number*, V::Number*, V::Number*, V::Number*, V::Number*, void*,               \
      const V::Number*, const V::Number*, const V::Number*, const V::Number*, const V::Number*,    \
      const uint8_t*, const V::Number*, const V::Number*, const V::Number*, const V::Number*, int, \
      int, int, int, int, int, Activation, unsigned);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
