#include "dense.h"

#include "instantiate.h"
#include "matrix_product.h"

namespace simple_rnn {

template <class V>
uint64_t dense_packed_bytes(int features, int units) {
  return sizeof(typename V::Number) * static_cast<uint64_t>(packed_size<V>(features + 1, units));
}

template <class V>
void dense_pack(typename V::Number* packed, const typename V::Number* kernel,
                const typename V::Number* bias, int features, int units) {
  pack_matrix<V>(packed, kernel, features, units);
  typename V::Number* const padded_bias = packed + packed_size<V>(features, units);
  for (int j = 0; j < padded<V>(units); ++j) padded_bias[j] = bias && j < units ? bias[j] : 0;
}

template <class V>
void dense_forward(typename V::Number* outputs, const typename V::Number* inputs,
                   const typename V::Number* packed, int rows, int features, int units,
                   Activation activation) {
  const auto output = [=](int row) { return outputs + row * units; };
  const auto input = [=](int row) { return inputs + row * features; };
  multiply<V>(output, input, packed, packed + packed_size<V>(features, units), rows, features,
              units);
  if (activation == Activation::linear) return;
  activation_forward<V>(outputs, outputs, rows, units, activation, default_parameters(activation));
}

#define INSTANTIATE(V)                                                                          \
  template uint64_t dense_packed_bytes<V>(int, int);                                            \
  template void dense_pack<V>(V::Number*, const V::Number*, const V::Number*, int, int);        \
  template void dense_forward<V>(V::Number*, const V::Number*, const V::Number*, int, int, int, \
                                 Activation);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
