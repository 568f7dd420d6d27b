// The random initializers of Keras, into float32 arrays. The same seed gives the same bits on every
// target.
#pragma once

#include <cstddef>
#include <cstdint>

namespace simple_rnn {

/// In [low, high).
void random_uniform(float* outputs, int count, double low, double high, uint64_t seed);

void random_normal(float* outputs, int count, double mean, double stddev, uint64_t seed);

/// Within two standard deviations of the mean.
void truncated_normal(float* outputs, int count, double mean, double stddev, uint64_t seed);

uint64_t orthogonal_workspace_bytes(int rows, int columns);

/// gain · Q of a normal matrix' QR decomposition, its signs those that make R's diagonal positive;
/// with rows < columns the rows are orthonormal instead of the columns (Saxe et al. 2013, Keras'
/// Orthogonal).
void orthogonal(float* outputs, void* workspace, int rows, int columns, double gain, uint64_t seed);

}  // namespace simple_rnn
