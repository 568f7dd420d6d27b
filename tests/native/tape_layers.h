// The layers without a state, on a tape.
#pragma once

#include "activations.h"
#include "dense.h"
#include "embedding.h"
#include "masking.h"
#include "tape.h"

namespace simple_rnn {

template <class W>
using Ref = typename Tape<W>::Ref;

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

/// [batch, width] to [batch, times, width].
template <class W>
Ref<W> repeat(Tape<W>& tape, Ref<W> x, int times) {
  using T = typename W::Number;
  const int batch = x->shape[0], width = x->width();
  const Ref<W> y = tape.tensor({batch, times, width});
  const int bytes = width * static_cast<int>(sizeof(T));
  copy_rows(reinterpret_cast<uint8_t*>(y->values.data()),
            reinterpret_cast<const uint8_t*>(x->values.data()), batch, times, bytes, times * bytes,
            bytes, bytes, 0);
  tape.on_the_way_back([=] {
    const Axis axes[] = {{batch, width, times * width}, {times, 0, width}, {width, 1, 1}};
    add_broadcast_gradient<W>(x->gradient.data(), y->gradient.data(), axes, 3);
  });
  return y;
}

/// Along the last axis. A step counts if it does in one of those that have a mask.
template <class W>
Ref<W> concatenate(Tape<W>& tape, const std::vector<Ref<W>>& parts) {
  using T = typename W::Number;
  Shape shape = parts[0]->shape;
  shape.back() = 0;
  for (const Ref<W> part : parts) shape.back() += part->width();
  const Ref<W> y = tape.tensor(shape);
  for (const Ref<W> part : parts) {
    if (y->mask.empty()) {
      y->mask = part->mask;
    } else if (!part->mask.empty()) {
      or_masks(y->mask.data(), y->mask.data(), part->mask.data(), static_cast<int>(y->mask.size()));
    }
  }
  const int rows = y->rows(), size = static_cast<int>(sizeof(T));
  const auto bytes = [](auto& numbers, int first) {
    return reinterpret_cast<uint8_t*>(numbers.data() + first);
  };
  int column = 0;
  for (const Ref<W> part : parts) {
    const int width = part->width();
    copy_rows(bytes(y->values, column), bytes(part->values, 0), 1, rows, width * size, 0,
              y->width() * size, 0, width * size);
    tape.on_the_way_back([=] {
      std::vector<T> d(part->values.size());
      copy_rows(bytes(d, 0), bytes(y->gradient, column), 1, rows, width * size, 0, width * size, 0,
                y->width() * size);
      add_gradient<W>(*part, d);
    });
    column += width;
  }
  return y;
}

/// Every element of one step of a walk through two arrays; `repeated`: right is one row for all.
template <class W>
std::vector<Axis> pairs(Ref<W> left, Ref<W> right) {
  const bool is_repeated = right->count() < left->count();
  EXPECT_EQ(right->count(), is_repeated ? left->width() : left->count());
  return {{left->rows(), left->width(), is_repeated ? 0 : left->width()}, {left->width(), 1, 1}};
}

inline std::vector<Axis> swapped(std::vector<Axis> axes) {
  for (Axis& axis : axes) std::swap(axis.left, axis.right);
  return axes;
}

/// left + right; right may be one row that is added to all of left's.
template <class W>
Ref<W> add(Tape<W>& tape, Ref<W> left, Ref<W> right) {
  const Ref<W> y = tape.tensor(left->shape);
  y->mask = left->mask;
  const auto axes = pairs<W>(left, right);
  add_broadcast<W>(y->values.data(), left->values.data(), right->values.data(), axes.data(), 2);
  tape.on_the_way_back([=] {
    add_gradient<W>(*left, y->gradient);
    add_broadcast_gradient<W>(right->gradient.data(), y->gradient.data(), swapped(axes).data(), 2);
  });
  return y;
}

/// left · right; right may be one row for all of left's.
template <class W>
Ref<W> multiply(Tape<W>& tape, Ref<W> left, Ref<W> right) {
  const Ref<W> y = tape.tensor(left->shape);
  y->mask = left->mask;
  const auto axes = pairs<W>(left, right);
  multiply_broadcast<W>(y->values.data(), left->values.data(), right->values.data(), axes.data(),
                        2);
  tape.on_the_way_back([=] {
    multiply_broadcast_gradient<W>(left->gradient.data(), y->gradient.data(), right->values.data(),
                                   axes.data(), 2);
    multiply_broadcast_gradient<W>(right->gradient.data(), y->gradient.data(), left->values.data(),
                                   swapped(axes).data(), 2);
  });
  return y;
}

}  // namespace simple_rnn
