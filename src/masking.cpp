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

template <class T>
void masking_backward(T* d_inputs, const uint8_t* mask, const T* d_outputs, int rows,
                      int features) {
  for (int i = 0; i < rows; ++i, d_inputs += features, d_outputs += features) {
    if (!mask[i]) {
      std::fill_n(d_inputs, features, T(0));
    } else if (d_inputs != d_outputs) {
      std::copy_n(d_outputs, features, d_inputs);
    }
  }
}

template void masking_forward<float>(float*, uint8_t*, const float*, int, int, float);
template void masking_forward<double>(double*, uint8_t*, const double*, int, int, double);
template void masking_backward<float>(float*, const uint8_t*, const float*, int, int);
template void masking_backward<double>(double*, const uint8_t*, const double*, int, int);

}  // namespace simple_rnn
