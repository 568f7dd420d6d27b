// Products of rows with a packed matrix, the inner loop of every layer.
//
// A matrix [K, columns] is packed in panels of 2·width columns, each panel k by k, so that the loop
// over k reads it in one stride; the last panel is width columns wide where that is enough, and
// filled with zeros. The shape of the tiles is what V8's 16 vector registers bear without spilling:
// 4 rows × 2 vectors, or up to 6 vectors of a single row. See docs/performance.md.
#pragma once

#include "simd.h"

namespace simple_rnn {

template <class V>
constexpr int padded(int columns) {
  return (columns + V::width - 1) / V::width * V::width;
}

/// Numbers in the packed copy of a [K, columns] matrix.
template <class V>
constexpr int packed_size(int K, int columns) {
  return K * padded<V>(columns);
}

template <class V, class T = typename V::Number>
void pack_matrix(T* packed, const T* matrix, int K, int columns) {
  constexpr int w = V::width;
  const int total = padded<V>(columns);
  for (int start = 0; start < total; start += 2 * w) {
    const int end = total - start < 2 * w ? total : start + 2 * w;
    for (int k = 0; k < K; ++k) {
      for (int j = start; j < end; j += w, packed += w) {
        const T* const from = matrix + k * columns + j;
        V::store(packed, columns - j < w ? V::load_partial(from, columns - j) : V::load(from));
      }
    }
  }
}

/// Packs the transpose of a [columns, K] matrix.
template <class V, class T = typename V::Number>
void pack_transposed(T* packed, const T* matrix, int K, int columns) {
  constexpr int panel_width = 2 * V::width;
  const int total = padded<V>(columns);
  for (int start = 0; start < total; start += panel_width) {
    const int width = total - start < panel_width ? total - start : panel_width;
    for (int j = 0; j < width; ++j) {
      const T* const row = matrix + (start + j) * K;
      const bool is_given = start + j < columns;
      for (int k = 0; k < K; ++k) packed[k * width + j] = is_given ? row[k] : T(0);
    }
    packed += K * width;
  }
}

/// outputs[r][j] = bias[j] + Σ_k inputs[r][k] · matrix[k, j] for rows given by pointers; bias is
/// padded with zeros to packed width. Without bias the product is added to what the outputs hold.
/// Every element is summed in the order of k whatever the number of rows.
template <class V, class T = typename V::Number>
void multiply_rows(T* const* outputs, const T* const* inputs, const T* packed, const T* bias,
                   int rows, int K, int columns);

/// Rows that `multiply` has in hand at a time.
constexpr int rows_at_once = 64;

/// The same for rows given by functions of the row's number; in blocks that the second cache holds:
/// row n of the inputs is not read any more when row n + rows_at_once is asked for.
template <class V, class OutputRow, class InputRow, class T = typename V::Number>
void multiply(OutputRow output_row, InputRow input_row, const T* packed, const T* bias, int rows,
              int K, int columns) {
  T* outputs[rows_at_once];
  const T* inputs[rows_at_once];
  for (int start = 0; start < rows; start += rows_at_once) {
    const int count = rows - start < rows_at_once ? rows - start : rows_at_once;
    for (int i = 0; i < count; ++i) {
      outputs[i] = output_row(start + i);
      inputs[i] = input_row(start + i);
    }
    multiply_rows<V>(outputs, inputs, packed, bias, count, K, columns);
  }
}

}  // namespace simple_rnn
