// Layers that join or repeat tensors, on a tape.
#pragma once

#include <utility>

#include "tape.h"

namespace simple_rnn {

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
