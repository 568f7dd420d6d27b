// The parts of a SimpleRNN pass: packed weights, rows of steps, and the recurrence itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "activations.h"
#include "matrix_product.h"
#include "simple_rnn.h"
#include "workspace.h"

namespace simple_rnn {

/// The parts of the packed weights.
template <class V, class T = typename V::Number>
struct Packed {
  const T* kernel;
  const T* recurrent_kernel;
  const T* bias;

  Packed(const T* packed, int features, int units)
      : kernel(packed),
        recurrent_kernel(packed + packed_size<V>(features, units)),
        bias(packed + packed_size<V>(features + units, units)) {}
};

/// Rows of the steps of a batch.
template <class T>
struct Rows {
  T* first;
  int sample, step;  // numbers from one sample to the next, from one step to the next

  T* at(int b, int t) const { return first + b * sample + t * step; }
};

/// Steps [T] of every sample in rows of a stride, read or written from the last one if backwards.
template <class T>
Rows<T> rows_of(T* start, int steps, int stride, bool backwards) {
  return {backwards ? start + (steps - 1) * stride : start, steps * stride,
          backwards ? -stride : stride};
}

/// to = from · by, element by element.
template <class V, class T = typename V::Number>
void scale(T* to, const T* from, const T* by, int count) {
  int i = 0;
  for (; i + V::width <= count; i += V::width)
    V::store(to + i, V::mul(V::load(from + i), V::load(by + i)));
  const int left = count - i;
  if (left > 0) {
    const auto product = V::mul(V::load_partial(from + i, left), V::load_partial(by + i, left));
    V::store_partial(to + i, product, left);
  }
}

/// The recurrence of one call: where each sample's state stands, and how a step moves it.
template <class V, class T = typename V::Number>
struct Recurrence {
  Packed<V> weights;
  const uint8_t* mask;         // [B, T] or null
  const T* recurrent_dropout;  // [B, U] or null
  int batch, steps, units;
  Activation activation;
  unsigned options;
  bool zero_state;   // the initial state is zeros: the first step needs no product
  const T** state;   // [B]: the row that holds the sample's state
  T** row;           // [B]: the row of the step at hand: its projection, then its output
  const T** inputs;  // [B]: the states of the samples that take part in a step …
  T** outputs;       // … and their rows
  T* dropped;        // [B, U]: with dropout, the states before the product
  const T* zeros;    // [U]

  /// Step `number` of the sequence, whose rows are the t-th.
  void step(int number, const Rows<T>& rows, int t) {
    for (int b = 0; b < batch; ++b) row[b] = rows.at(b, t);
    if (mask || recurrent_dropout) return selected_step(number, rows.step);
    advance(row, state, batch, number);
    std::copy_n(row, batch, state);
  }

 private:
  void advance(T* const* to, const T* const* from, int count, int number) {
    if (number > 0 || !zero_state) {
      multiply_rows<V>(to, from, weights.recurrent_kernel, static_cast<const T*>(nullptr), count,
                       units, units);
    }
    activate_states<V>(to, count, units, activation);
  }

  void selected_step(int number, int stride) {
    const int source = options & (go_backwards | mask_backwards) ? steps - 1 - number : number;
    int active = 0;
    for (int b = 0; b < batch; ++b) {
      T* const output = row[b];
      if (!mask || mask[b * steps + source]) {
        inputs[active] = recurrent_dropout ? drop(b) : state[b];
        outputs[active++] = output;
        state[b] = output;
      } else {
        const bool nothing_to_hold = number == 0 || options & zero_output_for_mask;
        std::memcpy(output, nothing_to_hold ? zeros : output - stride,
                    sizeof(T) * static_cast<size_t>(units));
      }
    }
    advance(outputs, inputs, active, number);
  }

  const T* drop(int b) {
    T* const to = dropped + b * units;
    scale<V>(to, state[b], recurrent_dropout + b * units, units);
    return to;
  }
};

}  // namespace simple_rnn
