// Every activation against its formula (keras/src/activations) in double precision.
#include "activations.h"

#include <functional>
#include <map>
#include <string>

#include "testing.h"

namespace simple_rnn {
namespace {

double relu6(double x) { return std::min(std::max(x, 0.0), 6.0); }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double log_one_plus_exp(double x) { return std::log1p(std::exp(-std::fabs(x))) + std::max(x, 0.0); }
double clip(double x, double low, double high) { return std::min(std::max(x, low), high); }

const std::map<std::string, std::pair<Activation, std::function<double(double)>>> elementwise = {
    {"linear", {Activation::linear, [](double x) { return x; }}},
    {"relu", {Activation::relu, [](double x) { return std::max(x, 0.0); }}},
    {"relu6", {Activation::relu6, relu6}},
    {"leaky_relu", {Activation::leaky_relu, [](double x) { return x < 0 ? 0.2 * x : x; }}},
    {"elu", {Activation::elu, [](double x) { return x > 0 ? x : std::expm1(x); }}},
    {"selu",
     {Activation::selu,
      [](double x) {
        return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
      }}},
    {"celu",
     {Activation::celu, [](double x) { return std::max(0.0, x) + std::min(0.0, std::expm1(x)); }}},
    {"gelu",
     {Activation::gelu, [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }}},
    {"sigmoid", {Activation::sigmoid, logistic}},
    {"hard_sigmoid", {Activation::hard_sigmoid, [](double x) { return relu6(x + 3) / 6; }}},
    {"hard_sigmoid_keras2",
     {Activation::hard_sigmoid_keras2, [](double x) { return clip(0.2 * x + 0.5, 0, 1); }}},
    {"log_sigmoid", {Activation::log_sigmoid, [](double x) { return -log_one_plus_exp(-x); }}},
    {"sparse_sigmoid",
     {Activation::sparse_sigmoid,
      [](double x) { return x <= -1 ? 0
                            : x < 1 ? 0.5 * (x + 1)
                                    : 1; }}},
    {"tanh", {Activation::tanh, [](double x) { return std::tanh(x); }}},
    {"hard_tanh", {Activation::hard_tanh, [](double x) { return clip(x, -1, 1); }}},
    {"tanh_shrink", {Activation::tanh_shrink, [](double x) { return x - std::tanh(x); }}},
    {"soft_shrink",
     {Activation::soft_shrink,
      [](double x) { return x > 0.5    ? x - 0.5
                            : x < -0.5 ? x + 0.5
                                       : 0; }}},
    {"hard_shrink", {Activation::hard_shrink, [](double x) { return std::fabs(x) > 0.5 ? x : 0; }}},
    {"threshold", {Activation::threshold, [](double x) { return x > 0 ? x : 0; }}},
    {"softplus", {Activation::softplus, log_one_plus_exp}},
    {"softsign", {Activation::softsign, [](double x) { return x / (1 + std::fabs(x)); }}},
    {"silu", {Activation::silu, [](double x) { return x * logistic(x); }}},
    {"hard_silu", {Activation::hard_silu, [](double x) { return x * relu6(x + 3) / 6; }}},
    {"mish", {Activation::mish, [](double x) { return x * std::tanh(log_one_plus_exp(x)); }}},
    {"exponential", {Activation::exponential, [](double x) { return std::exp(x); }}},
    {"squareplus",
     {Activation::squareplus, [](double x) { return (x + std::sqrt(x * x + 4)) / 2; }}},
    {"sparse_plus",
     {Activation::sparse_plus,
      [](double x) { return x <= -1 ? 0
                            : x < 1 ? 0.25 * (x + 1) * (x + 1)
                                    : x; }}},
};

std::vector<float> run(const std::vector<float>& inputs, int rows, Activation activation,
                       ActivationParameters parameters) {
  const int columns = static_cast<int>(inputs.size()) / rows;
  std::vector<float> outputs(inputs.size() / (activation == Activation::glu ? 2 : 1));
  activation_forward<V>(outputs.data(), inputs.data(), rows, columns, activation, parameters);
  return outputs;
}

TEST(Activations, FormulasAtEveryLength) {
  for (const auto& [name, entry] : elementwise) {
    const auto& [activation, formula] = entry;
    for (int count = 1; count <= 9; ++count) {
      const auto inputs = numbers(count, 8, static_cast<uint64_t>(count));
      const auto outputs = run(inputs, 1, activation, default_parameters(activation));
      for (size_t i = 0; i < inputs.size(); ++i) {
        const double want = formula(inputs[i]);
        EXPECT_NEAR(outputs[i], want, 1e-6 + 1e-6 * std::fabs(want)) << name << " of " << inputs[i];
      }
    }
  }
}

TEST(Activations, NaNComesThrough) {
  for (const auto& [name, entry] : elementwise) {
    if (entry.first == Activation::threshold)
      continue;  // NaN > threshold is false: the default value
    const auto outputs =
        run({NAN, NAN, NAN, NAN, NAN}, 1, entry.first, default_parameters(entry.first));
    for (const float y : outputs) EXPECT_TRUE(std::isnan(y)) << name;
  }
}

TEST(Activations, Arguments) {
  const std::vector<float> x = {-3, -0.5f, 0.25f, 2, 9};
  EXPECT_EQ(run(x, 1, Activation::relu, {0.5f, 4, 1}),
            (std::vector<float>{-2, -0.75f, -0.375f, 2, 4}));
  EXPECT_EQ(run(x, 1, Activation::relu, {0, 4, -1}), (std::vector<float>{0, 0, 0.25f, 2, 4}));
  EXPECT_EQ(run(x, 1, Activation::relu, {0, INFINITY, -1}),
            (std::vector<float>{0, -0.5f, 0.25f, 2, 9}));
  EXPECT_EQ(run(x, 1, Activation::leaky_relu, {0.5f, 0, 0}),
            (std::vector<float>{-1.5f, -0.25f, 0.25f, 2, 9}));
  EXPECT_EQ(run(x, 1, Activation::threshold, {1, 7, 0}), (std::vector<float>{7, 7, 7, 2, 9}));
  const float inner = 0.79788456f * (2 + 0.044715f * 8);
  EXPECT_NEAR(run({2}, 1, Activation::gelu, {1, 0, 0})[0], 1 + std::tanh(inner), 1e-6);
  EXPECT_NEAR(run({-1}, 1, Activation::celu, {2, 0, 0})[0], 2 * std::expm1(-0.5), 1e-6);
}

TEST(Activations, SoftmaxRowsSumToOneWithoutOverflow) {
  for (int columns = 1; columns <= 9; ++columns) {
    auto inputs = numbers(3 * columns, 5, 7);
    inputs[0] = 300;
    const auto y = run(inputs, 3, Activation::softmax, {});
    const auto log_y = run(inputs, 3, Activation::log_softmax, {});
    for (int row = 0; row < 3; ++row) {
      double sum = 0;
      double total = 0;
      for (int j = 0; j < columns; ++j)
        total += std::exp(double{inputs[static_cast<size_t>(row * columns + j)]} - 300);
      for (int j = 0; j < columns; ++j) {
        const auto i = static_cast<size_t>(row * columns + j);
        sum += y[i];
        EXPECT_NEAR(log_y[i], inputs[i] - 300 - std::log(total), 2e-5);
      }
      EXPECT_NEAR(sum, 1, 1e-6);
    }
  }
}

// With a support of one entry it is the projection onto the simplex; with more, Keras' own formula.
TEST(Activations, SparsemaxIsKeras) {
  EXPECT_EQ(run({3, 1, 0}, 1, Activation::sparsemax, {}), (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(run({1, 1, 1, 1}, 1, Activation::sparsemax, {}), std::vector<float>(4, 0));
  // support {0.5, 0.4}: tau = (0.5 + 0.9 - 1) / 2
  expect_close(run({0.4f, 0.5f, -1}, 1, Activation::sparsemax, {}),
               std::vector<float>{0.2f, 0.3f, 0});
  // support {0.267, 0.075, -0.064, -0.153}: tau = (0.267 + 0.342 + 0.278 + 0.125 - 1) / 4
  expect_close(run({0.267f, 0.075f, -0.064f, -0.153f, -0.815f}, 1, Activation::sparsemax, {}),
               std::vector<float>{0.264f, 0.072f, 0, 0, 0});
}

TEST(Activations, GluHalvesTheRow) {
  const auto y = run({1, 2, 3, 0, 1, -1}, 1, Activation::glu, {});
  expect_close(y, std::vector<double>{0.5, 2 * logistic(1), 3 * logistic(-1)});
}

TEST(Activations, StatesHaveTinyValuesFlushed) {
  std::vector<float> row = {1e-38f, -1e-31f, -1e-15f, 0.5f, NAN};
  float* const rows[] = {row.data()};
  activate_states<V>(rows, 1, 5, Activation::linear);
  EXPECT_EQ(row[0], 0);
  EXPECT_EQ(row[1], 0);
  EXPECT_EQ(row[2], -1e-15f);
  EXPECT_EQ(row[3], 0.5f);
  EXPECT_TRUE(std::isnan(row[4]));
}

}  // namespace
}  // namespace simple_rnn
