// Keras' activation functions and their derivatives. Formulas: keras/src/activations, Keras 3.15.
#pragma once

#include "simd.h"

// name, default parameters in Keras' order of arguments
#define SIMPLE_RNN_ACTIVATIONS(X) \
  X(linear, 0, 0, 0)              \
  X(relu, 0, INFINITY, 0)         \
  X(relu6, 0, 0, 0)               \
  X(leaky_relu, 0.2f, 0, 0)       \
  X(elu, 1, 0, 0)                 \
  X(selu, 0, 0, 0)                \
  X(celu, 1, 0, 0)                \
  X(gelu, 0, 0, 0)                \
  X(sigmoid, 0, 0, 0)             \
  X(hard_sigmoid, 0, 0, 0)        \
  X(hard_sigmoid_keras2, 0, 0, 0) \
  X(log_sigmoid, 0, 0, 0)         \
  X(sparse_sigmoid, 0, 0, 0)      \
  X(tanh, 0, 0, 0)                \
  X(hard_tanh, 0, 0, 0)           \
  X(tanh_shrink, 0, 0, 0)         \
  X(soft_shrink, 0.5f, 0, 0)      \
  X(hard_shrink, 0.5f, 0, 0)      \
  X(threshold, 0, 0, 0)           \
  X(softmax, 0, 0, 0)             \
  X(log_softmax, 0, 0, 0)         \
  X(sparsemax, 0, 0, 0)           \
  X(softplus, 0, 0, 0)            \
  X(softsign, 0, 0, 0)            \
  X(silu, 0, 0, 0)                \
  X(hard_silu, 0, 0, 0)           \
  X(mish, 0, 0, 0)                \
  X(exponential, 0, 0, 0)         \
  X(squareplus, 4, 0, 0)          \
  X(sparse_plus, 0, 0, 0)         \
  X(glu, 0, 0, 0)

namespace simple_rnn {

enum class Activation : int {
#define SIMPLE_RNN_ENUM(name, a, b, c) name,
  SIMPLE_RNN_ACTIVATIONS(SIMPLE_RNN_ENUM)
#undef SIMPLE_RNN_ENUM
};

/// A function's arguments, see `activationForward` in bindings/module.d.ts.
struct ActivationParameters {
  float a, b, c;
};

ActivationParameters default_parameters(Activation activation);

/// outputs [rows, columns] ([rows, columns / 2] for glu), inputs [rows, columns]; in place but for
/// glu. softmax, log_softmax, sparsemax and glu work along a row.
template <class V>
void activation_forward(typename V::Number* outputs, const typename V::Number* inputs, int rows,
                        int columns, Activation activation, ActivationParameters parameters);

/// The activation of recurrent states, rows of [units], in place. Their magnitudes are rounded to
/// multiples of 2^-100 (8e-31), which changes nothing from 2^-53 on: products of subnormals cost up
/// to 100 times as much, and wasm has no flush-to-zero mode.
template <class V>
void activate_states(typename V::Number* const* rows, int count, int units, Activation activation);

/// What the derivative is a function of.
enum class Saved { nothing, outputs, inputs };

/// The outputs where they tell it, so that nothing else has to be kept.
Saved saved_for_backward(Activation activation, ActivationParameters parameters);

/// d_inputs [rows, columns] = d_outputs [rows, columns] ([rows, columns / 2] for glu) · derivative.
/// saved: the outputs or the inputs, as saved_for_backward says. Where a function has a kink, the
/// derivative is the one that Keras takes on TensorFlow. d_inputs may be d_outputs but for glu, and
/// saved but for glu and sparsemax.
template <class V>
void activation_backward(typename V::Number* d_inputs, const typename V::Number* d_outputs,
                         const typename V::Number* saved, int rows, int columns,
                         Activation activation, ActivationParameters parameters);

/// The same for recurrent states, rows of [units]; overwrites d_states too. d_inputs is rounded to
/// multiples of 2^-101, for the reason given above: gradients vanish over many steps.
template <class V>
void activate_states_backward(typename V::Number* const* d_inputs,
                              typename V::Number* const* d_states,
                              const typename V::Number* const* saved, int count, int units,
                              Activation activation);

}  // namespace simple_rnn
