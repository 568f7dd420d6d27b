// Which vector types the kernels are compiled for: wasm has one, native builds add the scalar
// oracle and float64.
#pragma once

#include "simd.h"

#if defined(__wasm__)
#define SIMPLE_RNN_INSTANTIATE(X) X(simd::Native)
#elif defined(SIMPLE_RNN_SCALAR) || !defined(__SSE2__)
#define SIMPLE_RNN_INSTANTIATE(X) X(simd::Scalar<float>) X(simd::Scalar<double>)
#else
#define SIMPLE_RNN_INSTANTIATE(X) X(simd::Native) X(simd::Scalar<float>) X(simd::Scalar<double>)
#endif
