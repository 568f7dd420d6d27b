// The parts of a backward pass of SimpleRNN: workspace, the steps that count, the loop's step, and
// the products after it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "gradient_products.h"
#include "merge.h"
#include "recurrence.h"

namespace simple_rnn {

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
    left_panels = space.take<T>(static_cast<size_t>(panels_size(widest, gradient_tile_rows)));
    right_panels = space.take<T>(static_cast<size_t>(panels_size(units, gradient_tile_columns<V>)));
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
      product(d_bias, 1, [](int, int) { return &one<T>; });
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

}  // namespace simple_rnn
