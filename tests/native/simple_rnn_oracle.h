// SimpleRNN as the textbook writes it, one number after the other in double precision.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "simple_rnn.h"
#include "testing.h"

namespace simple_rnn {

struct Case {
  int batch, steps, features, units;
  unsigned options = return_sequences;
  Activation activation = Activation::tanh;
  bool use_bias = true;
  std::vector<float> kernel, recurrent_kernel, bias, inputs, initial_state;
  std::vector<uint8_t> mask;

  Case(int B, int T, int F, int U) : batch(B), steps(T), features(F), units(U) {
    const auto seed = static_cast<uint64_t>(((B * 64 + T) * 64 + F) * 64 + U);
    kernel = numbers(F * U, 1 / std::sqrt(static_cast<float>(F)), seed);
    recurrent_kernel = numbers(U * U, 1 / std::sqrt(static_cast<float>(U)), seed + 1);
    bias = numbers(U, 0.5f, seed + 2);
    inputs = numbers(B * T * F, 1, seed + 3);
  }

  Case& with_initial_state() {
    initial_state = numbers(batch * units, 1, 77);
    return *this;
  }

  /// About a third of the steps masked, the first of the first sample among them.
  Case& with_mask() {
    Random random(static_cast<uint64_t>(batch + steps));
    mask.resize(static_cast<size_t>(batch * steps));
    for (uint8_t& used : mask) used = random.uniform() > 0.33;
    mask[0] = 0;
    return *this;
  }
};

struct Result {
  std::vector<double> outputs, final_state;
};

inline Result oracle(const Case& c, const std::function<double(double)>& activation) {
  const auto at = [](int i) { return static_cast<size_t>(i); };
  Result result;
  result.final_state.assign(c.initial_state.begin(), c.initial_state.end());
  result.final_state.resize(at(c.batch * c.units));
  for (int b = 0; b < c.batch; ++b) {
    std::vector<double> h(result.final_state.begin() + b * c.units,
                          result.final_state.begin() + (b + 1) * c.units);
    std::vector<double> output(at(c.units));
    for (int t = 0; t < c.steps; ++t) {
      const int source = c.options & go_backwards ? c.steps - 1 - t : t;
      if (c.mask.empty() || c.mask[at(b * c.steps + source)]) {
        std::vector<double> next(at(c.units));
        for (int j = 0; j < c.units; ++j) {
          double z = c.use_bias ? c.bias[at(j)] : 0;
          for (int f = 0; f < c.features; ++f) {
            z += double{c.inputs[at((b * c.steps + source) * c.features + f)]} *
                 c.kernel[at(f * c.units + j)];
          }
          for (int k = 0; k < c.units; ++k) z += h[at(k)] * c.recurrent_kernel[at(k * c.units + j)];
          next[at(j)] = activation(z);
        }
        output = h = next;
      } else if (c.options & zero_output_for_mask) {
        output.assign(at(c.units), 0);
      }
      if (c.options & return_sequences || t == c.steps - 1) {
        result.outputs.insert(result.outputs.end(), output.begin(), output.end());
      }
    }
    std::copy(h.begin(), h.end(), result.final_state.begin() + b * c.units);
  }
  return result;
}

template <class W>
struct Computed {
  std::vector<typename W::Number> outputs, final_state;
};

/// Through the kernel; every buffer is exactly as long as promised.
template <class W>
Computed<W> compute(const Case& c) {
  using T = typename W::Number;
  const auto widened = [](const std::vector<float>& v) {
    return std::vector<T>(v.begin(), v.end());
  };
  const auto kernel = widened(c.kernel), recurrent = widened(c.recurrent_kernel),
             bias = widened(c.bias);
  const auto inputs = widened(c.inputs), initial = widened(c.initial_state);
  std::vector<T> packed(simple_rnn_packed_bytes<W>(c.features, c.units) / sizeof(T));
  simple_rnn_pack<W>(packed.data(), kernel.data(), recurrent.data(),
                     c.use_bias ? bias.data() : nullptr, c.features, c.units);
  std::vector<char> workspace(simple_rnn_workspace_bytes<W>(c.batch, c.steps, c.units, c.options));
  Computed<W> result;
  const int rows = c.options & return_sequences ? c.batch * c.steps : c.batch;
  result.outputs.resize(static_cast<size_t>(rows * c.units));
  result.final_state.resize(static_cast<size_t>(c.batch * c.units));
  simple_rnn_forward<W>(result.outputs.data(), result.final_state.data(), workspace.data(),
                        inputs.data(), c.initial_state.empty() ? nullptr : initial.data(),
                        c.mask.empty() ? nullptr : c.mask.data(), packed.data(), c.batch, c.steps,
                        c.features, c.units, c.activation, c.options);
  return result;
}

}  // namespace simple_rnn
