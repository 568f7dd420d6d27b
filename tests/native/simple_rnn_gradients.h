// SimpleRNN's loss Σ d_outputs · outputs + Σ d_final_state · final_state as a plain function of its
// numbers in double precision, and its gradients through the kernels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "simple_rnn_train.h"
#include "testing.h"

namespace simple_rnn {

/// The numbers that a gradient belongs to, or the gradients themselves; what is not given is empty.
template <class T>
struct Numbers {
  std::vector<T> inputs, initial_state, kernel, recurrent_kernel, bias;

  std::vector<std::vector<T>*> all() {
    return {&inputs, &initial_state, &kernel, &recurrent_kernel, &bias};
  }
};

/// numbers() as doubles.
inline std::vector<double> doubles(int count, float limit, uint64_t seed) {
  const auto values = numbers(count, limit, seed);
  return {values.begin(), values.end()};
}

struct Network {
  int batch, steps, features, units, output_stride, output_column, truncate;
  unsigned options;
  Activation activation;
  Numbers<double> at;
  std::vector<uint8_t> mask;
  std::vector<double> input_dropout, recurrent_dropout, d_outputs, d_final_state;

  Network() = default;

  /// Any combination of the options.
  explicit Network(uint64_t seed, int max_units = 7, int max_features = 5) {
    Random random(seed);
    const auto below = [&](int n) { return static_cast<int>(random.uniform() * n); };
    const auto maybe = [&] { return random.uniform() < 0.5; };
    batch = 1 + below(5);
    steps = 1 + below(7);
    features = 1 + below(max_features);
    units = 1 + below(max_units);
    options = static_cast<unsigned>(below(32));
    activation = static_cast<Activation>(below(static_cast<int>(Activation::glu)));
    if (maybe()) activation = Activation::tanh;
    truncate = maybe() ? 0 : 1 + below(steps);
    output_column = maybe() ? 0 : units;
    output_stride = units + output_column;
    const auto any = [&](int count, float limit) { return doubles(count, limit, ++seed << 20); };
    const float inputs_limit = 1.5f;
    at.inputs = any(batch * steps * features, inputs_limit);
    at.kernel = any(features * units, 1);
    at.recurrent_kernel = any(units * units, 1 / std::sqrt(static_cast<float>(units)));
    if (maybe()) at.bias = any(units, 0.5f);
    if (maybe()) at.initial_state = any(batch * units, 1);
    if (maybe()) {
      mask.resize(static_cast<size_t>(batch * steps));
      for (uint8_t& used : mask) used = random.uniform() > 0.4;
    }
    const auto factors = [&](int count) {
      auto values = any(count, 1);
      for (double& f : values) f = f < -0.4 ? 0 : 1.25;
      return values;
    };
    if (maybe()) input_dropout = factors(batch * features);
    if (maybe()) recurrent_dropout = factors(batch * units);
    d_outputs = any((options & return_sequences ? batch * steps : batch) * output_stride, 1);
    if (maybe()) d_final_state = any(batch * units, 1);
  }

  /// base, if given: the states of an undisturbed run, [T, U] a sample, and its outputs, which take
  /// the place of those before a border, so that nothing depends on what lies before it.
  double loss(const Numbers<double>& x, std::vector<double>* record,
              const std::vector<double>* base) const {
    const auto U = static_cast<size_t>(units);
    const auto F = static_cast<size_t>(features);
    double sum = 0;
    for (int b = 0; b < batch; ++b) {
      const auto B = static_cast<size_t>(b);
      std::vector<double> h(U), output(U), next(U);
      if (!x.initial_state.empty()) std::copy_n(x.initial_state.begin() + b * units, U, h.begin());
      for (int t = 0; t < steps; ++t) {
        if (base && truncate > 0 && t > 0 && t % truncate == 0) {
          const auto from = base->begin() + ((b * steps + t - 1) * 2) * units;
          std::copy_n(from, U, h.begin());
          std::copy_n(from + units, U, output.begin());
        }
        const int last = steps - 1 - t;
        const auto source = static_cast<size_t>(b * steps + (options & go_backwards ? last : t));
        const int mask_step = options & (go_backwards | mask_backwards) ? last : t;
        if (mask.empty() || mask[static_cast<size_t>(b * steps + mask_step)]) {
          for (size_t j = 0; j < U; ++j) {
            next[j] = x.bias.empty() ? 0 : x.bias[j];
            for (size_t f = 0; f < F; ++f) {
              next[j] += x.inputs[source * F + f] * x.kernel[f * U + j] *
                         (input_dropout.empty() ? 1 : input_dropout[B * F + f]);
            }
            for (size_t k = 0; k < U; ++k) {
              next[j] += h[k] * x.recurrent_kernel[k * U + j] *
                         (recurrent_dropout.empty() ? 1 : recurrent_dropout[B * U + k]);
            }
          }
          activation_forward<D>(h.data(), next.data(), 1, units, activation,
                                default_parameters(activation));
          output = h;
        } else if (options & zero_output_for_mask) {
          std::fill(output.begin(), output.end(), 0);
        }
        if (record) {
          record->insert(record->end(), h.begin(), h.end());
          record->insert(record->end(), output.begin(), output.end());
        }
        if (!(options & return_sequences) && t < steps - 1) continue;
        int row = b;
        if (options & return_sequences) row = b * steps + (options & outputs_backwards ? last : t);
        const auto first = static_cast<size_t>(row * output_stride + output_column);
        for (size_t j = 0; j < U; ++j) sum += output[j] * d_outputs[first + j];
      }
      for (size_t j = 0; j < U && !d_final_state.empty(); ++j)
        sum += h[j] * d_final_state[B * U + j];
    }
    return sum;
  }
};

/// A buffer with a number before and one after it that must not change.
template <class T>
class Guarded {
 public:
  explicit Guarded(size_t count) : values_(count + 2, untouched) {}
  ~Guarded() {
    EXPECT_EQ(values_.front(), untouched);
    EXPECT_EQ(values_.back(), untouched);
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  T* data() { return values_.data() + 1; }
  std::vector<T> values() const { return {values_.begin() + 1, values_.end() - 1}; }

 private:
  static constexpr T untouched = 12345;
  std::vector<T> values_;
};

/// Forward and backward through the kernels; what is there already is added to if `added` is given.
template <class W>
Numbers<typename W::Number> gradients(const Network& n,
                                      const Numbers<typename W::Number>* added = nullptr,
                                      std::vector<typename W::Number>* d_states = nullptr) {
  using T = typename W::Number;
  const int B = n.batch, steps = n.steps, F = n.features, U = n.units;
  const auto wide = [](const std::vector<double>& v) { return std::vector<T>(v.begin(), v.end()); };
  const auto or_null = [](std::vector<T>& v) { return v.empty() ? nullptr : v.data(); };
  const auto size = [](uint64_t bytes) { return static_cast<size_t>(bytes) / sizeof(T); };
  auto inputs = wide(n.at.inputs), initial = wide(n.at.initial_state), kernel = wide(n.at.kernel),
       recurrent = wide(n.at.recurrent_kernel), bias = wide(n.at.bias),
       input_dropout = wide(n.input_dropout), recurrent_dropout = wide(n.recurrent_dropout),
       d_outputs = wide(n.d_outputs), d_final = wide(n.d_final_state);
  const uint8_t* const mask = n.mask.empty() ? nullptr : n.mask.data();
  std::vector<T> packed(size(simple_rnn_packed_bytes<W>(F, U)));
  simple_rnn_pack<W>(packed.data(), kernel.data(), recurrent.data(), or_null(bias), F, U);
  Guarded<T> backward_packed(size(simple_rnn_backward_packed_bytes<W>(F, U)));
  simple_rnn_backward_pack<W>(backward_packed.data(), kernel.data(), recurrent.data(), F, U);

  const unsigned dropout = (input_dropout.empty() ? 0u : unsigned{has_input_dropout}) |
                           (recurrent_dropout.empty() ? 0u : unsigned{has_recurrent_dropout});
  std::vector<char> workspace(
      simple_rnn_workspace_bytes<W>(B, steps, F, U, return_sequences | dropout));
  std::vector<T> outputs(d_outputs.size());
  Guarded<T> states(static_cast<size_t>(B * steps * U));
  const bool sequences = n.options & return_sequences;
  simple_rnn_train_forward<W>(outputs.data() + n.output_column, nullptr,
                              sequences ? nullptr : states.data(), workspace.data(), inputs.data(),
                              or_null(initial), mask, or_null(input_dropout),
                              or_null(recurrent_dropout), packed.data(), B, steps, F, U,
                              n.output_stride, n.activation, n.options);

  std::vector<char> room(simple_rnn_backward_workspace_bytes<W>(B, steps, F, U));
  Guarded<T> d_inputs(inputs.size()), d_initial(static_cast<size_t>(B * U)),
      d_kernel(kernel.size()), d_recurrent(recurrent.size()), d_bias(static_cast<size_t>(U)),
      d_state(static_cast<size_t>(B * steps * U));
  if (added) {
    std::copy(added->kernel.begin(), added->kernel.end(), d_kernel.data());
    std::copy(added->recurrent_kernel.begin(), added->recurrent_kernel.end(), d_recurrent.data());
    std::copy(added->bias.begin(), added->bias.end(), d_bias.data());
  }
  simple_rnn_backward<W>(
      d_inputs.data(), initial.empty() ? nullptr : d_initial.data(), d_kernel.data(),
      d_recurrent.data(), bias.empty() ? nullptr : d_bias.data(),
      d_states ? d_state.data() : nullptr, room.data(), d_outputs.data() + n.output_column,
      or_null(d_final), inputs.data(), sequences ? outputs.data() + n.output_column : states.data(),
      or_null(initial), mask, or_null(input_dropout), or_null(recurrent_dropout), packed.data(),
      backward_packed.data(), B, steps, F, U, n.output_stride, n.truncate, n.activation,
      n.options | (added ? unsigned{add_gradients} : 0u));
  if (d_states) *d_states = d_state.values();
  Numbers<T> result{d_inputs.values(), {}, d_kernel.values(), d_recurrent.values(), {}};
  if (!initial.empty()) result.initial_state = d_initial.values();
  if (!bias.empty()) result.bias = d_bias.values();
  return result;
}

}  // namespace simple_rnn
