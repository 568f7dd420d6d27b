// The layers without a state, on a tape.
#pragma once

#include "activations.h"
#include "dense.h"
#include "embedding.h"
#include "masking.h"
#include "tape.h"

namespace simple_rnn {

/// kernel [F, U], bias [U] or null, along the last axis: TimeDistributed(Dense) is the same.
template <class W>
Ref<W> dense(Tape<W>& tape, Ref<W> x, Ref<W> kernel, Ref<W> bias, Activation activation) {
  using T = typename W::Number;
  const int rows = x->rows(), F = x->width(), U = kernel->width();
  Shape shape = x->shape;
  shape.back() = U;
  const Ref<W> y = tape.tensor(shape);
  y->mask = x->mask;
  T* const packed = tape.room(dense_packed_bytes<W>(F, U));
  dense_pack<W>(packed, kernel->values.data(), bias ? bias->values.data() : nullptr, F, U);
  dense_forward<W>(y->values.data(), x->values.data(), packed, rows, F, U, activation);
  tape.on_the_way_back([=] {
    std::vector<T> backward_packed(dense_backward_packed_bytes<W>(F, U) / sizeof(T));
    dense_backward_pack<W>(backward_packed.data(), kernel->values.data(), F, U);
    std::vector<char> workspace(dense_backward_workspace_bytes<W>(F, U));
    std::vector<T> d_inputs(x->is_constant ? 0 : x->values.size());
    dense_backward<W>(x->is_constant ? nullptr : d_inputs.data(), kernel->gradient.data(),
                      bias ? bias->gradient.data() : nullptr, workspace.data(), y->gradient.data(),
                      x->values.data(), y->values.data(), packed, backward_packed.data(), rows, F,
                      U, activation, true);
    if (!x->is_constant) add_gradient<W>(*x, d_inputs);
  });
  return y;
}

/// ids [batch, steps].
template <class W>
Ref<W> embedding(Tape<W>& tape, Ref<W> ids, Ref<W> table, bool mask_zero) {
  const int count = ids->count(), width = table->width();
  Shape shape = ids->shape;
  shape.push_back(width);
  const Ref<W> y = tape.tensor(shape);
  if (mask_zero) y->mask.resize(ids->values.size());
  embedding_forward(y->values.data(), mask_zero ? y->mask.data() : nullptr, ids->values.data(),
                    table->values.data(), count, width);
  tape.on_the_way_back([=] {
    embedding_backward(table->gradient.data(), y->gradient.data(), ids->values.data(), count,
                       width);
  });
  return y;
}

template <class W>
Ref<W> masking(Tape<W>& tape, Ref<W> x, double mask_value) {
  using T = typename W::Number;
  const Ref<W> y = tape.tensor(x->shape);
  y->mask.resize(static_cast<size_t>(x->rows()));
  masking_forward(y->values.data(), y->mask.data(), x->values.data(), x->rows(), x->width(),
                  static_cast<T>(mask_value));
  tape.on_the_way_back([=] {
    std::vector<T> d_inputs(x->values.size());
    masking_backward(d_inputs.data(), y->mask.data(), y->gradient.data(), x->rows(), x->width());
    add_gradient<W>(*x, d_inputs);
  });
  return y;
}

template <class W>
Ref<W> activate(Tape<W>& tape, Ref<W> x, Activation activation, ActivationParameters parameters) {
  using T = typename W::Number;
  Shape shape = x->shape;
  if (activation == Activation::glu) shape.back() /= 2;
  const Ref<W> y = tape.tensor(shape);
  y->mask = x->mask;
  activation_forward<W>(y->values.data(), x->values.data(), x->rows(), x->width(), activation,
                        parameters);
  tape.on_the_way_back([=] {
    const bool by_inputs = saved_for_backward(activation, parameters) == Saved::inputs;
    std::vector<T> d_inputs(x->values.size());
    activation_backward<W>(d_inputs.data(), y->gradient.data(), (by_inputs ? x : y)->values.data(),
                           x->rows(), x->width(), activation, parameters);
    add_gradient<W>(*x, d_inputs);
  });
  return y;
}

/// x · factors, element by element: dropout.
template <class W>
Ref<W> multiply_by(Tape<W>& tape, Ref<W> x, const std::vector<typename W::Number>& factors) {
  using T = typename W::Number;
  const Ref<W> y = tape.tensor(x->shape);
  y->mask = x->mask;
  multiply_elements<W>(y->values.data(), x->values.data(), factors.data(), x->count());
  tape.on_the_way_back([=] {
    std::vector<T> d_inputs(x->values.size());
    multiply_elements<W>(d_inputs.data(), y->gradient.data(), factors.data(), x->count());
    add_gradient<W>(*x, d_inputs);
  });
  return y;
}

template <class W>
Ref<W> scaled(Tape<W>& tape, Ref<W> x, float factor) {
  using T = typename W::Number;
  const Ref<W> y = tape.tensor(x->shape);
  y->mask = x->mask;
  scale_elements<W>(y->values.data(), x->values.data(), factor, x->count());
  tape.on_the_way_back([=] {
    std::vector<T> d_inputs(x->values.size());
    scale_elements<W>(d_inputs.data(), y->gradient.data(), factor, x->count());
    add_gradient<W>(*x, d_inputs);
  });
  return y;
}

/// The same numbers in another shape.
template <class W>
Ref<W> reshape(Tape<W>& tape, Ref<W> x, const Shape& shape) {
  const Ref<W> y = tape.tensor(shape);
  EXPECT_EQ(y->count(), x->count());
  y->values = x->values;
  tape.on_the_way_back([=] { add_gradient<W>(*x, y->gradient); });
  return y;
}

}  // namespace simple_rnn
