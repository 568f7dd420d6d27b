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

}  // namespace simple_rnn
