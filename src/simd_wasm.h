// The vocabulary of simd.h for WebAssembly's 128-bit vectors. Nothing else includes
// <wasm_simd128.h>.
#pragma once

#include <wasm_simd128.h>

namespace simple_rnn::simd {

struct F32x4 {
  using Number = float;
  using Vector = v128_t;
  using Mask = v128_t;
  static constexpr int width = 4;

  static Vector load(const float* from) { return wasm_v128_load(from); }
  static void store(float* to, Vector a) { wasm_v128_store(to, a); }
  static Vector load_partial(const float* from, int count) {
    if (count == 1) return wasm_v128_load32_zero(from);
    const Vector low = wasm_v128_load64_zero(from);
    return count == 2 ? low : wasm_v128_load32_lane(from + 2, low, 2);
  }
  static void store_partial(float* to, Vector a, int count) {
    if (count == 1) return wasm_v128_store32_lane(to, a, 0);
    wasm_v128_store64_lane(to, a, 0);
    if (count == 3) wasm_v128_store32_lane(to + 2, a, 2);
  }
  static Vector splat(float a) { return wasm_f32x4_splat(a); }

  static Vector add(Vector a, Vector b) { return wasm_f32x4_add(a, b); }
  static Vector sub(Vector a, Vector b) { return wasm_f32x4_sub(a, b); }
  static Vector mul(Vector a, Vector b) { return wasm_f32x4_mul(a, b); }
  static Vector div(Vector a, Vector b) { return wasm_f32x4_div(a, b); }
  static Vector mul_add(Vector a, Vector b, Vector c) {
    return wasm_f32x4_add(wasm_f32x4_mul(a, b), c);
  }
  static Vector neg(Vector a) { return wasm_f32x4_neg(a); }
  static Vector abs(Vector a) { return wasm_f32x4_abs(a); }
  static Vector sqrt(Vector a) { return wasm_f32x4_sqrt(a); }
  static Vector min(Vector a, Vector b) { return wasm_f32x4_pmin(a, b); }
  static Vector max(Vector a, Vector b) { return wasm_f32x4_pmax(a, b); }
  static Mask less(Vector a, Vector b) { return wasm_f32x4_lt(a, b); }
  static Vector select(Mask mask, Vector a, Vector b) { return wasm_v128_bitselect(a, b, mask); }
  static Vector sign(Vector a) { return wasm_v128_and(a, wasm_f32x4_const_splat(-0.0f)); }
  static Vector flip(Vector a, Vector sign) { return wasm_v128_xor(a, sign); }
  static Vector pow2(Vector n) {
    return wasm_i32x4_shl(wasm_f32x4_add(n, wasm_f32x4_const_splat(12583039.0f)), 23);
  }
};

using Native = F32x4;

}  // namespace simple_rnn::simd
