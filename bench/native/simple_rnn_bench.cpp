// The core without WebAssembly: forward passes and one streaming step, in GFLOP/s, for the shapes
// of
// ../lib/shapes.mjs. `cmake --preset bench && cmake --build --preset bench &&
// build/bench/core_bench`
#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include "simd.h"
#include "simple_rnn.h"

namespace simple_rnn {
namespace {

using V = simd::Native;

struct Shape {
  const char* name;
  int batch, steps, features, units;
};

constexpr Shape kShapes[] = {
    {"tiny", 1, 20, 8, 16},      {"small", 1, 100, 32, 64},    {"text", 1, 200, 128, 256},
    {"medium", 32, 50, 64, 128}, {"large", 64, 100, 256, 512},
};

/// `count` values between -limit and limit, the same on every machine.
std::vector<float> values(int count, float limit) {
  std::vector<float> result(static_cast<size_t>(count));
  uint32_t state = 1;
  for (float& value : result) {
    state = state * 1664525u + 1013904223u;
    value = limit * (static_cast<float>(state >> 8) / 8388608.0f - 1.0f);
  }
  return result;
}

std::vector<float> packed_weights(int features, int units) {
  const float limit = 1.0f / std::sqrt(static_cast<float>(units));
  const std::vector<float> kernel = values(features * units, limit);
  const std::vector<float> recurrent_kernel = values(units * units, limit);
  const std::vector<float> bias = values(units, 0.1f);
  std::vector<float> packed(simple_rnn_packed_bytes<V>(features, units) / sizeof(float));
  simple_rnn_pack<V>(packed.data(), kernel.data(), recurrent_kernel.data(), bias.data(), features,
                     units);
  return packed;
}

void count_flops(benchmark::State& state, double flops) {
  state.counters["GFLOP/s"] =
      benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void forward(benchmark::State& state, const Shape& shape, unsigned options) {
  const auto [name, batch, steps, features, units] = shape;
  const std::vector<float> packed = packed_weights(features, units);
  const std::vector<float> inputs = values(batch * steps * features, 1.0f);
  std::vector<float> outputs(static_cast<size_t>(batch * steps * units));
  std::vector<char> workspace(simple_rnn_workspace_bytes<V>(batch, steps, units, options));
  for (auto _ : state) {
    simple_rnn_forward<V>(outputs.data(), nullptr, workspace.data(), inputs.data(), nullptr,
                          nullptr, packed.data(), batch, steps, features, units, Activation::tanh,
                          options);
    benchmark::ClobberMemory();
  }
  count_flops(state, 2.0 * batch * steps * (features + units) * units);
}

void stream(benchmark::State& state) {
  constexpr int features = 16, units = 64;
  const std::vector<float> packed = packed_weights(features, units);
  const std::vector<float> inputs = values(features, 1.0f);
  std::vector<float> from(units), to(units);
  for (auto _ : state) {
    simple_rnn_step<V>(to.data(), from.data(), inputs.data(), packed.data(), features, units,
                       Activation::tanh);
    std::swap(from, to);
    benchmark::ClobberMemory();
  }
  count_flops(state, 2.0 * (features + units) * units);
}

const bool registered = [] {
  for (const Shape& shape : kShapes) {
    benchmark::RegisterBenchmark((std::string(shape.name) + ":seq").c_str(), forward, shape,
                                 return_sequences);
    benchmark::RegisterBenchmark((std::string(shape.name) + ":last").c_str(), forward, shape, 0u);
  }
  benchmark::RegisterBenchmark("stream", stream);
  return true;
}();

}  // namespace
}  // namespace simple_rnn
