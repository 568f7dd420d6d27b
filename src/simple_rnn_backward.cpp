#include <algorithm>
#include <cstring>

#include "gradient_products.h"
#include "instantiate.h"
#include "merge.h"
#include "recurrence.h"
#include "simple_rnn_train.h"

namespace simple_rnn {

namespace {

/// A step that a sample takes part in.
template <class T>
struct Use {
  const T* previous;  // the state before it
  int sample, step;
};

/// The parts of the workspace.
template <class V, class T = typename V::Number>
struct Room {
  Use<T>* uses;       // [B·T], by steps
  int* first_of;      // [T + 1]: the first use of each step
  int* first_used;    // [B]: the first step that the sample takes part in
  T* gradients;       // [B·T, U]: of the pre-activations, by uses
  T* carried;         // [B, U]: of the states
  const T** sources;  // [B]: rows of the step at hand: states, or pre-activations …
  T** targets;        // … their gradients …
  T** states;         // … and rows of `carried`
  T* zeros;           // [max(F, U)], padded
  T* dropped;         // [gradient_rows, max(F, U)]
  T* left_panels;     // a block of inputs or states
  T* right_panels;    // a block of gradients

  Room(void* start, int batch, int steps, int features, int units) {
    Workspace space(start);
    const auto B = static_cast<size_t>(batch);
    const auto U = static_cast<size_t>(units);
    const auto rows = B * static_cast<size_t>(steps);
    const int widest = std::max(features, units);
    uses = space.take<Use<T>>(rows);
    first_of = space.take<int>(static_cast<size_t>(steps) + 1);
    first_used = space.take<int>(B);
    gradients = space.take<T>(rows * U);
    carried = space.take<T>(B * U);
    sources = space.take<const T*>(B);
    targets = space.take<T*>(B);
    states = space.take<T*>(B);
    zeros = space.take<T>(static_cast<size_t>(padded<V>(widest)));
    dropped = space.take<T>(gradient_rows * static_cast<size_t>(widest));
    left_panels = space.take<T>(panels_size(widest, gradient_tile_rows));
    right_panels = space.take<T>(panels_size(units, gradient_tile_columns<V>));
  }

  static uint64_t bytes(int batch, int steps, int features, int units) {
    const auto part = [](uint64_t count, size_t size) { return count * size + 15; };
    const auto B = static_cast<uint64_t>(batch);
    const auto U = static_cast<uint64_t>(units);
    const uint64_t rows = B * static_cast<uint64_t>(steps);
    const int widest = std::max(features, units);
    return part(rows, sizeof(Use<T>)) + part(static_cast<uint64_t>(steps) + 1, sizeof(int)) +
           part(B, sizeof(int)) + part(rows * U, sizeof(T)) + part(B * U, sizeof(T)) +
           3 * part(B, sizeof(T*)) + part(static_cast<uint64_t>(padded<V>(widest)), sizeof(T)) +
           part(gradient_rows * static_cast<uint64_t>(widest), sizeof(T)) +
           part(panels_size(widest, gradient_tile_rows), sizeof(T)) +
           part(panels_size(units, gradient_tile_columns<V>), sizeof(T));
  }
};

/// One backward pass.
template <class V, class T = typename V::Number>
struct BackwardPass {
  Room<V> room;
  Rows<const T> inputs, states;  // by samples and steps in processing order
  const uint8_t* mask;
  const T* input_dropout;
  const T* recurrent_dropout;
  int batch, steps, features, units;
  Activation activation;
  unsigned options;
  int use_count = 0;

  bool is_used(int b, int t) const {
    const bool backwards = options & (go_backwards | mask_backwards);
    return !mask || mask[b * steps + (backwards ? steps - 1 - t : t)];
  }

  void list_uses(const T* initial_state) {
    for (int b = 0; b < batch; ++b) {
      room.sources[b] = initial_state ? initial_state + b * units : room.zeros;
      room.first_used[b] = steps;
    }
    for (int t = 0; t < steps; ++t) {
      room.first_of[t] = use_count;
      for (int b = 0; b < batch; ++b) {
        if (!is_used(b, t)) continue;
        room.uses[use_count++] = {room.sources[b], b, t};
        room.sources[b] = states.at(b, t);
        room.first_used[b] = std::min(room.first_used[b], t);
      }
    }
    room.first_of[steps] = use_count;
  }

  T* gradient(int use) const { return room.gradients + use * units; }

  /// The row, or its product with the sample's dropout in a row of `room.dropped`.
  const T* after_dropout(const T* row, const T* dropout, int sample, int width, int scratch) const {
    if (!dropout) return row;
    T* const to = room.dropped + scratch * width;
    scale<V>(to, row, dropout + sample * width, width);
    return to;
  }

  const T* input(int use, int scratch) const {
    const Use<T>& at = room.uses[use];
    return after_dropout(inputs.at(at.sample, at.step), input_dropout, at.sample, features,
                         scratch);
  }

  const T* previous(int use, int scratch) const {
    const Use<T>& at = room.uses[use];
    return after_dropout(at.previous, recurrent_dropout, at.sample, units, scratch);
  }

  /// Computes the pre-activations anew, in the places of their gradients.
  void restore_inputs(const Packed<V>& weights) const {
    const auto to = [this](int use) { return gradient(use); };
    const auto from_input = [this](int use) { return input(use, use % rows_at_once); };
    const auto from_state = [this](int use) { return previous(use, use % rows_at_once); };
    multiply<V>(to, from_input, weights.kernel, weights.bias, use_count, features, units);
    multiply<V>(to, from_state, weights.recurrent_kernel, static_cast<const T*>(nullptr), use_count,
                units, units);
  }

  /// Adds the gradients of the outputs of step t, where they are more than zeros, to the states'.
  void add_outputs(const Rows<const T>& d_outputs, int t) const {
    for (int b = 0; b < batch; ++b) {
      if (options & zero_output_for_mask ? !is_used(b, t) : t < room.first_used[b]) continue;
      T* const to = room.carried + b * units;
      add_elements<V>(to, to, d_outputs.at(b, t), units);
    }
  }

  /// From the gradients of the states after step t to those of its pre-activations and, if wanted,
  /// of the states before it.
  void step_back(int t, const T* recurrent_kernel, bool is_wanted) const {
    const int first = room.first_of[t];
    const int count = room.first_of[t + 1] - first;
    const bool by_inputs =
        saved_for_backward(activation, default_parameters(activation)) == Saved::inputs;
    for (int i = 0; i < count; ++i) {
      const int b = room.uses[first + i].sample;
      room.targets[i] = gradient(first + i);
      room.states[i] = room.carried + b * units;
      room.sources[i] = by_inputs ? room.targets[i] : states.at(b, t);
    }
    activate_states_backward<V>(room.targets, room.states, room.sources, count, units, activation);
    if (!is_wanted) return;
    multiply_rows<V>(room.states, room.targets, recurrent_kernel, room.zeros, count, units, units);
    if (!recurrent_dropout) return;
    for (int i = 0; i < count; ++i) {
      const T* const factors = recurrent_dropout + room.uses[first + i].sample * units;
      scale<V>(room.states[i], room.states[i], factors, units);
    }
  }

  void weight_gradients(T* d_kernel, T* d_recurrent_kernel, T* d_bias) const {
    const T* rows[gradient_rows];
    for (int start = 0; start < use_count; start += gradient_rows) {
      const bool add = start > 0 || options & add_gradients;
      const int count = std::min(gradient_rows, use_count - start);
      const auto product = [&](T* to, int width, auto row) {
        if (!to) return;
        for (int i = 0; i < count; ++i) rows[i] = row(start + i, i);
        pack_panels<gradient_tile_rows>(room.left_panels, rows, count, width);
        add_products<V>(to, room.left_panels, room.right_panels, count, width, units, add);
      };
      for (int i = 0; i < count; ++i) rows[i] = gradient(start + i);
      pack_panels<gradient_tile_columns<V>>(room.right_panels, rows, count, units);
      product(d_kernel, features, [this](int use, int i) { return input(use, i); });
      product(d_recurrent_kernel, units, [this](int use, int i) { return previous(use, i); });
      if (d_bias) add_sums<V>(d_bias, room.right_panels, count, units, add);
    }
    if (use_count > 0 || options & add_gradients) return;
    const auto U = static_cast<size_t>(units);
    if (d_kernel) std::fill_n(d_kernel, static_cast<size_t>(features) * U, T(0));
    if (d_recurrent_kernel) std::fill_n(d_recurrent_kernel, U * U, T(0));
    if (d_bias) std::fill_n(d_bias, U, T(0));
  }

  void input_gradients(const Rows<T>& d_inputs, const T* kernel) const {
    if (use_count < batch * steps) {
      const auto width = static_cast<size_t>(features);
      for (int b = 0; b < batch; ++b) {
        for (int t = 0; t < steps; ++t) {
          if (!is_used(b, t)) std::fill_n(d_inputs.at(b, t), width, T(0));
        }
      }
    }
    const auto to = [&](int use) {
      return d_inputs.at(room.uses[use].sample, room.uses[use].step);
    };
    multiply<V>(
        to, [this](int use) { return gradient(use); }, kernel, room.zeros, use_count, units,
        features);
    if (!input_dropout) return;
    for (int i = 0; i < use_count; ++i)
      scale<V>(to(i), to(i), input_dropout + room.uses[i].sample * features, features);
  }
};

}  // namespace

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
