// Dense: outputs = activation(inputs · kernel + bias), along the last axis.
#pragma once

#include <cstdint>

#include "activations.h"

namespace simple_rnn {

template <class V>
uint64_t dense_packed_bytes(int features, int units);

/// kernel [F, U]; bias [U] or null. Repeat whenever a weight changes.
template <class V>
void dense_pack(typename V::Number* packed, const typename V::Number* kernel,
                const typename V::Number* bias, int features, int units);

/// outputs [rows, U], inputs [rows, F].
template <class V>
void dense_forward(typename V::Number* outputs, const typename V::Number* inputs,
                   const typename V::Number* packed, int rows, int features, int units,
                   Activation activation);

template <class V>
uint64_t dense_backward_packed_bytes(int features, int units);

/// kernel [F, U]. Repeat whenever it changes.
template <class V>
void dense_backward_pack(typename V::Number* backward_packed, const typename V::Number* kernel,
                         int features, int units);

template <class V>
uint64_t dense_backward_workspace_bytes(int features, int units);

/// Results, each null if it is not wanted: d_inputs [rows, F]; d_kernel [F, U] and d_bias [U],
/// overwritten or, with add, added to. d_outputs and outputs [rows, U], inputs [rows, F], as in the
/// forward pass. packed: the weights of the forward pass; read only for activations whose
/// derivative is by their inputs, which are computed anew.
template <class V>
void dense_backward(typename V::Number* d_inputs, typename V::Number* d_kernel,
                    typename V::Number* d_bias, void* workspace,
                    const typename V::Number* d_outputs, const typename V::Number* inputs,
                    const typename V::Number* outputs, const typename V::Number* packed,
                    const typename V::Number* backward_packed, int rows, int features, int units,
                    Activation activation, bool add);

}  // namespace simple_rnn
