#include "constraints.h"

#include <algorithm>
#include <cmath>

namespace simple_rnn {

void constrain_norms(float* weights, double* norms, int norm_count, const Axis* axes,
                     int axis_count, double min_value, double max_value, double rate) {
  const Axis last = axes[axis_count - 1];
  const auto for_each = [&](const auto& visit) {
    for_each_row(weights, norms, axes, axis_count, [&](float* w, double* n) {
      for (int i = 0; i < last.size; ++i) visit(w[i * last.left], n[i * last.right]);
    });
  };
  std::fill_n(norms, norm_count, 0.0);
  for_each([](float w, double& n) { n += double{w} * w; });
  for (int i = 0; i < norm_count; ++i) {
    const double norm = std::sqrt(norms[i]);
    const double clipped = std::min(std::max(norm, min_value), max_value);
    norms[i] = (rate * clipped + (1 - rate) * norm) / (1e-7 + norm);
  }
  for_each([](float& w, double factor) { w = static_cast<float>(w * factor); });
}

}  // namespace simple_rnn
