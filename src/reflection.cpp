#include "reflection.h"

#include <cstring>

namespace simple_rnn {

namespace {

// The compilers' own vectors, not those of simd.h: four lanes on every target, the scalar build
// too.
using Lanes = float __attribute__((vector_size(16)));
constexpr int width = 4;

Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

void store(float* to, Lanes lanes) { std::memcpy(to, &lanes, sizeof lanes); }

/// -a · b, in four sums of four lanes, which hide each other's latency. Subtracted, not added: the
/// relaxed WebAssembly module fuses products with additions, and the same seed is to give the same
/// bits there too.
float negative_dot(const float* a, const float* b, int length) {
  Lanes sums[4] = {};
  int i = 0;
  for (; i + 4 * width <= length; i += 4 * width) {
    sums[0] -= load(a + i) * load(b + i);
    sums[1] -= load(a + i + width) * load(b + i + width);
    sums[2] -= load(a + i + 2 * width) * load(b + i + 2 * width);
    sums[3] -= load(a + i + 3 * width) * load(b + i + 3 * width);
  }
  const Lanes lanes = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  float sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  for (; i < length; ++i) sum -= a[i] * b[i];
  return sum;
}

/// y -= factor · x
void subtract(float* y, const float* x, float factor, int length) {
  const Lanes factors = {factor, factor, factor, factor};
  int i = 0;
  for (; i + width <= length; i += width) store(y + i, load(y + i) - factors * load(x + i));
  for (; i < length; ++i) y[i] -= factor * x[i];
}

}  // namespace

void reflect(float* column, const float* v, float tau, int length) {
  const float factor = tau * (column[0] - negative_dot(column + 1, v + 1, length - 1));
  column[0] -= factor;
  subtract(column + 1, v + 1, factor, length - 1);
}

}  // namespace simple_rnn
