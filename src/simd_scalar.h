// The vocabulary of simd.h for one number at a time, float or double.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace simple_rnn::simd {

template <class T>
struct Scalar {
  using Number = T;
  using Vector = T;
  using Mask = bool;
  static constexpr int width = 1;

  static Vector load(const T* from) { return *from; }
  static void store(T* to, Vector a) { *to = a; }
  static Vector load_partial(const T* from, int) { return *from; }
  static void store_partial(T* to, Vector a, int) { *to = a; }
  static Vector splat(T a) { return a; }

  static Vector add(Vector a, Vector b) { return a + b; }
  static Vector sub(Vector a, Vector b) { return a - b; }
  static Vector mul(Vector a, Vector b) { return a * b; }
  static Vector div(Vector a, Vector b) { return a / b; }
  static Vector mul_add(Vector a, Vector b, Vector c) { return a * b + c; }
  static Vector neg(Vector a) { return -a; }
  static Vector abs(Vector a) { return std::fabs(a); }
  static Vector sqrt(Vector a) { return std::sqrt(a); }
  static Vector min(Vector a, Vector b) { return b < a ? b : a; }
  static Vector max(Vector a, Vector b) { return a < b ? b : a; }
  static Mask less(Vector a, Vector b) { return a < b; }
  static Vector select(Mask mask, Vector a, Vector b) { return mask ? a : b; }
  static Vector sign(Vector a) { return std::copysign(T(0), a); }
  static Vector flip(Vector a, Vector sign) { return std::signbit(sign) ? -a : a; }

  // The low bits of 1.5 * 2^23 + 127 + n are the exponent field of 2^n (double: 2^52 and 1023).
  static Vector pow2(Vector n) {
    if constexpr (sizeof(T) == 4) {
      const float shifted = n + 12583039.0f;
      uint32_t bits;
      std::memcpy(&bits, &shifted, 4);
      bits <<= 23;
      float result;
      std::memcpy(&result, &bits, 4);
      return result;
    } else {
      const double shifted = n + 6755399441056767.0;
      uint64_t bits;
      std::memcpy(&bits, &shifted, 8);
      bits <<= 52;
      double result;
      std::memcpy(&result, &bits, 8);
      return result;
    }
  }
};

}  // namespace simple_rnn::simd
