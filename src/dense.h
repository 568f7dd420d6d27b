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

}  // namespace simple_rnn
