// Products of a transposed matrix with another, Aᵀ · B, as weight gradients are: A [rows, K], B
// [rows, columns], both as long as a batch has steps, the result [K, columns] short.
//
// A block of rows at a time is packed in panels, A's of 4 columns, B's of 2·width, row by row; then
// a tile of 4 × 2 vectors is the sum over the block's rows of products of a panel of A with one of
// B.
#pragma once

#include <cstdint>

#include "matrix_product.h"

namespace simple_rnn {

/// Rows of a block. A panel of 4 floats takes an odd number of cache lines, so that one row's parts
/// in all the panels do not fall into the same set of the cache.
constexpr int gradient_rows = 124;

constexpr int gradient_tile_rows = 4;

template <class V>
constexpr int gradient_tile_columns = 2 * V::width;

/// Numbers in the panels of `panel_width` columns of a block.
constexpr uint64_t panels_size(int columns, int panel_width) {
  const int panels = (columns + panel_width - 1) / panel_width;
  return static_cast<uint64_t>(panels * panel_width) * gradient_rows;
}

/// Rows of zeros fill the block up to a multiple of 4, columns of zeros the last panel.
constexpr int padded_rows(int rows) { return (rows + 3) & ~3; }

/// A row of A for the sum of B's rows, which is what a bias' gradient is.
template <class T>
inline constexpr T one = 1;

/// Packs count <= gradient_rows rows of `columns` numbers.
template <int panel_width, class T>
void pack_panels(T* panels, const T* const* rows, int count, int columns);

/// gradient [K, columns] = or += Aᵀ · B over a block of count rows, packed by pack_panels.
template <class V, class T = typename V::Number>
void add_products(T* gradient, const T* a_panels, const T* b_panels, int count, int K, int columns,
                  bool add);

}  // namespace simple_rnn
