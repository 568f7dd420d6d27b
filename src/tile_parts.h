// What the tiles of matrix products are written with.
#pragma once

#include <type_traits>
#include <utility>

#include "simd.h"

// By force: otherwise LLVM 14 keeps the sums of a tile in memory.
#define SIMPLE_RNN_LAMBDA __attribute__((always_inline))
#define SIMPLE_RNN_INLINE inline SIMPLE_RNN_LAMBDA

namespace simple_rnn::matrix_product {

/// Loads vector n of N, the last one only `tail` numbers of it.
template <class V, int N>
inline typename V::Vector load_vector(const typename V::Number* from, int n, int tail) {
  if (n == N - 1 && tail != V::width) return V::load_partial(from + n * V::width, tail);
  return V::load(from + n * V::width);
}

/// Calls function(0) … function(N - 1), each number a constant: the tile's arrays become registers.
template <class Function, int... I>
SIMPLE_RNN_INLINE void repeat(std::integer_sequence<int, I...>,
                              [[maybe_unused]] Function function) {
  (function(std::integral_constant<int, I>{}), ...);
}

template <int N, class Function>
SIMPLE_RNN_INLINE void repeat(Function function) {
  repeat(std::make_integer_sequence<int, N>{}, function);
}

/// Calls function(0), function(1), … up to function(N - 1) or the first that gives true: whether
/// one did.
template <class Function, int... I>
SIMPLE_RNN_INLINE bool any(std::integer_sequence<int, I...>, Function function) {
  return (function(std::integral_constant<int, I>{}) || ...);
}

template <int N, class Function>
SIMPLE_RNN_INLINE bool any(Function function) {
  return any(std::make_integer_sequence<int, N>{}, function);
}

}  // namespace simple_rnn::matrix_product
