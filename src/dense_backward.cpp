#include <algorithm>

#include "dense.h"
#include "gradient_products.h"
#include "instantiate.h"
#include "workspace.h"

namespace simple_rnn {

namespace {

/// Gradients of the pre-activations of a block of rows: the outputs' own where the activation is
/// linear.
template <class V, class T = typename V::Number>
struct Differentiate {
  T* gradients;  // [gradient_rows, U]
  T* restored;   // [gradient_rows, U]
  const T *d_outputs, *inputs, *outputs, *packed;
  int features, units;
  Activation activation;

  const T* operator()(int start, int count) const {
    const T* const given = d_outputs + start * units;
    const T* saved = outputs + start * units;
    const auto parameters = default_parameters(activation);
    const Saved needed = saved_for_backward(activation, parameters);
    if (needed == Saved::nothing) return given;
    if (needed == Saved::inputs) {
      dense_forward<V>(restored, inputs + start * features, packed, count, features, units,
                       Activation::linear);
      saved = restored;
    }
    activation_backward<V>(gradients, given, saved, count, units, activation, parameters);
    return gradients;
  }
};

}  // namespace

template <class V>
uint64_t dense_backward_packed_bytes(int features, int units) {
  return sizeof(typename V::Number) * static_cast<uint64_t>(packed_size<V>(units, features));
}

template <class V>
void dense_backward_pack(typename V::Number* backward_packed, const typename V::Number* kernel,
                         int features, int units) {
  pack_transposed<V>(backward_packed, kernel, units, features);
}

template <class V>
uint64_t dense_backward_workspace_bytes(int features, int units) {
  const uint64_t numbers = 2 * uint64_t{gradient_rows} * static_cast<uint64_t>(units) +
                           static_cast<uint64_t>(padded<V>(features)) +
                           panels_size(features, gradient_tile_rows) +
                           panels_size(units, gradient_tile_columns<V>);
  return numbers * sizeof(typename V::Number) + 5 * uint64_t{15};
}

template <class V>
void dense_backward(typename V::Number* d_inputs, typename V::Number* d_kernel,
                    typename V::Number* d_bias, void* workspace,
                    const typename V::Number* d_outputs, const typename V::Number* inputs,
                    const typename V::Number* outputs, const typename V::Number* packed,
                    const typename V::Number* backward_packed, int rows, int features, int units,
                    Activation activation, bool add) {
  using T = typename V::Number;
  Workspace space(workspace);
  const auto take = [&](uint64_t count) { return space.take<T>(static_cast<size_t>(count)); };
  const uint64_t block = uint64_t{gradient_rows} * static_cast<uint64_t>(units);
  const Differentiate<V> differentiate{take(block), take(block), d_outputs, inputs,    outputs,
                                       packed,      features,    units,     activation};
  T* const zeros = take(static_cast<uint64_t>(padded<V>(features)));
  T* const left_panels = take(panels_size(features, gradient_tile_rows));
  T* const right_panels = take(panels_size(units, gradient_tile_columns<V>));
  std::fill_n(zeros, padded<V>(features), T(0));
  const T* block_rows[gradient_rows];
  for (int start = 0; start < rows; start += gradient_rows) {
    const int count = std::min(gradient_rows, rows - start);
    const bool add_block = add || start > 0;
    const T* const gradients = differentiate(start, count);
    const T* const block_inputs = inputs + start * features;
    for (int i = 0; i < count; ++i) block_rows[i] = gradients + i * units;
    pack_panels<gradient_tile_columns<V>>(right_panels, block_rows, count, units);
    const auto product = [&](T* to, const T* from, int width, int stride) {
      if (!to) return;
      for (int i = 0; i < count; ++i) block_rows[i] = from + i * stride;
      pack_panels<gradient_tile_rows>(left_panels, block_rows, count, width);
      add_products<V>(to, left_panels, right_panels, count, width, units, add_block);
    };
    product(d_kernel, block_inputs, features, features);
    product(d_bias, &one<T>, 1, 0);
    if (d_inputs) {
      multiply<V>([=](int row) { return d_inputs + (start + row) * features; },
                  [=](int row) { return gradients + row * units; }, backward_packed, zeros, count,
                  units, features);
    }
  }
  if (rows > 0 || add) return;
  if (d_kernel)
    std::fill_n(d_kernel, static_cast<size_t>(features) * static_cast<size_t>(units), T(0));
  if (d_bias) std::fill_n(d_bias, units, T(0));
}

#define INSTANTIATE(V)                                                                         \
  template uint64_t dense_backward_packed_bytes<V>(int, int);                                  \
  template void dense_backward_pack<V>(V::Number*, const V::Number*, int, int);                \
  template uint64_t dense_backward_workspace_bytes<V>(int, int);                               \
  template void dense_backward<V>(V::Number*, V::Number*, V::Number*, void*, const V::Number*, \
                                  const V::Number*, const V::Number*, const V::Number*,        \
                                  const V::Number*, int, int, int, Activation, bool);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
