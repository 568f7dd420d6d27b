// What joins tensors, element by element or side by side: merge layers, dropout, bidirectional
// outputs, slices in time.
#pragma once

#include <cstdint>

#include "broadcast.h"

namespace simple_rnn {

/// outputs = left + right, `count` elements; outputs may be left or right.
template <class V>
void add_elements(typename V::Number* outputs, const typename V::Number* left,
                  const typename V::Number* right, int count);

/// outputs = left · right, `count` elements; outputs may be left or right.
template <class V>
void multiply_elements(typename V::Number* outputs, const typename V::Number* left,
                       const typename V::Number* right, int count);

/// outputs = factor · inputs, `count` elements; outputs may be inputs.
template <class V>
void scale_elements(typename V::Number* outputs, const typename V::Number* inputs,
                    typename V::Number factor, int count);

/// outputs = left + right over the walk of `axes`; outputs [the axes' sizes], another address than
/// an operand that is repeated. The last axis' strides are 0 or 1.
template <class V>
void add_broadcast(typename V::Number* outputs, const typename V::Number* left,
                   const typename V::Number* right, const Axis* axes, int axis_count);

/// outputs = left · right, as add_broadcast.
template <class V>
void multiply_broadcast(typename V::Number* outputs, const typename V::Number* left,
                        const typename V::Number* right, const Axis* axes, int axis_count);

/// The gradient of an operand of add_broadcast: d_operand += d_outputs, summed over the axes along
/// which the operand was repeated. In `axes`, left is d_operand's and right d_outputs'.
template <class V>
void add_broadcast_gradient(typename V::Number* d_operand, const typename V::Number* d_outputs,
                            const Axis* axes, int axis_count);

/// The gradient of an operand of multiply_broadcast: d_operand += d_outputs · other, summed like
/// that. In `axes`, left is d_operand's and right other's; d_outputs [the axes' sizes].
template <class V>
void multiply_broadcast_gradient(typename V::Number* d_operand, const typename V::Number* d_outputs,
                                 const typename V::Number* other, const Axis* axes, int axis_count);

/// A strided copy of blocks · rows pieces of `width` bytes: numbers and masks alike. Strides in
/// bytes, between blocks and between the rows of one: 0 repeats an input, a negative one reverses.
void copy_rows(uint8_t* outputs, const uint8_t* inputs, int blocks, int rows, int width,
               int output_block_stride, int output_stride, int input_block_stride,
               int input_stride);

/// outputs = left | right, `count` bytes; outputs may be left or right.
void or_masks(uint8_t* outputs, const uint8_t* left, const uint8_t* right, int count);

}  // namespace simple_rnn
