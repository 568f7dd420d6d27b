// The kernels natively: what 128-bit vectors give without WebAssembly in between.
//   cmake --preset bench && cmake --build --preset bench && build/bench/core_bench
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <vector>

#include "random.h"
#include "simple_rnn_train.h"

namespace simple_rnn {
namespace {

using V = simd::Native;
using Numbers = std::vector<V::Number>;

Numbers uniform(int count, float limit) {
  Random random(static_cast<uint64_t>(count));
  Numbers values(static_cast<size_t>(count));
  for (V::Number& value : values) value = limit * static_cast<float>(2 * random.uniform() - 1);
  return values;
}

/// A layer and its room. Arguments: batch, steps, features, units, return_sequences.
struct Layer {
  int B, T, F, U;
  unsigned options;
  Numbers inputs, outputs, states, packed, backward_packed;
  std::vector<char> workspace, backward_workspace;

  explicit Layer(const benchmark::State& state)
      : B(static_cast<int>(state.range(0))),
        T(static_cast<int>(state.range(1))),
        F(static_cast<int>(state.range(2))),
        U(static_cast<int>(state.range(3))),
        options(static_cast<unsigned>(state.range(4))),
        inputs(uniform(B * T * F, 1)),
        outputs(static_cast<size_t>(options & return_sequences ? B * T * U : B * U)),
        states(static_cast<size_t>(B * T * U)),
        packed(simple_rnn_packed_bytes<V>(F, U) / sizeof(V::Number)),
        backward_packed(simple_rnn_backward_packed_bytes<V>(F, U) / sizeof(V::Number)),
        workspace(std::max(simple_rnn_workspace_bytes<V>(B, T, F, U, options),
                           simple_rnn_workspace_bytes<V>(B, T, F, U, return_sequences))),
        backward_workspace(simple_rnn_backward_workspace_bytes<V>(B, T, F, U)) {
    const Numbers kernel = uniform(F * U, 0.1f);
    const Numbers recurrent = uniform(U * U, 0.1f);
    const Numbers bias = uniform(U, 0.1f);
    simple_rnn_pack<V>(packed.data(), kernel.data(), recurrent.data(), bias.data(), F, U);
    simple_rnn_backward_pack<V>(backward_packed.data(), kernel.data(), recurrent.data(), F, U);
  }

  void count(benchmark::State& state, double passes) const {
    state.counters["flop/s"] = benchmark::Counter(passes * 2.0 * B * T * U * (F + U),
                                                  benchmark::Counter::kIsIterationInvariantRate,
                                                  benchmark::Counter::kIs1000);
  }
};

void forward(benchmark::State& state) {
  Layer layer(state);
  const auto [B, T, F, U] = std::array{layer.B, layer.T, layer.F, layer.U};
  for (auto _ : state) {
    simple_rnn_forward<V>(layer.outputs.data(), nullptr, layer.workspace.data(),
                          layer.inputs.data(), nullptr, nullptr, nullptr, nullptr,
                          layer.packed.data(), B, T, F, U, U, Activation::tanh, layer.options);
    benchmark::ClobberMemory();
  }
  layer.count(state, 1);
}

void backward(benchmark::State& state) {
  Layer layer(state);
  const auto [B, T, F, U] = std::array{layer.B, layer.T, layer.F, layer.U};
  const bool sequences = layer.options & return_sequences;
  simple_rnn_train_forward<V>(layer.outputs.data(), nullptr,
                              sequences ? nullptr : layer.states.data(), layer.workspace.data(),
                              layer.inputs.data(), nullptr, nullptr, nullptr, nullptr,
                              layer.packed.data(), B, T, F, U, U, Activation::tanh, layer.options);
  const Numbers d_outputs = uniform(static_cast<int>(layer.outputs.size()), 1);
  Numbers d_inputs(layer.inputs.size()), d_kernel(static_cast<size_t>(F * U)),
      d_recurrent(static_cast<size_t>(U * U)), d_bias(static_cast<size_t>(U));
  for (auto _ : state) {
    simple_rnn_backward<V>(d_inputs.data(), nullptr, d_kernel.data(), d_recurrent.data(),
                           d_bias.data(), nullptr, layer.backward_workspace.data(),
                           d_outputs.data(), nullptr, layer.inputs.data(),
                           sequences ? layer.outputs.data() : layer.states.data(), nullptr, nullptr,
                           nullptr, nullptr, layer.packed.data(), layer.backward_packed.data(), B,
                           T, F, U, U, 0, Activation::tanh, layer.options);
    benchmark::ClobberMemory();
  }
  layer.count(state, 2);
}

BENCHMARK(forward)
    ->ArgNames({"B", "T", "F", "U", "sequences"})
    ->Args({1, 20, 8, 16, 1})
    ->Args({1, 100, 32, 64, 1})
    ->Args({1, 200, 128, 256, 1})
    ->Args({32, 50, 16, 64, 0})
    ->Args({32, 50, 64, 128, 1})
    ->Args({32, 50, 64, 128, 0})
    ->Args({64, 100, 256, 512, 1})
    ->Args({64, 100, 256, 512, 0})
    ->Unit(benchmark::kMicrosecond);

BENCHMARK(backward)
    ->ArgNames({"B", "T", "F", "U", "sequences"})
    ->Args({1, 100, 32, 64, 1})
    ->Args({32, 50, 16, 64, 0})
    ->Args({32, 50, 64, 128, 1})
    ->Args({64, 100, 256, 512, 1})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace simple_rnn
