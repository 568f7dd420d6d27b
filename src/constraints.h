// Norms of weights held within bounds: Keras' MaxNorm, UnitNorm and MinMaxNorm in one.
#pragma once

#include "broadcast.h"

namespace simple_rnn {

/// weights · d / (1e-7 + n) in place, where n is the Euclidean norm along the axes whose right
/// stride is 0 and d = rate · clip(n, min_value, max_value) + (1 - rate) · n. `axes` walk the
/// weights (left) and the norms (right). norms: workspace, one number for each norm.
void constrain_norms(float* weights, double* norms, int norm_count, const Axis* axes,
                     int axis_count, double min_value, double max_value, double rate);

}  // namespace simple_rnn
