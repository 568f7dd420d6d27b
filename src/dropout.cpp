#include "dropout.h"

#include "random.h"

namespace simple_rnn {

void dropout_mask(float* outputs, int count, double rate, uint64_t seed) {
  Random random(seed);
  const float kept = rate < 1 ? static_cast<float>(1 / (1 - rate)) : 0;
  for (int i = 0; i < count; ++i) outputs[i] = random.uniform() < rate ? 0 : kept;
}

}  // namespace simple_rnn
