// One vocabulary for vector arithmetic. Kernels are templates over a vector type V from one of the
// target headers: V::Number, V::Vector (width numbers), V::Mask and the functions below. Written
// once, compiled for each; Scalar<T> is the oracle and the float64 build.
//
//   load store load_partial store_partial splat      add sub mul div mul_add neg abs sqrt min max
//   less select      sign (its bit alone) flip (by a sign bit)
//   pow2 (2^n for whole n)
//
// min(a, b) and max(a, b) give a where the comparison with NaN fails: min(NaN, b) is NaN.
// mul_add(a, b, c) is a * b + c in two roundings; the relaxed wasm module is made from it.
#pragma once

#include "simd_scalar.h"

#if defined(SIMPLE_RNN_SCALAR)
namespace simple_rnn::simd {
using Native = Scalar<float>;
}
#elif defined(__wasm_simd128__)
#include "simd_wasm.h"
#elif defined(__SSE2__)
#include "simd_x86.h"
#else
namespace simple_rnn::simd {
using Native = Scalar<float>;
}
#endif
