// Back-propagation through time against central differences of a plain forward pass.
#include "simple_rnn_gradients.h"

namespace simple_rnn {
namespace {

/// False if a kink lies so near that two sizes of the difference disagree, or nothing is finite.
bool central_differences(const Network& n, Numbers<double>& result) {
  Numbers<double> x = n.at;
  result = x;
  std::vector<double> base;
  n.loss(x, &base, nullptr);
  const auto slope = [&](double& number, double h) {
    const double middle = number;
    number = middle + h;
    const double above = n.loss(x, nullptr, &base);
    number = middle - h;
    const double below = n.loss(x, nullptr, &base);
    number = middle;
    return (above - below) / (2 * h);
  };
  for (size_t part = 0; part < x.all().size(); ++part) {
    for (size_t i = 0; i < x.all()[part]->size(); ++i) {
      // Richardson: the errors in h² cancel
      const double near = slope((*x.all()[part])[i], 1e-4);
      const double far = slope((*x.all()[part])[i], 2e-4);
      (*result.all()[part])[i] = near + (near - far) / 3;
      if (!(std::fabs(near - far) <= 1e-5 * (1 + std::fabs(near)))) return false;
    }
  }
  return true;
}

/// Largest difference in units of the largest entry of either.
template <class T, class U>
double distance(Numbers<T> got, Numbers<U> want) {
  double worst = 0;
  for (size_t part = 0; part < got.all().size(); ++part) {
    const auto& a = *got.all()[part];
    const auto& b = *want.all()[part];
    EXPECT_EQ(a.size(), b.size());
    double most = 1e-3, difference = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      most = std::max(most, std::fabs(static_cast<double>(b[i])));
      difference = std::max(difference, std::fabs(static_cast<double>(a[i] - b[i])));
      if (std::isnan(a[i])) return INFINITY;
    }
    worst = std::max(worst, difference / most);
  }
  return worst;
}

std::string describe(const Network& n) {
  return "activation " + std::to_string(static_cast<int>(n.activation)) + ", options " +
         std::to_string(n.options) + ", B " + std::to_string(n.batch) + ", T " +
         std::to_string(n.steps) + ", F " + std::to_string(n.features) + ", U " +
         std::to_string(n.units) + ", truncate " + std::to_string(n.truncate);
}

TEST(SimpleRnnBackward, CentralDifferencesOverAnyOptions) {
  int compared = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const Network n(seed);
    Numbers<double> want;
    if (!central_differences(n, want)) continue;
    EXPECT_LE(distance(gradients<D>(n), want), 1e-7) << "seed " << seed << ", " << describe(n);
    ++compared;
  }
  EXPECT_GE(compared, 300);
}

template <class T>
void expect_same(Numbers<T> got, Numbers<T> want) {
  for (size_t part = 0; part < got.all().size(); ++part)
    EXPECT_EQ(*got.all()[part], *want.all()[part]) << "part " << part;
}

TEST(SimpleRnnBackward, FloatAgainstDoubleOverAnyOptions) {
  for (uint64_t seed = 1000; seed <= 1400; ++seed) {
    const Network n(seed, 33, 33);
    if (n.activation == Activation::exponential) continue;  // grows without bounds
    const auto want = gradients<D>(n);
    EXPECT_LE(distance(gradients<V>(n), want), 1e-4) << "seed " << seed << ", " << describe(n);
    EXPECT_LE(distance(gradients<S>(n), want), 1e-4) << "seed " << seed << ", " << describe(n);
  }
}

/// Without dropout, mask or truncation unless they are set afterwards.
Network plain(int B, int T, int F, int U, Activation activation = Activation::tanh) {
  Network n(1);
  n.batch = B;
  n.steps = T;
  n.features = F;
  n.units = n.output_stride = U;
  n.output_column = n.truncate = 0;
  n.options = return_sequences;
  n.activation = activation;
  n.at = {doubles(B * T * F, 1, 1),
          {},
          doubles(F * U, 0.5f, 2),
          doubles(U * U, 1 / std::sqrt(static_cast<float>(U)), 3),
          doubles(U, 0.5f, 4)};
  n.mask.clear();
  n.input_dropout.clear();
  n.recurrent_dropout.clear();
  n.d_final_state.clear();
  n.d_outputs = doubles(B * T * U, 1, 5);
  return n;
}

TEST(SimpleRnnBackward, EverySmallSize) {
  for (int U = 1; U <= 33; ++U) {
    for (int F = 1; F <= 33; ++F) {
      const Network n = plain(1 + (U + F) % 4, 5, F, U);
      EXPECT_LE(distance(gradients<V>(n), gradients<D>(n)), 1e-5) << "F " << F << ", U " << U;
    }
  }
}

TEST(SimpleRnnBackward, SeveralBlocksOfRows) {
  for (int T : {31, 32, 60}) {
    Network n = plain(8, T, 5, 12);
    n.mask.resize(static_cast<size_t>(8 * T));
    for (size_t i = 0; i < n.mask.size(); ++i) n.mask[i] = i % 7 != 3;
    n.input_dropout = doubles(8 * 5, 1, 6);
    n.recurrent_dropout = doubles(8 * 12, 1, 7);
    EXPECT_LE(distance(gradients<V>(n), gradients<D>(n)), 1e-5) << "T " << T;
  }
}

TEST(SimpleRnnBackward, GradientsAreAddedIfWanted) {
  const Network n = plain(9, 20, 5, 6);
  const auto alone = gradients<V>(n);
  auto twice = alone;
  for (auto* part : twice.all()) {
    for (float& number : *part) number += number;
  }
  twice.inputs = alone.inputs;
  EXPECT_LE(distance(gradients<V>(n, &alone), twice), 1e-6);
}

TEST(SimpleRnnBackward, NothingInAMaskedInputReachesAGradient) {
  for (Activation activation : {Activation::tanh, Activation::silu}) {
    Network n = plain(2, 6, 3, 5, activation);
    n.mask.assign(12, 1);
    n.mask[0] = n.mask[4] = n.mask[6] = n.mask[11] = 0;
    const auto clean = gradients<V>(n);
    for (size_t step : {0u, 4u, 6u, 11u}) {
      for (size_t f = 0; f < 3; ++f) n.at.inputs[3 * step + f] = f == 1 ? INFINITY : NAN;
    }
    expect_same(gradients<V>(n), clean);
  }
}

TEST(SimpleRnnBackward, WithoutAnyStepTheStatePassesThrough) {
  Network n = plain(2, 3, 4, 5);
  n.mask.assign(6, 0);
  n.at.initial_state = doubles(10, 1, 8);
  n.d_final_state = doubles(10, 1, 9);
  const auto d = gradients<D>(n);
  EXPECT_EQ(d.initial_state, n.d_final_state);
  EXPECT_EQ(d.inputs, std::vector<double>(24, 0));
  EXPECT_EQ(d.kernel, std::vector<double>(20, 0));
  EXPECT_EQ(d.recurrent_kernel, std::vector<double>(25, 0));
  EXPECT_EQ(d.bias, std::vector<double>(5, 0));
}

// The gradient of the state after a step is that of an initial state given to the steps after it,
// and of the step's own output.
TEST(SimpleRnnBackward, GradientsOfTheStates) {
  const Network n = plain(1, 6, 3, 4);
  std::vector<double> d_states;
  gradients<D>(n, nullptr, &d_states);
  std::vector<double> states;
  Numbers<double> x = n.at;
  n.loss(x, &states, nullptr);
  for (int t = 0; t < 5; ++t) {
    Network rest = plain(1, 5 - t, 3, 4);
    rest.at = n.at;
    rest.at.inputs.assign(n.at.inputs.begin() + (t + 1) * 3, n.at.inputs.end());
    rest.at.initial_state.assign(states.begin() + t * 8, states.begin() + t * 8 + 4);
    rest.d_outputs.assign(n.d_outputs.begin() + (t + 1) * 4, n.d_outputs.end());
    const auto d = gradients<D>(rest);
    for (int j = 0; j < 4; ++j) {
      const auto at = static_cast<size_t>(t * 4 + j);
      EXPECT_NEAR(d_states[at], d.initial_state[static_cast<size_t>(j)] + n.d_outputs[at], 1e-6);
    }
  }
}

TEST(SimpleRnnBackward, VanishingGradientsBecomeZeroNotSubnormal) {
  Network n = plain(1, 400, 2, 8);
  n.options = 0;
  n.d_outputs = doubles(8, 1, 5);
  for (double& u : n.at.recurrent_kernel) u *= 0.2;
  std::vector<float> d_states;
  gradients<V>(n, nullptr, &d_states);
  EXPECT_EQ(d_states[0], 0);
  for (const float d : d_states) EXPECT_NE(std::fpclassify(d), FP_SUBNORMAL);
}

TEST(SimpleRnnBackward, ResultsThatAreNotWantedMayBeNull) {
  const Network n = plain(3, 4, 2, 5);
  std::vector<double> packed(simple_rnn_backward_packed_bytes<D>(2, 5) / sizeof(double));
  simple_rnn_backward_pack<D>(packed.data(), n.at.kernel.data(), n.at.recurrent_kernel.data(), 2,
                              5);
  std::vector<char> workspace(simple_rnn_backward_workspace_bytes<D>(3, 4, 2, 5));
  const std::vector<double> states = doubles(3 * 4 * 5, 1, 3);
  const auto run = [&](double* d_inputs, double* d_kernel, double* d_recurrent_kernel,
                       double* d_bias, const double* d_outputs) {
    simple_rnn_backward<D>(d_inputs, nullptr, d_kernel, d_recurrent_kernel, d_bias, nullptr,
                           workspace.data(), d_outputs, nullptr, n.at.inputs.data(), states.data(),
                           nullptr, nullptr, nullptr, nullptr, nullptr, packed.data(), 3, 4, 2, 5,
                           5, 0, Activation::tanh, return_sequences);
  };
  const double* const d_outputs = n.d_outputs.data();
  Numbers<double> all{std::vector<double>(24),
                      {},
                      std::vector<double>(10),
                      std::vector<double>(25),
                      std::vector<double>(5)};
  run(all.inputs.data(), all.kernel.data(), all.recurrent_kernel.data(), all.bias.data(),
      d_outputs);
  Numbers<double> each = all;
  for (auto* part : each.all()) std::fill(part->begin(), part->end(), 0);
  run(nullptr, nullptr, nullptr, nullptr, d_outputs);
  run(each.inputs.data(), nullptr, nullptr, nullptr, d_outputs);
  run(nullptr, each.kernel.data(), nullptr, nullptr, d_outputs);
  run(nullptr, nullptr, each.recurrent_kernel.data(), nullptr, d_outputs);
  run(nullptr, nullptr, nullptr, each.bias.data(), d_outputs);
  expect_same(each, all);
  run(nullptr, nullptr, nullptr, each.bias.data(), nullptr);
  EXPECT_EQ(each.bias, std::vector<double>(5, 0));
}

TEST(SimpleRnnBackward, TheTrainingForwardPassIsTheForwardPass) {
  for (unsigned options : {0u, unsigned{zero_output_for_mask}, unsigned{go_backwards}}) {
    Network n = plain(3, 70, 4, 9);
    n.mask.assign(3 * 70, 1);
    n.mask[69] = n.mask[70] = n.mask[140] = 0;
    std::vector<double> packed(simple_rnn_packed_bytes<D>(4, 9) / sizeof(double));
    simple_rnn_pack<D>(packed.data(), n.at.kernel.data(), n.at.recurrent_kernel.data(),
                       n.at.bias.data(), 4, 9);
    std::vector<char> workspace(simple_rnn_workspace_bytes<D>(3, 70, 4, 9, options));
    std::vector<char> training(simple_rnn_workspace_bytes<D>(3, 70, 4, 9, return_sequences));
    std::vector<double> plain_outputs(3 * 20, 7), outputs(3 * 20, 7), states(3 * 70 * 9);
    std::vector<double> plain_final(27), final_state(27);
    simple_rnn_forward<D>(plain_outputs.data(), plain_final.data(), workspace.data(),
                          n.at.inputs.data(), nullptr, n.mask.data(), nullptr, nullptr,
                          packed.data(), 3, 70, 4, 9, 20, n.activation, options);
    simple_rnn_train_forward<D>(outputs.data(), final_state.data(), states.data(), training.data(),
                                n.at.inputs.data(), nullptr, n.mask.data(), nullptr, nullptr,
                                packed.data(), 3, 70, 4, 9, 20, n.activation, options);
    EXPECT_EQ(outputs, plain_outputs);
    EXPECT_EQ(final_state, plain_final);
  }
}

}  // namespace
}  // namespace simple_rnn
