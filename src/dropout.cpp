#include "dropout.h"

#include "random.h"

namespace simple_rnn {

void dropout_mask(float* outputs, int count, double rate, uint64_t seed) {
  Random random(seed);
  const float values[] = {0, rate < 1 ? static_cast<float>(1 / (1 - rate)) : 0};
  // looked up, because a branch would be guessed wrong as often as not
  for (int i = 0; i < count; ++i) outputs[i] = values[random.uniform() >= rate];
}

}  // namespace simple_rnn
