// Products of a transposed matrix with another, Aᵀ · B, as weight gradients are: A [rows, K], B
// [rows, columns], both as long as a batch has steps, the result [K, columns] short.
//
// A block of rows at a time is packed in panels, A's of 4 columns, B's of 2·width, row by row; then
// a tile of 4 × 2 vectors is the sum over the block's rows of products of a panel of A with one of
// B.
#pragma once

#include <cstdint>
#include <cstring>

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

/// Packs count <= gradient_rows rows of `columns` numbers.
template <int panel_width, class T>
void pack_panels(T* panels, const T* const* rows, int count, int columns) {
  const int padding = padded_rows(count) - count;
  for (int start = 0; start < columns; start += panel_width) {
    const int left = columns - start;
    for (int r = 0; r < count; ++r, panels += panel_width) {
      const T* const from = rows[r] + start;
      if (left >= panel_width) {
        std::memcpy(panels, from, panel_width * sizeof(T));
      } else {
        for (int j = 0; j < panel_width; ++j) panels[j] = j < left ? from[j] : T(0);
      }
    }
    std::memset(panels, 0, static_cast<size_t>(padding * panel_width) * sizeof(T));
    panels += padding * panel_width;
  }
}

namespace matrix_product {

/// to [rows <= 4, N vectors] of a matrix with `stride` columns = or += the product of two panels.
template <class V, int N, class T = typename V::Number>
inline void gradient_tile(T* to, int stride, int rows, int tail, const T* a, const T* b, int count,
                          bool add) {
  constexpr int w = V::width;
  constexpr int R = gradient_tile_rows;
  typename V::Vector sum[R][N];
  repeat<R>([&](auto r) SIMPLE_RNN_LAMBDA {
    repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA { sum[r][n] = V::splat(0); });
  });
  const auto accumulate = [&](auto i) SIMPLE_RNN_LAMBDA {
    typename V::Vector v[N];
    repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA { v[n] = V::load(b + i * 2 * w + n * w); });
    repeat<R>([&](auto r) SIMPLE_RNN_LAMBDA {
      const auto x = V::splat(a[i * R + r]);
      repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA { sum[r][n] = V::mul_add(x, v[n], sum[r][n]); });
    });
  };
  // four rows with the way out between them, as in `tile`
  const T* const last = a + (count - 1) * R;
  const auto was_last = [&](auto i) SIMPLE_RNN_LAMBDA {
    accumulate(i);
    return a + i * R == last;
  };
  while (!any<4>(was_last)) {
    a += 4 * R;
    b += 4 * 2 * w;
  }
  repeat<R>([&](auto r) SIMPLE_RNN_LAMBDA {
    if (r >= rows) return;
    T* const row = to + r * stride;
    repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA {
      auto total = sum[r][n];
      if (add) total = V::add(load_vector<V, N>(row, n, tail), total);
      if (n == N - 1 && tail != w) {
        V::store_partial(row + n * w, total, tail);
      } else {
        V::store(row + n * w, total);
      }
    });
  });
}

/// Calls function(column, panel of B, vectors in it, numbers in its last vector).
template <class V, class T, class Function>
void for_each_panel(const T* panels, int count, int columns, Function function) {
  constexpr int width = gradient_tile_columns<V>;
  for (int column = 0; column < columns; column += width) {
    const int left = columns - column;
    const int vectors = left > V::width ? 2 : 1;
    const int in_last = left - (vectors - 1) * V::width;
    function(column, panels + column * padded_rows(count), vectors,
             in_last < V::width ? in_last : V::width);
  }
}

}  // namespace matrix_product

/// gradient [K, columns] = or += Aᵀ · B over a block of count rows, packed by pack_panels.
template <class V, class T = typename V::Number>
void add_products(T* gradient, const T* a_panels, const T* b_panels, int count, int K, int columns,
                  bool add) {
  using matrix_product::gradient_tile;
  constexpr int R = gradient_tile_rows;
  const auto all_tiles = [&](int column, const T* b, int vectors, int tail) {
    for (int k = 0; k < K; k += R) {
      T* const to = gradient + k * columns + column;
      const T* const a = a_panels + k * padded_rows(count);
      const int rows = K - k < R ? K - k : R;
      if (vectors == 2) {
        gradient_tile<V, 2>(to, columns, rows, tail, a, b, count, add);
      } else {
        gradient_tile<V, 1>(to, columns, rows, tail, a, b, count, add);
      }
    }
  };
  matrix_product::for_each_panel<V>(b_panels, count, columns, all_tiles);
}

/// sums [columns] = or += the sum of the rows of B: a bias' gradient.
template <class V, class T = typename V::Number>
void add_sums(T* sums, const T* b_panels, int count, int columns, bool add) {
  constexpr int w = V::width;
  const auto one_panel = [&](int column, const T* b, int vectors, int tail) {
    auto first = V::splat(0), second = V::splat(0);
    for (int r = 0; r < count; ++r, b += 2 * w) {
      first = V::add(first, V::load(b));
      second = V::add(second, V::load(b + w));
    }
    T totals[2 * w];
    V::store(totals, first);
    V::store(totals + w, second);
    const int width = (vectors - 1) * w + tail;
    for (int j = 0; j < width; ++j) sums[column + j] = totals[j] + (add ? sums[column + j] : T(0));
  };
  matrix_product::for_each_panel<V>(b_panels, count, columns, one_panel);
}

}  // namespace simple_rnn
