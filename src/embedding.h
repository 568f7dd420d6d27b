// Embedding: rows of a table by token id.
#pragma once

#include <cstdint>

namespace simple_rnn {

/// outputs [count, output_dim]; mask [count] or null: 1 where the id is not 0. ids [count], whole
/// numbers 0 <= id < input_dim (exact in float up to 2^24); embeddings [input_dim, output_dim].
template <class T>
void embedding_forward(T* outputs, uint8_t* mask, const T* ids, const T* embeddings, int count,
                       int output_dim);

/// Adds d_outputs [count, output_dim] to the rows of d_embeddings [input_dim, output_dim] that the
/// ids name; the other rows are not touched. Zeroing is the caller's.
template <class T>
void embedding_backward(T* d_embeddings, const T* d_outputs, const T* ids, int count,
                        int output_dim);

}  // namespace simple_rnn
