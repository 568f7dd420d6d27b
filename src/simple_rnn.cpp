#include "simple_rnn.h"

#include <algorithm>
#include <cstring>

#include "instantiate.h"
#include "recurrence.h"

namespace simple_rnn {

namespace {

/// Steps projected at a time: what the second cache holds beside the weights, and no less than
/// four, so that the product has whole tiles.
template <class T>
int chunk_steps(int batch, int steps, int units) {
  const uint64_t row_bytes =
      static_cast<uint64_t>(batch) * static_cast<uint64_t>(units) * sizeof(T);
  const uint64_t fitting = (uint64_t{128} << 10) / std::max(row_bytes, uint64_t{1});
  return std::min(steps, std::max(4, static_cast<int>(fitting) & ~3));
}

/// Rows of inputs with dropout that are in hand at a time.
size_t dropped_rows(int batch, int chunk) {
  const uint64_t rows = static_cast<uint64_t>(batch) * static_cast<uint64_t>(chunk);
  return static_cast<size_t>(std::min(rows, uint64_t{rows_at_once}));
}

template <class T>
void copy_rows(T* to, const T* const* rows, int count, int width) {
  for (int i = 0; i < count; ++i, to += width) {
    if (to != rows[i]) std::memcpy(to, rows[i], sizeof(T) * static_cast<size_t>(width));
  }
}

}  // namespace

template <class V>
uint64_t simple_rnn_packed_bytes(int features, int units) {
  return sizeof(typename V::Number) *
         static_cast<uint64_t>(packed_size<V>(features + units + 1, units));
}

template <class V>
void simple_rnn_pack(typename V::Number* packed, const typename V::Number* kernel,
                     const typename V::Number* recurrent_kernel, const typename V::Number* bias,
                     int features, int units) {
  using T = typename V::Number;
  pack_matrix<V>(packed, kernel, features, units);
  pack_matrix<V>(packed + packed_size<V>(features, units), recurrent_kernel, units, units);
  T* const padded_bias = packed + packed_size<V>(features + units, units);
  for (int j = 0; j < padded<V>(units); ++j) padded_bias[j] = bias && j < units ? bias[j] : T(0);
}

template <class V>
uint64_t simple_rnn_workspace_bytes(int batch, int steps, int features, int units,
                                    unsigned options) {
  using T = typename V::Number;
  const auto B = static_cast<uint64_t>(batch);
  const auto U = static_cast<uint64_t>(units);
  const int chunk = chunk_steps<T>(batch, steps, units);
  const auto part = [](uint64_t numbers) { return numbers * sizeof(T) + 15; };
  uint64_t bytes = 4 * (B * sizeof(void*) + 15) + part(U);
  if (!(options & return_sequences))
    bytes += part(B * static_cast<uint64_t>(chunk + 1) * U) + part(B * U);
  if (options & has_recurrent_dropout) bytes += part(B * U);
  if (options & has_input_dropout)
    bytes += part(dropped_rows(batch, chunk) * static_cast<uint64_t>(features));
  return bytes;
}

template <class V>
void simple_rnn_forward(typename V::Number* outputs, typename V::Number* final_state,
                        void* workspace, const typename V::Number* inputs,
                        const typename V::Number* initial_state, const uint8_t* mask,
                        const typename V::Number* input_dropout,
                        const typename V::Number* recurrent_dropout,
                        const typename V::Number* packed, int batch, int steps, int features,
                        int units, int output_stride, Activation activation, unsigned options) {
  using T = typename V::Number;
  Workspace space(workspace);
  const auto B = static_cast<size_t>(batch);
  const auto U = static_cast<size_t>(units);
  const auto pointers = [&] { return space.take<const T*>(B); };
  const auto rows = [&] { return space.take<T*>(B); };
  T* const zeros = space.take<T>(U);
  T* const dropped_states = recurrent_dropout ? space.take<T>(B * U) : nullptr;
  Recurrence<V> recurrence{Packed<V>(packed, features, units),
                           mask,
                           recurrent_dropout,
                           batch,
                           steps,
                           units,
                           activation,
                           options,
                           !initial_state,
                           pointers(),
                           rows(),
                           pointers(),
                           rows(),
                           dropped_states,
                           zeros};
  std::fill_n(zeros, U, T(0));
  for (int b = 0; b < batch; ++b)
    recurrence.state[b] = initial_state ? initial_state + b * units : zeros;

  // A strip of rows for each sample: the outputs themselves, or scratch for one chunk of steps
  // behind the last row of the chunk before.
  const bool sequences = options & return_sequences;
  const int chunk = chunk_steps<T>(batch, steps, units);
  const Rows<T> strips =
      sequences
          ? rows_of(outputs, steps, output_stride, options & outputs_backwards)
          : rows_of(space.take<T>(B * static_cast<size_t>(chunk + 1) * U), chunk + 1, units, false);
  T* const carried = sequences ? nullptr : space.take<T>(B * U);
  const Rows<const T> sources = rows_of(inputs, steps, features, options & go_backwards);
  T* const dropped_inputs =
      input_dropout ? space.take<T>(dropped_rows(batch, chunk) * static_cast<size_t>(features))
                    : nullptr;

  for (int start = 0; start < steps; start += chunk) {
    const int count = std::min(chunk, steps - start);
    const int first = sequences ? start : 1;
    const auto projected = [=](int row) {
      const int b = row / count;
      return strips.at(b, first + row - b * count);
    };
    const auto input = [=](int row) {
      const int b = row / count;
      const T* const source = sources.at(b, start + row - b * count);
      if (!input_dropout) return source;
      T* const to = dropped_inputs + row % rows_at_once * features;
      scale<V>(to, source, input_dropout + b * features, features);
      return static_cast<const T*>(to);
    };
    multiply<V>(projected, input, recurrence.weights.kernel, recurrence.weights.bias, batch * count,
                features, units);
    for (int i = 0; i < count; ++i) recurrence.step(start + i, strips, first + i);
    if (sequences) continue;
    const bool done = start + count == steps;
    for (int b = 0; b < batch; ++b) {
      std::memcpy(done ? outputs + b * output_stride : strips.at(b, 0), recurrence.row[b],
                  U * sizeof(T));
    }
    if (done) continue;
    // states move out of the strips before the next chunk overwrites them
    copy_rows(carried, recurrence.state, batch, units);
    for (int b = 0; b < batch; ++b) recurrence.state[b] = carried + b * units;
  }
  if (final_state) copy_rows(final_state, recurrence.state, batch, units);
}

template <class V>
__attribute__((nonnull)) void simple_rnn_step(typename V::Number* state,
                                              const typename V::Number* previous_state,
                                              const typename V::Number* inputs,
                                              const typename V::Number* packed, int features,
                                              int units, Activation activation) {
  using T = typename V::Number;
  const Packed<V> weights(packed, features, units);
  multiply_rows<V>(&state, &inputs, weights.kernel, weights.bias, 1, features, units);
  multiply_rows<V>(&state, &previous_state, weights.recurrent_kernel,
                   static_cast<const T*>(nullptr), 1, units, units);
  activate_states<V>(&state, 1, units, activation);
}

#define INSTANTIATE(V)                                                                             \
  template uint64_t simple_rnn_packed_bytes<V>(int, int);                                          \
  template void simple_rnn_pack<V>(V::Number*, const V::Number*, const V::Number*,                 \
                                   const V::Number*, int, int);                                    \
  template uint64_t simple_rnn_workspace_bytes<V>(int, int, int, int, unsigned);                   \
  template void simple_rnn_forward<V>(V::Number*, V::Number*, void*, const V::Number*,             \
                                      const V::Number*, const uint8_t*, const V::Number*,          \
                                      const V::Number*, const V::Number*, int, int, int, int, int, \
                                      Activation, unsigned);                                       \
  template void simple_rnn_step<V>(V::Number*, const V::Number*, const V::Number*,                 \
                                   const V::Number*, int, int, Activation);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
