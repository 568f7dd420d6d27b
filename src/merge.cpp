#include "merge.h"

#include <cstring>

#include "instantiate.h"

namespace simple_rnn {

namespace {

template <class V>
struct Add {
  static auto apply(typename V::Vector a, typename V::Vector b) { return V::add(a, b); }
};

template <class V>
struct Multiply {
  static auto apply(typename V::Vector a, typename V::Vector b) { return V::mul(a, b); }
};

/// One run; a step of 0 repeats one number.
template <class V, class Operation>
void combine_row(typename V::Number* outputs, const typename V::Number* left, int left_step,
                 const typename V::Number* right, int right_step, int count) {
  const auto load = [](const typename V::Number* from, int step, int i, int width) {
    if (step == 0) return V::splat(*from);
    return width < V::width ? V::load_partial(from + i, width) : V::load(from + i);
  };
  int i = 0;
  for (; i + V::width <= count; i += V::width) {
    V::store(outputs + i, Operation::apply(load(left, left_step, i, V::width),
                                           load(right, right_step, i, V::width)));
  }
  const int rest = count - i;
  if (rest == 0) return;
  V::store_partial(
      outputs + i,
      Operation::apply(load(left, left_step, i, rest), load(right, right_step, i, rest)), rest);
}

template <class V, class Operation>
void combine(typename V::Number* outputs, const typename V::Number* left,
             const typename V::Number* right, const Axis* axes, int axis_count) {
  const Axis last = axes[axis_count - 1];
  for_each_row(left, right, axes, axis_count, [&](const auto* a, const auto* b) {
    combine_row<V, Operation>(outputs, a, last.left, b, last.right, last.size);
    outputs += last.size;
  });
}

}  // namespace

template <class V>
void add_elements(typename V::Number* outputs, const typename V::Number* left,
                  const typename V::Number* right, int count) {
  combine_row<V, Add<V>>(outputs, left, 1, right, 1, count);
}

template <class V>
void multiply_elements(typename V::Number* outputs, const typename V::Number* left,
                       const typename V::Number* right, int count) {
  combine_row<V, Multiply<V>>(outputs, left, 1, right, 1, count);
}

template <class V>
void scale_elements(typename V::Number* outputs, const typename V::Number* inputs,
                    typename V::Number factor, int count) {
  combine_row<V, Multiply<V>>(outputs, inputs, 1, &factor, 0, count);
}

template <class V>
void add_broadcast(typename V::Number* outputs, const typename V::Number* left,
                   const typename V::Number* right, const Axis* axes, int axis_count) {
  combine<V, Add<V>>(outputs, left, right, axes, axis_count);
}

template <class V>
void multiply_broadcast(typename V::Number* outputs, const typename V::Number* left,
                        const typename V::Number* right, const Axis* axes, int axis_count) {
  combine<V, Multiply<V>>(outputs, left, right, axes, axis_count);
}

void copy_rows(uint8_t* outputs, const uint8_t* inputs, int blocks, int rows, int width,
               int output_block_stride, int output_stride, int input_block_stride,
               int input_stride) {
  for (int i = 0; i < blocks; ++i) {
    uint8_t* to = outputs;
    const uint8_t* from = inputs;
    for (int j = 0; j < rows; ++j) {
      std::memcpy(to, from, static_cast<size_t>(width));
      to += output_stride;
      from += input_stride;
    }
    outputs += output_block_stride;
    inputs += input_block_stride;
  }
}

void or_masks(uint8_t* outputs, const uint8_t* left, const uint8_t* right, int count) {
  for (int i = 0; i < count; ++i) outputs[i] = left[i] | right[i];
}

#define INSTANTIATE(V)                                                                             \
  template void add_elements<V>(V::Number*, const V::Number*, const V::Number*, int);              \
  template void multiply_elements<V>(V::Number*, const V::Number*, const V::Number*, int);         \
  template void scale_elements<V>(V::Number*, const V::Number*, V::Number, int);                   \
  template void add_broadcast<V>(V::Number*, const V::Number*, const V::Number*, const Axis*,      \
                                 int);                                                             \
  template void multiply_broadcast<V>(V::Number*, const V::Number*, const V::Number*, const Axis*, \
                                      int);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
