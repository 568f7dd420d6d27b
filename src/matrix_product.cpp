// One copy of the tiles: they are large, and called for many rows at a time.
#include "matrix_product.h"

#include "instantiate.h"
#include "tile_parts.h"

namespace simple_rnn {

namespace matrix_product {

/// outputs[r][0 … N·width) += or = bias + inputs[r][0 … K) · panels, for Rows rows and N vectors.
template <class V, int Rows, int N, class T = typename V::Number>
inline void tile(T* const* outputs, int column, const T* const* inputs, const T* panels,
                 const T* bias, int K, int tail) {
  constexpr int w = V::width;
  constexpr int P = (N + 1) / 2;
  // numbers of a panel in one step of k: the last one may be narrow
  const auto stride = [](int p) { return 2 * p + 1 < N ? 2 * w : w; };
  typename V::Vector sum[Rows][N];
  const T* panel[P];
  const T* input[Rows];
  repeat<P>([&](auto p) SIMPLE_RNN_LAMBDA { panel[p] = panels + p * 2 * w * K; });
  repeat<Rows>([&](auto r) SIMPLE_RNN_LAMBDA {
    input[r] = inputs[r];
    repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA {
      sum[r][n] = bias ? V::load(bias + n * w) : load_vector<V, N>(outputs[r] + column, n, tail);
    });
  });
  // one step of k, the i-th since the pointers moved
  const auto accumulate = [&](auto i) SIMPLE_RNN_LAMBDA {
    const auto vector = [&](auto n) SIMPLE_RNN_LAMBDA {
      return V::load(panel[n / 2] + i * stride(n / 2) + n % 2 * w);
    };
    if constexpr (Rows > N) {
      typename V::Vector b[N];
      repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA { b[n] = vector(n); });
      repeat<Rows>([&](auto r) SIMPLE_RNN_LAMBDA {
        const auto x = V::splat(input[r][i]);
        repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA { sum[r][n] = V::mul_add(x, b[n], sum[r][n]); });
      });
    } else {
      typename V::Vector x[Rows];
      repeat<Rows>([&](auto r) SIMPLE_RNN_LAMBDA { x[r] = V::splat(input[r][i]); });
      repeat<N>([&](auto n) SIMPLE_RNN_LAMBDA {
        const auto b = vector(n);
        repeat<Rows>([&](auto r) SIMPLE_RNN_LAMBDA { sum[r][n] = V::mul_add(x[r], b, sum[r][n]); });
      });
    }
  };
  // Four steps with the way out between them: fewer instructions than a step at a time, and V8 does
  // not move the loads of one step up into the one before, which would spill.
  const T* const last = panel[0] + (K - 1) * stride(0);
  const auto was_last = [&](auto i) SIMPLE_RNN_LAMBDA {
    accumulate(i);
    return panel[0] + i * stride(0) == last;
  };
  while (!any<4>(was_last)) {
    repeat<Rows>([&](auto r) SIMPLE_RNN_LAMBDA { input[r] += 4; });
    repeat<P>([&](auto p) SIMPLE_RNN_LAMBDA { panel[p] += 4 * stride(p); });
  }
  repeat<Rows>([&](auto r) SIMPLE_RNN_LAMBDA {
    T* const output = outputs[r] + column;
    repeat<N - 1>([&](auto n) SIMPLE_RNN_LAMBDA { V::store(output + n * w, sum[r][n]); });
    if (tail == w) {
      V::store(output + (N - 1) * w, sum[r][N - 1]);
    } else {
      V::store_partial(output + (N - 1) * w, sum[r][N - 1], tail);
    }
  });
}

/// What every tile of one product shares.
template <class V>
struct Product {
  using T = typename V::Number;
  const T* packed;
  const T* bias;  // padded, or null: add to what the outputs hold
  int K, columns;

  template <int Rows, int N>
  void run(T* const* outputs, const T* const* inputs, int column) const {
    const int left = columns - column - (N - 1) * V::width;
    tile<V, Rows, N>(outputs, column, inputs, packed + column * K, bias ? bias + column : nullptr,
                     K, left < V::width ? left : V::width);
  }

  int vectors() const { return padded<V>(columns) / V::width; }

  /// A single row: six vectors at a time, which hides the latency of the additions and is still
  /// free of spills; the last group has up to six, so that no short chain of dependent additions is
  /// left over.
  void row(T* const* outputs, const T* const* inputs) const {
    int column = 0;
    int left = vectors();
    for (; left > 8; left -= 6, column += 6 * V::width) run<1, 6>(outputs, inputs, column);
    if (left > 6) {
      run<1, 4>(outputs, inputs, column);
      left -= 4;
      column += 4 * V::width;
    }
    switch (left) {
      case 1:
        return run<1, 1>(outputs, inputs, column);
      case 2:
        return run<1, 2>(outputs, inputs, column);
      case 3:
        return run<1, 3>(outputs, inputs, column);
      case 4:
        return run<1, 4>(outputs, inputs, column);
      case 5:
        return run<1, 5>(outputs, inputs, column);
      case 6:
        return run<1, 6>(outputs, inputs, column);
    }
  }

  void two_rows(T* const* outputs, const T* const* inputs) const {
    int column = 0;
    int left = vectors();
    for (; left >= 4; left -= 4, column += 4 * V::width) run<2, 4>(outputs, inputs, column);
    if (left >= 2) {
      run<2, 2>(outputs, inputs, column);
      left -= 2;
      column += 2 * V::width;
    }
    if (left == 1) run<2, 1>(outputs, inputs, column);
  }

  /// Panel by panel, so that a panel stays in the first cache for all row tiles.
  template <int Rows>
  void tiles(T* const* outputs, const T* const* inputs, int rows) const {
    for (int column = 0, left = vectors(); left > 0; left -= 2, column += 2 * V::width) {
      for (int r = 0; r + Rows <= rows; r += Rows) {
        if (left >= 2) {
          run<Rows, 2>(outputs + r, inputs + r, column);
        } else {
          run<Rows, 1>(outputs + r, inputs + r, column);
        }
      }
    }
  }
};

}  // namespace matrix_product

template <class V, class T>
void multiply_rows(T* const* outputs, const T* const* inputs, const T* packed, const T* bias,
                   int rows, int K, int columns) {
  const matrix_product::Product<V> product{packed, bias, K, columns};
  const int whole = rows & ~3;
  if (whole > 0) product.template tiles<4>(outputs, inputs, whole);
  outputs += whole;
  inputs += whole;
  switch (rows - whole) {
    case 1:
      return product.row(outputs, inputs);
    case 2:
      return product.two_rows(outputs, inputs);
    case 3:
      return product.template tiles<3>(outputs, inputs, 3);
  }
}

#define INSTANTIATE(V)                                                                         \
  template void multiply_rows<V>(V::Number* const*, const V::Number* const*, const V::Number*, \
                                 const V::Number*, int, int, int);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
