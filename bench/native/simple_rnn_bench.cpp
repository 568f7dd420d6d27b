// The kernels natively: what 128-bit vectors give without WebAssembly in between.
//   cmake --preset bench && cmake --build --preset bench && build/bench/core_bench
#include <benchmark/benchmark.h>

#include <vector>

#include "random.h"
#include "simple_rnn.h"

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

/// Arguments: batch, steps, features, units, return_sequences.
void forward(benchmark::State& state) {
  const auto argument = [&](size_t i) { return static_cast<int>(state.range(i)); };
  const int B = argument(0);
  const int T = argument(1);
  const int F = argument(2);
  const int U = argument(3);
  const auto options = static_cast<unsigned>(argument(4));
  const Numbers kernel = uniform(F * U, 0.1f);
  const Numbers recurrent = uniform(U * U, 0.1f);
  const Numbers bias = uniform(U, 0.1f);
  const Numbers inputs = uniform(B * T * F, 1);
  Numbers packed(simple_rnn_packed_bytes<V>(F, U) / sizeof(V::Number));
  simple_rnn_pack<V>(packed.data(), kernel.data(), recurrent.data(), bias.data(), F, U);
  std::vector<char> workspace(simple_rnn_workspace_bytes<V>(B, T, U, options));
  Numbers outputs(static_cast<size_t>(options & return_sequences ? B * T * U : B * U));
  for (auto _ : state) {
    simple_rnn_forward<V>(outputs.data(), nullptr, workspace.data(), inputs.data(), nullptr,
                          nullptr, packed.data(), B, T, F, U, Activation::tanh, options);
    benchmark::ClobberMemory();
  }
  const double flops = 2.0 * B * T * U * (F + U);
  state.counters["flop/s"] = benchmark::Counter(
      flops, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

BENCHMARK(forward)
    ->ArgNames({"B", "T", "F", "U", "sequences"})
    ->Args({1, 20, 8, 16, 1})
    ->Args({1, 100, 32, 64, 1})
    ->Args({1, 200, 128, 256, 1})
    ->Args({32, 50, 64, 128, 1})
    ->Args({32, 50, 64, 128, 0})
    ->Args({64, 100, 256, 512, 1})
    ->Args({64, 100, 256, 512, 0})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace simple_rnn
