// Walks two arrays together, the smaller one repeated along some axes as in NumPy.
#pragma once

#include <cstdint>

namespace simple_rnn {

/// One axis of a walk: its size, and how many elements lie between neighbours in either array (0
/// repeats).
struct Axis {
  int32_t size;
  int32_t left;
  int32_t right;
};

constexpr int most_axes = 8;

/// Calls row(left, right) for every run along the last axis, the first axes slowest. `count` axes,
/// from 1 to most_axes, none of size 0.
template <class L, class R, class Row>
void for_each_row(L* left, R* right, const Axis* axes, int count, const Row& row) {
  int32_t index[most_axes] = {};
  for (;;) {
    row(left, right);
    int i = count - 2;
    for (; i >= 0; --i) {
      left += axes[i].left;
      right += axes[i].right;
      if (++index[i] < axes[i].size) break;
      index[i] = 0;
      left -= static_cast<intptr_t>(axes[i].size) * axes[i].left;
      right -= static_cast<intptr_t>(axes[i].size) * axes[i].right;
    }
    if (i < 0) return;
  }
}

}  // namespace simple_rnn
