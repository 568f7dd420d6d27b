// The vocabulary of simd.h for x86-64: SSE2's 128-bit vectors (with AVX enabled the compiler uses
// its three-operand encodings of the same operations, so the bits stay those of the wasm module).
#pragma once

#include <emmintrin.h>

namespace simple_rnn::simd {

struct F32x4 {
  using Number = float;
  using Vector = __m128;
  using Mask = __m128;
  static constexpr int width = 4;

  static Vector load(const float* from) { return _mm_loadu_ps(from); }
  static void store(float* to, Vector a) { _mm_storeu_ps(to, a); }
  static Vector load_partial(const float* from, int count) {
    if (count == 1) return _mm_load_ss(from);
    const Vector low = _mm_castpd_ps(_mm_load_sd(reinterpret_cast<const double*>(from)));
    return count == 2 ? low : _mm_movelh_ps(low, _mm_load_ss(from + 2));
  }
  static void store_partial(float* to, Vector a, int count) {
    if (count == 1) return _mm_store_ss(to, a);
    _mm_storel_pi(reinterpret_cast<__m64*>(to), a);
    if (count == 3) _mm_store_ss(to + 2, _mm_movehl_ps(a, a));
  }
  static Vector splat(float a) { return _mm_set1_ps(a); }

  static Vector add(Vector a, Vector b) { return _mm_add_ps(a, b); }
  static Vector sub(Vector a, Vector b) { return _mm_sub_ps(a, b); }
  static Vector mul(Vector a, Vector b) { return _mm_mul_ps(a, b); }
  static Vector div(Vector a, Vector b) { return _mm_div_ps(a, b); }
  static Vector mul_add(Vector a, Vector b, Vector c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
  static Vector neg(Vector a) { return _mm_xor_ps(a, splat(-0.0f)); }
  static Vector abs(Vector a) { return _mm_andnot_ps(splat(-0.0f), a); }
  static Vector sqrt(Vector a) { return _mm_sqrt_ps(a); }
  static Vector min(Vector a, Vector b) { return _mm_min_ps(b, a); }
  static Vector max(Vector a, Vector b) { return _mm_max_ps(b, a); }
  static Mask less(Vector a, Vector b) { return _mm_cmplt_ps(a, b); }
  static Vector select(Mask mask, Vector a, Vector b) {
    return _mm_or_ps(_mm_and_ps(mask, a), _mm_andnot_ps(mask, b));
  }
  static Vector sign(Vector a) { return _mm_and_ps(a, splat(-0.0f)); }
  static Vector flip(Vector a, Vector sign) { return _mm_xor_ps(a, sign); }
  static Vector pow2(Vector n) {
    const __m128i bits = _mm_castps_si128(_mm_add_ps(n, splat(12583039.0f)));
    return _mm_castsi128_ps(_mm_slli_epi32(bits, 23));
  }
};

using Native = F32x4;

}  // namespace simple_rnn::simd
