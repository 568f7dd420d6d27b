#include "gradient_products.h"

#include <algorithm>
#include <cstring>

#include "instantiate.h"
#include "tile_parts.h"

namespace simple_rnn {

namespace matrix_product {

/// to [rows <= 4, columns <= 2 vectors] of a matrix with `stride` columns = or += the product of
/// two panels.
template <class V, class T = typename V::Number>
inline void gradient_tile(T* to, int stride, int rows, int columns, const T* a, const T* b,
                          int count, bool add) {
  constexpr int w = V::width;
  constexpr int N = 2;
  constexpr int R = gradient_tile_rows;
  typename V::Vector sum[R][N];
  repeat<R>([&](auto r) SIMPLE_RNN_LAMBDA {
    repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA { sum[r][n] = V::splat(0); });
  });
  const auto accumulate = [&](auto i) SIMPLE_RNN_LAMBDA {
    typename V::Vector v[N];
    repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA { v[n] = V::load(b + i * N * w + n * w); });
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
    b += 4 * N * w;
  }
  T totals[R * N * w];
  repeat<R>([&](auto r) SIMPLE_RNN_LAMBDA {
    repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA { V::store(totals + (r * N + n) * w, sum[r][n]); });
  });
  for (int r = 0; r < rows; ++r, to += stride) {
    for (int j = 0; j < columns; j += w) {
      auto total = V::load(totals + r * N * w + j);
      const int left = columns - j;
      if (left < w) {
        if (add) total = V::add(V::load_partial(to + j, left), total);
        V::store_partial(to + j, total, left);
      } else {
        if (add) total = V::add(V::load(to + j), total);
        V::store(to + j, total);
      }
    }
  }
}

}  // namespace matrix_product

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

template <class V, class T>
void add_products(T* gradient, const T* a_panels, const T* b_panels, int count, int K, int columns,
                  bool add) {
  constexpr int R = gradient_tile_rows;
  constexpr int C = gradient_tile_columns<V>;
  for (int column = 0; column < columns; column += C) {
    const T* const b = b_panels + column * padded_rows(count);
    for (int k = 0; k < K; k += R) {
      matrix_product::gradient_tile<V>(gradient + k * columns + column, columns, std::min(R, K - k),
                                       std::min(C, columns - column),
                                       a_panels + k * padded_rows(count), b, count, add);
    }
  }
}

#define INSTANTIATE(V)                                                                         \
  template void add_products<V>(V::Number*, const V::Number*, const V::Number*, int, int, int, \
                                bool);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

template void pack_panels<2, float>(float*, const float* const*, int, int);
template void pack_panels<4, float>(float*, const float* const*, int, int);
template void pack_panels<8, float>(float*, const float* const*, int, int);
template void pack_panels<2, double>(double*, const double* const*, int, int);
template void pack_panels<4, double>(double*, const double* const*, int, int);

}  // namespace simple_rnn
