#include "initializers.h"

#include <Eigen/Dense>
#include <algorithm>
#include <utility>

#include "random.h"
#include "reflection.h"

namespace simple_rnn {

namespace {

/// The seed is mixed first, so that the sequences of related seeds do not overlap.
Random generator(uint64_t seed) { return Random(Random(seed).bits()); }

}  // namespace

void random_uniform(float* outputs, int count, double low, double high, uint64_t seed) {
  Random random = generator(seed);
  const auto below = static_cast<float>(high);
  for (int i = 0; i < count; ++i) {
    outputs[i] = static_cast<float>(low + (high - low) * random.uniform());
    if (outputs[i] >= below && low < high)
      outputs[i] = static_cast<float>(low);  // rounded up to the end
  }
}

void random_normal(float* outputs, int count, double mean, double stddev, uint64_t seed) {
  Random random = generator(seed);
  for (int i = 0; i < count; ++i) outputs[i] = static_cast<float>(mean + stddev * random.normal());
}

void truncated_normal(float* outputs, int count, double mean, double stddev, uint64_t seed) {
  Random random = generator(seed);
  for (int i = 0; i < count; ++i)
    outputs[i] = static_cast<float>(mean + stddev * random.truncated_normal());
}

uint64_t orthogonal_workspace_bytes(int rows, int columns) {
  const auto tall = static_cast<uint64_t>(std::max(rows, columns));
  const auto narrow = static_cast<uint64_t>(std::min(rows, columns));
  return sizeof(float) * (2 * tall * narrow + 2 * narrow);
}

void orthogonal(float* outputs, void* workspace, int rows, int columns, double gain,
                uint64_t seed) {
  const int tall = std::max(rows, columns);
  const int narrow = std::min(rows, columns);
  auto* next = static_cast<float*>(workspace);
  const auto take = [&](int count) { return std::exchange(next, next + count); };
  float* const a = take(tall * narrow);  // column-major, as q
  float* const q = take(tall * narrow);
  float* const tau = take(narrow);
  float* const sign = take(narrow);
  const auto at = [tall](float* matrix, int row, int column) {
    return matrix + column * tall + row;
  };

  random_normal(a, tall * narrow, 0, 1, seed);
  // Householder reflections one by one: no blocks, whose size would depend on the machine's caches
  for (int k = 0; k < narrow; ++k) {
    float diagonal;
    Eigen::Map<Eigen::VectorXf>(at(a, k, k), tall - k).makeHouseholderInPlace(tau[k], diagonal);
    sign[k] = diagonal < 0 ? -1.0f : 1.0f;
    for (int j = k + 1; j < narrow; ++j) reflect(at(a, k, j), at(a, k, k), tau[k], tall - k);
  }
  std::fill_n(q, tall * narrow, 0.0f);
  for (int k = narrow - 1; k >= 0; --k) {
    *at(q, k, k) = 1;
    for (int j = k; j < narrow; ++j) reflect(at(q, k, j), at(a, k, k), tau[k], tall - k);
  }
  const auto scale = static_cast<float>(gain);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) {
      const int row = rows < columns ? j : i;
      const int column = rows < columns ? i : j;
      outputs[i * columns + j] = scale * sign[column] * *at(q, row, column);
    }
  }
}

}  // namespace simple_rnn
