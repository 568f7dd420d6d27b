// Networks of kernels for the tests of gradients: every operation computes at once and notes its
// way back. The same network can be built in float and in double.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "merge.h"
#include "regularizers.h"
#include "testing.h"

namespace simple_rnn {

using Shape = std::vector<int>;

inline int count_of(const Shape& shape, size_t first = 0) {
  int count = 1;
  for (size_t i = first; i < shape.size(); ++i) count *= shape[i];
  return count;
}

template <class T>
struct Tensor {
  Shape shape;
  std::vector<T> values, gradient;
  std::vector<uint8_t> mask;  // [batch, steps], empty for none
  bool is_constant = false;   // without a gradient

  int count() const { return static_cast<int>(values.size()); }
  int width() const { return shape.back(); }
  int rows() const { return count() / width(); }
  const uint8_t* mask_or_null() const { return mask.empty() ? nullptr : mask.data(); }
  T* gradient_or_null() { return is_constant ? nullptr : gradient.data(); }
};

/// The states that a truncated recurrent layer starts from behind its borders, and its outputs.
template <class T>
struct Borders {
  std::vector<std::vector<T>> states;  // [B, U] before each chunk
  std::vector<T> outputs;              // [B, T, U] in processing order
};

template <class W>
class Tape {
 public:
  using T = typename W::Number;
  using Ref = Tensor<T>*;

  double loss = 0;
  double penalties = 0;               // the part of the loss that regularizers add
  std::deque<Borders<T>> borders;     // of the truncated layers in turn
  const Tape* undisturbed = nullptr;  // lends its borders, so that nothing crosses them
  std::vector<Ref> leaves;            // what gradients are wanted for

  Ref tensor(const Shape& shape) {
    tensors_.emplace_back();
    Tensor<T>& made = tensors_.back();
    made.shape = shape;
    made.values.resize(static_cast<size_t>(count_of(shape)));
    made.gradient.resize(made.values.size());
    return &made;
  }

  template <class Numbers>
  Ref constant(const Shape& shape, const Numbers& values) {
    Ref made = tensor(shape);
    EXPECT_EQ(made->values.size(), values.size());
    made->values.assign(values.begin(), values.end());
    made->is_constant = true;
    return made;
  }

  template <class Numbers>
  Ref leaf(const Shape& shape, const Numbers& values) {
    Ref made = constant(shape, values);
    made->is_constant = false;
    leaves.push_back(made);
    return made;
  }

  /// Room of so many bytes that lives as long as the tape.
  T* room(uint64_t bytes) {
    rooms_.emplace_back(static_cast<size_t>(bytes) / sizeof(T) + 1);
    return rooms_.back().data();
  }

  void on_the_way_back(std::function<void()> step) { steps_.push_back(std::move(step)); }

  /// The loss gets Σ x · cotangent.
  template <class Numbers>
  void output(Ref x, const Numbers& cotangent) {
    EXPECT_EQ(x->values.size(), cotangent.size());
    for (size_t i = 0; i < cotangent.size(); ++i) {
      loss += double{x->values[i]} * cotangent[i];
      if (!x->is_constant) x->gradient[i] += static_cast<T>(cotangent[i]);
    }
  }

  /// The loss gets l1 · Σ|x| + l2 · Σx².
  void penalize(Ref x, double l1, double l2) {
    add_penalty(penalty(x->values.data(), x->count(), l1, l2));
    on_the_way_back(
        [=] { add_penalty_gradient(x->gradient.data(), x->values.data(), x->count(), l1, l2); });
  }

  void penalize_orthogonal(Ref x, double factor, bool of_columns) {
    const int rows = x->shape[0], columns = x->shape[1];
    T* const workspace =
        room(sizeof(T) * static_cast<uint64_t>(rows * columns + 2 * std::max(rows, columns)));
    add_penalty(orthogonal_penalty(workspace, x->values.data(), rows, columns, factor, of_columns));
    on_the_way_back([=] {
      add_orthogonal_gradient(x->gradient.data(), workspace, x->values.data(), rows, columns,
                              factor, of_columns);
    });
  }

  /// The largest magnitude of all numbers, infinity if one is not finite.
  double largest() const {
    double most = 0;
    for (const Tensor<T>& each : tensors_) {
      for (const T value : each.values)
        most = std::isfinite(value) ? std::max(most, std::fabs(double{value})) : INFINITY;
    }
    return most;
  }

  void backward() {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) (*step)();
  }

 private:
  void add_penalty(double amount) {
    loss += amount;
    penalties += amount;
  }

  std::deque<Tensor<T>> tensors_;
  std::deque<std::vector<T>> rooms_;
  std::vector<std::function<void()>> steps_;
};

template <class W>
using Ref = typename Tape<W>::Ref;

/// Adds what a kernel wrote into `from` to the gradient of a tensor that others may use too.
template <class W>
void add_gradient(Tensor<typename W::Number>& to, const std::vector<typename W::Number>& from) {
  add_elements<W>(to.gradient.data(), to.gradient.data(), from.data(), to.count());
}

}  // namespace simple_rnn
