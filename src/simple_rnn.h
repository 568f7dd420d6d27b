// SimpleRNN: h[t] = activation(x[t] · kernel + bias + h[t-1] · recurrent_kernel), Keras 3's
// simple_rnn.py.
//
// B batch, T steps, F features, U units; arrays row-major. The input projection of a chunk of steps
// is one product; then the recurrence adds its own product in place and applies the activation.
// Each sample carries a pointer to the row that holds its state: a masked step leaves the pointer
// where it is, so nothing that stands in a masked input ever reaches a state. Dropout multiplies
// copies: neither the inputs nor the carried state change.
#pragma once

#include <cstddef>
#include <cstdint>

#include "activations.h"

namespace simple_rnn {

/// Options, to be combined.
enum SimpleRnnOptions : unsigned {
  return_sequences = 1,
  go_backwards = 2,  // inputs and mask are read from the last step to the first
  zero_output_for_mask = 4,
  mask_backwards = 8,      // the mask alone is: the inputs are in processing order already
  outputs_backwards = 16,  // with return_sequences: the step processed first is written last
  has_input_dropout = 32,  // this and the next count for the size of the workspace alone
  has_recurrent_dropout = 64,
  add_gradients = 128  // of the backward pass: weight gradients are added to what is there
};

/// Bytes of the packed weights: both kernels in panels and the bias padded with zeros. All sizes in
/// bytes are 64 bits wide: wasm's size_t would wrap before the caller could refuse them.
template <class V>
uint64_t simple_rnn_packed_bytes(int features, int units);

/// bias may be null. Repeat whenever a weight changes.
template <class V>
void simple_rnn_pack(typename V::Number* packed, const typename V::Number* kernel,
                     const typename V::Number* recurrent_kernel, const typename V::Number* bias,
                     int features, int units);

template <class V>
uint64_t simple_rnn_workspace_bytes(int batch, int steps, int features, int units,
                                    unsigned options);

/// outputs [B, T, U] in processing order with return_sequences, else [B, U]: the last step's; a row
/// every output_stride numbers, and what stands between the rows is left alone. final_state [B, U]
/// or null, may be initial_state. inputs [B, T, F]. initial_state [B, U] or null: zeros. mask
/// [B, T] or null: at a step with 0 the sample holds its state, and its output is the one before
/// (zeros if there is none), or zeros with zero_output_for_mask. input_dropout [B, F] or null:
/// factors of the inputs, the same at every step. recurrent_dropout [B, U] or null: factors of the
/// state before the recurrent product; the state that is carried on stays whole.
template <class V>
void simple_rnn_forward(typename V::Number* outputs, typename V::Number* final_state,
                        void* workspace, const typename V::Number* inputs,
                        const typename V::Number* initial_state, const uint8_t* mask,
                        const typename V::Number* input_dropout,
                        const typename V::Number* recurrent_dropout,
                        const typename V::Number* packed, int batch, int steps, int features,
                        int units, int output_stride, Activation activation, unsigned options);

/// One step of one row: state [U] = activation(inputs [F] · kernel + bias + previous_state ·
/// recurrent_kernel). state is not previous_state.
template <class V>
void simple_rnn_step(typename V::Number* state, const typename V::Number* previous_state,
                     const typename V::Number* inputs, const typename V::Number* packed,
                     int features, int units, Activation activation);

template <class V>
uint64_t simple_rnn_inspect_workspace_bytes(int batch, int steps, int units);

/// states, input_contribution (x · kernel) and recurrent_contribution (h · recurrent_kernel), each
/// [B, T, U] in processing order: with the bias they add up to the pre-activation. At a masked step
/// the state is the one held and both contributions are 0. Of the options go_backwards and
/// mask_backwards count.
template <class V>
void simple_rnn_inspect(typename V::Number* states, typename V::Number* input_contribution,
                        typename V::Number* recurrent_contribution, void* workspace,
                        const typename V::Number* inputs, const typename V::Number* initial_state,
                        const uint8_t* mask, const typename V::Number* packed, int batch, int steps,
                        int features, int units, Activation activation, unsigned options);

}  // namespace simple_rnn
