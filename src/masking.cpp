#include "masking.h"

#include <algorithm>

namespace simple_rnn {

template <class T>
void masking_forward(T* outputs, uint8_t* mask, const T* inputs, int rows, int features,
                     T mask_value) {
  for (int i = 0; i < rows; ++i, inputs += features, outputs += features) {
    const bool used = std::any_of(inputs, inputs + features, [=](T x) { return x != mask_value; });
    mask[i] = used;
    if (used) {
      std::copy_n(inputs, features, outputs);
    } else {
      std::fill_n(outputs, features, T(0));
    }
  }
}

template void masking_forward<float>(float*, uint8_t*, const float*, int, int, float);
template void masking_forward<double>(double*, uint8_t*, const double*, int, int, double);

}  // namespace simple_rnn
