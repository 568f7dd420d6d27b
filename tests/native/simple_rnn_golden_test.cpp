// Gradients that Keras computed in float64 (tests/fixtures/golden/gradient.json).
#include "json.h"
#include "simple_rnn_gradients.h"

namespace simple_rnn {
namespace {

Activation activation_of(std::string name) {
  if (name == "swish") name = "silu";
  if (name == "hard_swish") name = "hard_silu";
#define COMPARE(of, a, b, c) \
  if (name == #of) return Activation::of;
  SIMPLE_RNN_ACTIVATIONS(COMPARE)
#undef COMPARE
  ADD_FAILURE() << "no activation " << name;
  return Activation::linear;
}

Network network_of(const Json& c) {
  const Json& config = c["config"]["config"];
  const Json& inputs = c["inputs"];
  const auto size = [](const Json& array) { return static_cast<int>(array.items.size()); };
  const auto flags = [&](std::initializer_list<std::pair<const char*, unsigned>> options) {
    unsigned result = 0;
    for (const auto& [name, option] : options) result |= config.is(name) ? option : 0;
    return result;
  };
  Network n;
  n.batch = size(inputs["x"]);
  n.steps = size(inputs["x"].items[0]);
  n.features = size(inputs["x"].items[0].items[0]);
  n.units = n.output_stride = size(c["weights"]["recurrent_kernel"]);
  n.output_column = n.truncate = 0;
  n.options = flags({{"return_sequences", return_sequences},
                     {"go_backwards", go_backwards},
                     {"zero_output_for_mask", zero_output_for_mask}});
  n.activation =
      config.has("activation") ? activation_of(config["activation"].text) : Activation::tanh;
  n.at.inputs = inputs["x"].numbers();
  n.at.kernel = c["weights"]["kernel"].numbers();
  n.at.recurrent_kernel = c["weights"]["recurrent_kernel"].numbers();
  if (c["weights"].has("bias")) n.at.bias = c["weights"]["bias"].numbers();
  if (inputs.has("initial_state")) n.at.initial_state = inputs["initial_state"].numbers();
  if (inputs.has("mask")) {
    for (const double used : inputs["mask"].numbers()) n.mask.push_back(used != 0);
  }
  if (inputs.has("cotangents")) {
    n.d_outputs = inputs["cotangents"].items[0].numbers();
    n.d_final_state = inputs["cotangents"].items[1].numbers();
  } else {
    n.d_outputs = inputs["cotangent"].numbers();
  }
  return n;
}

void expect_near(const std::vector<double>& got, const Json& want, double tolerance) {
  const auto numbers = want.numbers();
  ASSERT_EQ(got.size(), numbers.size());
  double most = 0;
  for (const double number : numbers) most = std::max(most, std::fabs(number));
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], numbers[i], tolerance * (most + 0.01));
}

template <class W>
void expect_keras(const Json& c, double tolerance) {
  const auto got = gradients<W>(network_of(c));
  const auto wide = [](const auto& v) { return std::vector<double>(v.begin(), v.end()); };
  const Json& want = c["expected"]["gradients"];
  expect_near(wide(got.inputs), want["x"], tolerance);
  expect_near(wide(got.kernel), want["weights"]["kernel"], tolerance);
  expect_near(wide(got.recurrent_kernel), want["weights"]["recurrent_kernel"], tolerance);
  if (!got.bias.empty()) expect_near(wide(got.bias), want["weights"]["bias"], tolerance);
  if (!got.initial_state.empty())
    expect_near(wide(got.initial_state), want["initial_state"], tolerance);
}

TEST(SimpleRnnGolden, GradientsAreKeras) {
  int compared = 0;
  const Json file = read_fixture("golden/gradient.json");
  for (const Json& c : file["cases"].items) {
    // a regularizer's gradient is not the layer's
    if (c["config"]["class_name"].text != "SimpleRNN" ||
        c["config"]["config"].has("kernel_regularizer"))
      continue;
    expect_keras<D>(c, 1e-7);
    expect_keras<V>(c, 1e-4);
    if (HasFatalFailure()) FAIL() << c["id"].text;
    ++compared;
  }
  EXPECT_EQ(compared, 48);
}

}  // namespace
}  // namespace simple_rnn
