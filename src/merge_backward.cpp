#include "instantiate.h"
#include "merge.h"

namespace simple_rnn {

template <class V>
void add_broadcast_gradient(typename V::Number* d_operand, const typename V::Number* d_outputs,
                            const Axis* axes, int axis_count) {
  const Axis last = axes[axis_count - 1];
  for_each_row(d_operand, d_outputs, axes, axis_count, [&](auto* to, const auto* from) {
    if (last.left == 1 && last.right == 1) return add_elements<V>(to, to, from, last.size);
    for (int i = 0; i < last.size; ++i) to[i * last.left] += from[i * last.right];
  });
}

template <class V>
void multiply_broadcast_gradient(typename V::Number* d_operand, const typename V::Number* d_outputs,
                                 const typename V::Number* other, const Axis* axes,
                                 int axis_count) {
  const Axis last = axes[axis_count - 1];
  for_each_row(d_operand, other, axes, axis_count, [&](auto* to, const auto* factors) {
    for (int i = 0; i < last.size; ++i) to[i * last.left] += d_outputs[i] * factors[i * last.right];
    d_outputs += last.size;
  });
}

#define INSTANTIATE(V)                                                                         \
  template void add_broadcast_gradient<V>(V::Number*, const V::Number*, const Axis*, int);     \
  template void multiply_broadcast_gradient<V>(V::Number*, const V::Number*, const V::Number*, \
                                               const Axis*, int);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
