#include "initializers.h"

#include <Eigen/Dense>
#include <algorithm>
#include <utility>

#include "random.h"

namespace simple_rnn {

void random_uniform(float* outputs, int count, double low, double high, uint64_t seed) {
  Random random(seed);
  const auto below = static_cast<float>(high);
  for (int i = 0; i < count; ++i) {
    outputs[i] = static_cast<float>(low + (high - low) * random.uniform());
    if (outputs[i] >= below && low < high)
      outputs[i] = static_cast<float>(low);  // rounded up to the end
  }
}

void random_normal(float* outputs, int count, double mean, double stddev, uint64_t seed) {
  Random random(seed);
  for (int i = 0; i < count; ++i) outputs[i] = static_cast<float>(mean + stddev * random.normal());
}

void truncated_normal(float* outputs, int count, double mean, double stddev, uint64_t seed) {
  Random random(seed);
  for (int i = 0; i < count; ++i)
    outputs[i] = static_cast<float>(mean + stddev * random.truncated_normal());
}

size_t orthogonal_workspace_bytes(int rows, int columns) {
  const auto tall = static_cast<size_t>(std::max(rows, columns));
  const auto narrow = static_cast<size_t>(std::min(rows, columns));
  return sizeof(float) * (2 * tall * narrow + tall + 2 * narrow);
}

void orthogonal(float* outputs, void* workspace, int rows, int columns, double gain,
                uint64_t seed) {
  using Matrix = Eigen::Map<Eigen::MatrixXf>;
  const int tall = std::max(rows, columns);
  const int narrow = std::min(rows, columns);
  auto* next = static_cast<float*>(workspace);
  const auto take = [&](int count) { return std::exchange(next, next + count); };
  Matrix a(take(tall * narrow), tall, narrow);
  Matrix q(take(tall * narrow), tall, narrow);
  float* const scratch = take(tall);
  float* const tau = take(narrow);
  float* const sign = take(narrow);

  random_normal(a.data(), tall * narrow, 0, 1, seed);
  // Householder reflections one by one: no blocks, whose size would depend on the machine's caches
  for (int k = 0; k < narrow; ++k) {
    float beta;
    a.col(k).tail(tall - k).makeHouseholderInPlace(tau[k], beta);
    a(k, k) = beta;
    sign[k] = beta < 0 ? -1.0f : 1.0f;
    if (k + 1 == narrow) continue;
    a.bottomRightCorner(tall - k, narrow - k - 1)
        .applyHouseholderOnTheLeft(a.col(k).tail(tall - k - 1), tau[k], scratch);
  }
  q.setIdentity();
  for (int k = narrow - 1; k >= 0; --k) {
    q.bottomRightCorner(tall - k, narrow - k)
        .applyHouseholderOnTheLeft(a.col(k).tail(tall - k - 1), tau[k], scratch);
  }
  const auto scale = static_cast<float>(gain);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) {
      const int row = rows < columns ? j : i;
      const int column = rows < columns ? i : j;
      outputs[i * columns + j] = scale * sign[column] * q(row, column);
    }
  }
}

}  // namespace simple_rnn
