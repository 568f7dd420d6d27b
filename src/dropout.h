// Dropout masks, the same bits on every target. They are multiplied with their inputs by merge.h.
#pragma once

#include <cstdint>

namespace simple_rnn {

/// Each entry is 0 with probability `rate`, else 1 / (1 - rate); 0 <= rate <= 1, 1 gives zeros.
void dropout_mask(float* outputs, int count, double rate, uint64_t seed);

}  // namespace simple_rnn
