#include "simple_rnn.h"

#include <cstring>

#include "simple_rnn_oracle.h"

namespace simple_rnn {
namespace {

TEST(SimpleRnn, VectorAgainstScalarAtEverySmallSize) {
  for (int U = 1; U <= 33; ++U) {
    for (int F = 1; F <= 33; ++F) {
      for (int B : {1, 2, 3, 5, 8}) {
        for (int T : {1, 2, 17}) {
          const Case c(B, T, F, U);
          const auto vector = compute<V>(c);
          const auto scalar = compute<S>(c);
          expect_close(vector.outputs, scalar.outputs);
          expect_close(vector.final_state, scalar.final_state);
          if (HasFatalFailure()) FAIL() << "B " << B << ", T " << T << ", F " << F << ", U " << U;
        }
      }
    }
  }
}

TEST(SimpleRnn, LastStateComesOutOfChunksAsOutOfOnePiece) {
  // large enough for several chunks of steps
  for (unsigned direction : {0u, unsigned{go_backwards}}) {
    Case c(40, 70, 3, 130);
    c.with_initial_state().with_mask();
    c.options = return_sequences | direction;
    const auto sequence = compute<V>(c);
    c.options = direction;
    const auto last = compute<V>(c);
    EXPECT_EQ(last.final_state, sequence.final_state);
    for (int b = 0; b < c.batch; ++b) {
      for (int j = 0; j < c.units; ++j) {
        ASSERT_EQ(last.outputs[static_cast<size_t>(b * c.units + j)],
                  sequence.outputs[static_cast<size_t>((b * c.steps + c.steps - 1) * c.units + j)]);
      }
    }
  }
}

TEST(SimpleRnn, OtherActivations) {
  Case c(3, 9, 4, 11);
  c.activation = Activation::relu;
  const auto relu = oracle(c, [](double x) { return std::max(x, 0.0); });
  expect_close(compute<V>(c).outputs, relu.outputs);
  c.activation = Activation::sigmoid;
  const auto sigmoid = oracle(c, [](double x) { return 1 / (1 + std::exp(-x)); });
  expect_close(compute<V>(c).outputs, sigmoid.outputs);
}

TEST(SimpleRnn, NothingInAMaskedInputReachesAState) {
  Case c(2, 6, 3, 5);
  c.mask.assign(12, 1);
  c.mask[1] = c.mask[4] = c.mask[6] = 0;
  const auto clean = compute<V>(c);
  for (size_t step : {1u, 4u, 6u}) {
    for (size_t f = 0; f < 3; ++f) c.inputs[3 * step + f] = f == 1 ? INFINITY : NAN;
  }
  const auto dirty = compute<V>(c);
  EXPECT_EQ(dirty.outputs, clean.outputs);
  EXPECT_EQ(dirty.final_state, clean.final_state);
}

TEST(SimpleRnn, NaNAndInfinityInUnmaskedInputsPropagate) {
  Case c(1, 3, 2, 5);
  c.inputs[2] = NAN;
  const auto y = compute<V>(c).outputs;
  for (size_t i = 0; i < 5; ++i) EXPECT_FALSE(std::isnan(y[i]));
  for (size_t i = 5; i < 15; ++i) EXPECT_TRUE(std::isnan(y[i]));
}

TEST(SimpleRnn, FinalStateMayTakeTheInitialStatesPlace) {
  Case c(5, 4, 3, 6);
  c.with_initial_state().with_mask();
  const auto apart = compute<V>(c);
  std::vector<float> packed(simple_rnn_packed_bytes<V>(3, 6) / sizeof(float));
  simple_rnn_pack<V>(packed.data(), c.kernel.data(), c.recurrent_kernel.data(), c.bias.data(), 3,
                     6);
  std::vector<char> workspace(simple_rnn_workspace_bytes<V>(5, 4, 3, 6, c.options));
  std::vector<float> state = c.initial_state;
  std::vector<float> outputs(5 * 4 * 6);
  simple_rnn_forward<V>(outputs.data(), state.data(), workspace.data(), c.inputs.data(),
                        state.data(), c.mask.data(), nullptr, nullptr, packed.data(), 5, 4, 3, 6, 6,
                        c.activation, c.options);
  EXPECT_EQ(state, apart.final_state);
}

TEST(SimpleRnn, AnEmptyBatchDoesNothing) {
  const Case c(0, 4, 3, 6);
  EXPECT_TRUE(compute<V>(c).outputs.empty());
}

TEST(SimpleRnn, StepsAddUpToTheSequence) {
  for (int U : {1, 4, 17, 64}) {
    const Case c(1, 12, 7, U);
    const auto sequence = compute<V>(c).outputs;
    std::vector<float> packed(simple_rnn_packed_bytes<V>(7, U) / sizeof(float));
    simple_rnn_pack<V>(packed.data(), c.kernel.data(), c.recurrent_kernel.data(), c.bias.data(), 7,
                       U);
    std::vector<float> state(static_cast<size_t>(U), 0.0f);
    std::vector<float> next(state.size());
    for (int t = 0; t < c.steps; ++t) {
      simple_rnn_step<V>(next.data(), state.data(), c.inputs.data() + t * 7, packed.data(), 7, U,
                         c.activation);
      state.swap(next);
      for (int j = 0; j < U; ++j) {
        ASSERT_EQ(state[static_cast<size_t>(j)], sequence[static_cast<size_t>(t * U + j)])
            << "step " << t;
      }
    }
  }
}

TEST(SimpleRnn, InspectedTermsAddUpToThePreActivation) {
  for (unsigned options : {0u, unsigned{go_backwards}, unsigned{mask_backwards}}) {
    Case c(3, 10, 4, 7);
    c.with_initial_state().with_mask();
    c.options = options | return_sequences;
    std::vector<float> packed(simple_rnn_packed_bytes<V>(4, 7) / sizeof(float));
    simple_rnn_pack<V>(packed.data(), c.kernel.data(), c.recurrent_kernel.data(), c.bias.data(), 4,
                       7);
    std::vector<char> workspace(simple_rnn_inspect_workspace_bytes<V>(3, 10, 7));
    std::vector<float> states(3 * 10 * 7), from_input(states), from_state(states);
    simple_rnn_inspect<V>(states.data(), from_input.data(), from_state.data(), workspace.data(),
                          c.inputs.data(), c.initial_state.data(), c.mask.data(), packed.data(), 3,
                          10, 4, 7, c.activation, options);
    for (int b = 0; b < 3; ++b) {
      for (int t = 0; t < 10; ++t) {
        const int source = options ? 9 - t : t;  // of the mask
        const bool used = c.mask[static_cast<size_t>(b * 10 + source)];
        for (int j = 0; j < 7; ++j) {
          const auto i = static_cast<size_t>((b * 10 + t) * 7 + j);
          if (used) {
            const float sum = from_input[i] + from_state[i] + c.bias[static_cast<size_t>(j)];
            ASSERT_NEAR(states[i], std::tanh(sum), 1e-6);
          } else {
            const float held =
                t > 0 ? states[i - 7] : c.initial_state[static_cast<size_t>(b * 7 + j)];
            ASSERT_EQ(states[i], held);
            ASSERT_EQ(from_input[i], 0);
            ASSERT_EQ(from_state[i], 0);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace simple_rnn
