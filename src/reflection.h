// Householder reflections of columns: what the QR decomposition of the orthogonal initializer
// spends its time on.
#pragma once

namespace simple_rnn {

/// column -= tau · (v · column) · v over `length` numbers, where v[0] counts as 1 whatever stands
/// there (LAPACK's and Eigen's form). Sums in an order of its own: the same bits on every target.
void reflect(float* column, const float* v, float tau, int length);

}  // namespace simple_rnn
