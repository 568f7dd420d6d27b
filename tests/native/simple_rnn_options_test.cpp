// Every option of the forward kernel, alone and with the others, against the oracle.
#include "simple_rnn_oracle.h"

namespace simple_rnn {
namespace {

template <class W>
void expect_near(const Case& c, const Result& want, double tolerance) {
  const auto got = compute<W>(c);
  ASSERT_EQ(got.outputs.size(), want.outputs.size());
  for (size_t i = 0; i < want.outputs.size(); ++i)
    ASSERT_NEAR(got.outputs[i], want.outputs[i], tolerance) << "output " << i;
  for (size_t i = 0; i < want.final_state.size(); ++i)
    ASSERT_NEAR(got.final_state[i], want.final_state[i], tolerance) << "final state " << i;
}

void expect_oracle(const Case& c) {
  const auto want = oracle(c, [](double x) { return std::tanh(x); });
  expect_near<V>(c, want, 4e-6);
  expect_near<S>(c, want, 4e-6);
  expect_near<D>(c, want, 1e-12);
}

/// The case with and without all that may be null, each with the others.
void expect_oracle_with_everything(const Case& plain) {
  for (unsigned parts = 0; parts < 32; ++parts) {
    Case c(plain);
    if (parts & 1) c.with_initial_state();
    if (parts & 2) c.with_mask();
    c.with_dropout(parts & 4, parts & 8);
    c.use_bias = !(parts & 16);
    expect_oracle(c);
    if (testing::Test::HasFatalFailure()) FAIL() << "parts " << parts;
  }
}

TEST(SimpleRnnOptions, EveryCombinationAgainstTheOracle) {
  for (unsigned options = 0; options < 32; ++options) {
    for (int B : {1, 2, 4, 7}) {
      for (int T : {1, 2, 17, 64}) {
        Case c(B, T, 5, 13);
        c.options = options;
        expect_oracle_with_everything(c);
        c.as_half(static_cast<int>(options + static_cast<unsigned>(T)) % 2);
        expect_oracle_with_everything(c);
        if (HasFatalFailure()) FAIL() << "options " << options << ", B " << B << ", T " << T;
      }
    }
  }
}

TEST(SimpleRnnOptions, HalvesOfEverySizeLeaveTheOtherHalfAlone) {
  for (int U = 1; U <= 33; ++U) {
    for (int B : {1, 2, 3, 5}) {
      for (unsigned options : {0u, unsigned{return_sequences}, unsigned{zero_output_for_mask},
                               return_sequences | zero_output_for_mask,
                               return_sequences | go_backwards | outputs_backwards}) {
        for (int half : {0, 1}) {
          Case c(B, 6, 3, U);
          c.options = options;
          c.as_half(half);
          expect_oracle(c);
          c.with_initial_state().with_mask().with_dropout(true, true);
          expect_oracle(c);
          if (HasFatalFailure()) FAIL() << "options " << options << ", B " << B << ", U " << U;
        }
      }
    }
  }
}

TEST(SimpleRnnOptions, HalvesOfOtherActivations) {
  for (int U = 1; U <= 33; ++U) {
    Case c(5, 6, 3, U);
    c.activation = Activation::relu;
    c.as_half(U % 2);
    const auto want = oracle(c, [](double x) { return std::max(x, 0.0); });
    expect_near<V>(c, want, 4e-6);
    expect_near<S>(c, want, 4e-6);
    expect_near<D>(c, want, 1e-12);
    // a function of the whole row: a wider one would give other numbers
    c.activation = Activation::softmax;
    const auto half = compute<V>(c);
    c.output_stride = U;
    c.output_column = 0;
    EXPECT_EQ(half.outputs, compute<V>(c).outputs);
  }
}

TEST(SimpleRnnOptions, SeveralChunksOfStepsAndBlocksOfRows) {
  for (unsigned options : {0u, unsigned{return_sequences}, unsigned{go_backwards},
                           return_sequences | go_backwards | outputs_backwards}) {
    Case c(40, 21, 3, 130);
    c.options = options;
    c.with_initial_state().with_mask().with_dropout(true, true).as_half(1);
    expect_oracle(c);
  }
}

TEST(SimpleRnnOptions, ASecondCellReadsTheMaskAloneBackwards) {
  Case first(3, 9, 4, 5);
  first.with_mask();
  first.options = return_sequences | go_backwards;
  const auto between = compute<V>(first).outputs;  // in processing order
  Case second(3, 9, 5, 6);
  second.mask = first.mask;
  second.inputs = between;
  second.options = return_sequences | mask_backwards;
  const auto stacked = compute<V>(second).outputs;
  // the same with the mask and everything else turned round beforehand
  for (int b = 0; b < 3; ++b)
    std::reverse(second.mask.begin() + b * 9, second.mask.begin() + b * 9 + 9);
  second.options = return_sequences;
  EXPECT_EQ(stacked, compute<V>(second).outputs);
}

TEST(SimpleRnnOptions, DropoutByOneChangesNothing) {
  Case c(5, 30, 3, 9);
  c.with_initial_state().with_mask();
  const auto plain = compute<V>(c);
  c.input_dropout.assign(5 * 3, 1.0f);
  c.recurrent_dropout.assign(5 * 9, 1.0f);
  const auto dropped = compute<V>(c);
  EXPECT_EQ(dropped.outputs, plain.outputs);
  EXPECT_EQ(dropped.final_state, plain.final_state);
}

}  // namespace
}  // namespace simple_rnn
