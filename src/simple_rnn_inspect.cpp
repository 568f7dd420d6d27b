#include <algorithm>
#include <cstring>

#include "instantiate.h"
#include "recurrence.h"

namespace simple_rnn {

template <class V>
uint64_t simple_rnn_inspect_workspace_bytes(int batch, int steps, int units) {
  return simple_rnn_workspace_bytes<V>(batch, steps, 0, units, return_sequences);
}

template <class V>
void simple_rnn_inspect(typename V::Number* states, typename V::Number* input_contribution,
                        typename V::Number* recurrent_contribution, void* workspace,
                        const typename V::Number* inputs, const typename V::Number* initial_state,
                        const uint8_t* mask, const typename V::Number* packed, int batch, int steps,
                        int features, int units, Activation activation, unsigned options) {
  using T = typename V::Number;
  const unsigned order = options & (go_backwards | mask_backwards);
  simple_rnn_forward<V>(states, nullptr, workspace, inputs, initial_state, mask, nullptr, nullptr,
                        packed, batch, steps, features, units, units, activation,
                        order | return_sequences);
  const Packed<V> weights(packed, features, units);
  Workspace space(workspace);
  T* const zeros = space.take<T>(static_cast<size_t>(units));
  std::fill_n(zeros, units, T(0));
  const size_t bytes = static_cast<size_t>(units) * sizeof(T);
  const Rows<const T> sources = rows_of(inputs, steps, features, options & go_backwards);
  for (int b = 0; b < batch; ++b) {
    const T* state = initial_state ? initial_state + b * units : zeros;
    bool started = false;
    for (int t = 0; t < steps; ++t) {
      const int at = (b * steps + t) * units;
      T* from_input = input_contribution + at;
      T* from_state = recurrent_contribution + at;
      std::memset(from_input, 0, bytes);
      std::memset(from_state, 0, bytes);
      if (mask && !mask[b * steps + (order ? steps - 1 - t : t)]) {
        // a sample whose first steps are masked holds its initial state, though its output is zeros
        if (!started) std::memcpy(states + at, state, bytes);
        continue;
      }
      started = true;
      const T* const input = sources.at(b, t);
      multiply_rows<V>(&from_input, &input, weights.kernel, static_cast<const T*>(nullptr), 1,
                       features, units);
      multiply_rows<V>(&from_state, &state, weights.recurrent_kernel,
                       static_cast<const T*>(nullptr), 1, units, units);
      state = states + at;
    }
  }
}

#define INSTANTIATE(V)                                                                             \
  template uint64_t simple_rnn_inspect_workspace_bytes<V>(int, int, int);                          \
  template void simple_rnn_inspect<V>(V::Number*, V::Number*, V::Number*, void*, const V::Number*, \
                                      const V::Number*, const uint8_t*, const V::Number*, int,     \
                                      int, int, int, Activation, unsigned);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
