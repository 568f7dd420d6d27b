#include "embedding.h"

#include <cstddef>
#include <cstring>

namespace simple_rnn {

template <class T>
void embedding_forward(T* outputs, uint8_t* mask, const T* ids, const T* embeddings, int count,
                       int output_dim) {
  const size_t bytes = sizeof(T) * static_cast<size_t>(output_dim);
  for (int i = 0; i < count; ++i, outputs += output_dim) {
    std::memcpy(outputs, embeddings + static_cast<int>(ids[i]) * output_dim, bytes);
    if (mask) mask[i] = ids[i] != 0;
  }
}

template <class T>
void embedding_backward(T* d_embeddings, const T* d_outputs, const T* ids, int count,
                        int output_dim) {
  for (int i = 0; i < count; ++i, d_outputs += output_dim) {
    T* const row = d_embeddings + static_cast<int>(ids[i]) * output_dim;
    for (int j = 0; j < output_dim; ++j) row[j] += d_outputs[j];
  }
}

template void embedding_forward<float>(float*, uint8_t*, const float*, const float*, int, int);
template void embedding_forward<double>(double*, uint8_t*, const double*, const double*, int, int);
template void embedding_backward<float>(float*, const float*, const float*, int, int);
template void embedding_backward<double>(double*, const double*, const double*, int, int);

}  // namespace simple_rnn
