// SimpleRNN as the textbook writes it, one number after the other in double precision.
#pragma once

#include <algorithm>
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
  int output_stride, output_column = 0;  // columns of a wider array, and the first of ours
  std::vector<float> kernel, recurrent_kernel, bias, inputs, initial_state;
  std::vector<float> input_dropout, recurrent_dropout;
  std::vector<uint8_t> mask;

  Case(int B, int T, int F, int U) : batch(B), steps(T), features(F), units(U), output_stride(U) {
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

  Case& with_dropout(bool of_inputs, bool of_state) {
    const auto factors = [](int count, uint64_t seed) {
      auto factor = numbers(count, 1, seed);
      for (float& f : factor) f = f < 0 ? 0.0f : 1.25f;
      return factor;
    };
    if (of_inputs) input_dropout = factors(batch * features, 78);
    if (of_state) recurrent_dropout = factors(batch * units, 79);
    return *this;
  }

  /// As one half of rows of [2·units], the first or the second.
  Case& as_half(int half) {
    output_stride = 2 * units;
    output_column = half * units;
    return *this;
  }

  int output_rows() const { return options & return_sequences ? batch * steps : batch; }

  unsigned workspace_options() const {
    return options | (input_dropout.empty() ? 0u : unsigned{has_input_dropout}) |
           (recurrent_dropout.empty() ? 0u : unsigned{has_recurrent_dropout});
  }
};

struct Result {
  std::vector<double> outputs, final_state;
};

inline Result oracle(const Case& c, const std::function<double(double)>& activation) {
  const auto at = [](int i) { return static_cast<size_t>(i); };
  const auto factor = [&](const std::vector<float>& dropout, int i) {
    return dropout.empty() ? 1.0 : double{dropout[at(i)]};
  };
  const bool mask_reversed = c.options & (go_backwards | mask_backwards);
  Result result;
  result.outputs.resize(at(c.output_rows() * c.units));
  result.final_state.assign(c.initial_state.begin(), c.initial_state.end());
  result.final_state.resize(at(c.batch * c.units));
  for (int b = 0; b < c.batch; ++b) {
    std::vector<double> h(result.final_state.begin() + b * c.units,
                          result.final_state.begin() + (b + 1) * c.units);
    std::vector<double> output(at(c.units));
    for (int t = 0; t < c.steps; ++t) {
      const int last = c.steps - 1 - t;
      const int source = b * c.steps + (c.options & go_backwards ? last : t);
      if (c.mask.empty() || c.mask[at(b * c.steps + (mask_reversed ? last : t))]) {
        std::vector<double> next(at(c.units));
        for (int j = 0; j < c.units; ++j) {
          double z = c.use_bias ? c.bias[at(j)] : 0;
          for (int f = 0; f < c.features; ++f) {
            z += c.inputs[at(source * c.features + f)] *
                 factor(c.input_dropout, b * c.features + f) * c.kernel[at(f * c.units + j)];
          }
          for (int k = 0; k < c.units; ++k) {
            z += h[at(k)] * factor(c.recurrent_dropout, b * c.units + k) *
                 c.recurrent_kernel[at(k * c.units + j)];
          }
          next[at(j)] = activation(z);
        }
        output = h = next;
      } else if (c.options & zero_output_for_mask) {
        output.assign(at(c.units), 0);
      }
      int row = b;
      if (c.options & return_sequences)
        row = b * c.steps + (c.options & outputs_backwards ? last : t);
      std::copy(output.begin(), output.end(), result.outputs.begin() + row * c.units);
    }
    std::copy(h.begin(), h.end(), result.final_state.begin() + b * c.units);
  }
  return result;
}

template <class W>
struct Computed {
  std::vector<typename W::Number> outputs, final_state;
};

/// Through the kernel; every buffer is exactly as long as promised, and what stands beside the
/// output columns must not change.
template <class W>
Computed<W> compute(const Case& c) {
  using T = typename W::Number;
  const auto widened = [](const std::vector<float>& v) {
    return std::vector<T>(v.begin(), v.end());
  };
  const auto or_null = [](const std::vector<T>& v) { return v.empty() ? nullptr : v.data(); };
  const auto kernel = widened(c.kernel), recurrent = widened(c.recurrent_kernel),
             bias = widened(c.bias);
  const auto inputs = widened(c.inputs), initial = widened(c.initial_state),
             input_dropout = widened(c.input_dropout),
             recurrent_dropout = widened(c.recurrent_dropout);
  std::vector<T> packed(simple_rnn_packed_bytes<W>(c.features, c.units) / sizeof(T));
  simple_rnn_pack<W>(packed.data(), kernel.data(), recurrent.data(),
                     c.use_bias ? bias.data() : nullptr, c.features, c.units);
  std::vector<char> workspace(
      simple_rnn_workspace_bytes<W>(c.batch, c.steps, c.features, c.units, c.workspace_options()));
  const T untouched = 12345;
  std::vector<T> outputs(static_cast<size_t>(c.output_rows() * c.output_stride), untouched);
  Computed<W> result;
  result.final_state.resize(static_cast<size_t>(c.batch * c.units));
  simple_rnn_forward<W>(outputs.data() + c.output_column, result.final_state.data(),
                        workspace.data(), inputs.data(), or_null(initial),
                        c.mask.empty() ? nullptr : c.mask.data(), or_null(input_dropout),
                        or_null(recurrent_dropout), packed.data(), c.batch, c.steps, c.features,
                        c.units, c.output_stride, c.activation, c.options);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const int column = static_cast<int>(i) % c.output_stride - c.output_column;
    if (0 <= column && column < c.units) {
      result.outputs.push_back(outputs[i]);
    } else if (outputs[i] != untouched) {
      ADD_FAILURE() << "wrote beside the output columns, at " << i;
      break;
    }
  }
  return result;
}

}  // namespace simple_rnn
