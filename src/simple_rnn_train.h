// Training SimpleRNN: a forward pass that keeps the states, and back-propagation through time.
//
// The loop back through the steps carries dh · recurrent_kernelᵀ alone; the gradients of the
// weights and of the inputs are products over all rows of all steps, done after it. Names and
// shapes as in simple_rnn.h; d… are gradients.
#pragma once

#include "simple_rnn.h"

namespace simple_rnn {

/// simple_rnn_forward, which keeps states [B, T, U], in processing order, for the backward pass.
/// With return_sequences states is null: the outputs are kept in their place, and must stay as they
/// are until the backward pass. Workspace: simple_rnn_workspace_bytes, the options with
/// return_sequences.
template <class V>
void simple_rnn_train_forward(
    typename V::Number* outputs, typename V::Number* final_state, typename V::Number* states,
    void* workspace, const typename V::Number* inputs, const typename V::Number* initial_state,
    const uint8_t* mask, const typename V::Number* input_dropout,
    const typename V::Number* recurrent_dropout, const typename V::Number* packed, int batch,
    int steps, int features, int units, int output_stride, Activation activation, unsigned options);

/// Bytes of both kernels transposed, in panels.
template <class V>
uint64_t simple_rnn_backward_packed_bytes(int features, int units);

/// Repeat whenever a weight changes.
template <class V>
void simple_rnn_backward_pack(typename V::Number* backward_packed, const typename V::Number* kernel,
                              const typename V::Number* recurrent_kernel, int features, int units);

template <class V>
uint64_t simple_rnn_backward_workspace_bytes(int batch, int steps, int features, int units);

/// Results, each null if it is not wanted:
///   d_inputs [B, T, F], 0 at masked steps
///   d_initial_state [B, U]
///   d_kernel [F, U], d_recurrent_kernel [U, U], d_bias [U]: overwritten, or added to with
///     add_gradients
///   d_states [B, T, U], in processing order: of the state after each step
/// Given:
///   d_outputs as the forward pass wrote the outputs (stride, order), or null: zeros
///   d_final_state [B, U] or null: zeros
///   states: what the forward pass kept; the outputs with return_sequences. Rows of masked steps
///     are not read
///   inputs … recurrent_dropout as they were in the forward pass
///   packed: the weights of the forward pass; read only for activations whose derivative is by
///     their inputs, which are computed anew
///   truncate: k > 0 lets no gradient cross the border between steps k·n - 1 and k·n; 0: none
/// A masked step passes the gradient of its state on unchanged, and that of its output to the
/// output that it repeats.
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
                         Activation activation, unsigned options);

}  // namespace simple_rnn
