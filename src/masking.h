// Masking: the steps at which every feature has the mask value are left out by the layers that
// follow.
#pragma once

#include <cstdint>

namespace simple_rnn {

/// outputs [rows, features]: the inputs, masked rows 0; mask [rows]: 1 where any feature differs
/// from mask_value.
template <class T>
void masking_forward(T* outputs, uint8_t* mask, const T* inputs, int rows, int features,
                     T mask_value);

/// d_inputs [rows, features] = d_outputs, 0 in masked rows; d_inputs may be d_outputs.
template <class T>
void masking_backward(T* d_inputs, const uint8_t* mask, const T* d_outputs, int rows, int features);

}  // namespace simple_rnn
