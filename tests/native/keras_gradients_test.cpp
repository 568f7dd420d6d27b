// Outputs, losses and gradients that Keras computed in float64
// (tests/fixtures/golden/gradient.json).
#include "keras_model.h"

namespace simple_rnn {
namespace {

Shape shape_of(const Json& array) {
  Shape shape;
  for (const Json* at = &array; !at->items.empty(); at = &at->items[0])
    shape.push_back(static_cast<int>(at->items.size()));
  return shape;
}

bool is_model(const Json& c) { return c["config"]["config"].has("layers"); }

/// The arrays of a layer's weights, or of their gradients, in Keras' order.
std::vector<Json> weights_of(const Json& c, const Json& weights) {
  std::vector<Json> all;
  const auto add_all = [&](const Json& part) {
    const auto more = weights_of(c, part);
    all.insert(all.end(), more.begin(), more.end());
  };
  if (is_model(c)) {
    if (weights.members.empty()) return weights.items;
    for (const Json& name : c["weight_names"].items) all.push_back(weights[name.text]);
  } else if (weights.has("forward")) {
    add_all(weights["forward"]);
    add_all(weights["backward"]);
  } else if (weights.has("kernel")) {
    for (const char* name : {"kernel", "recurrent_kernel", "bias"}) {
      if (weights.has(name)) all.push_back(weights[name]);
    }
  } else {
    for (const Json& cell : weights.items) add_all(cell);
  }
  return all;
}

/// The arrays under a name: one, or a list of them, as `several` says.
std::vector<Json> arrays(const Json& from, const std::string& name, bool several) {
  if (!from.has(name)) return {};
  return several ? from[name].items : std::vector<Json>{from[name]};
}

template <class W>
struct GoldenCase {
  Tape<W> tape;
  std::vector<Ref<W>> inputs, states, weights, outputs;
  const Json& c;
  bool several_inputs, several_states;

  explicit GoldenCase(const Json& golden) : c(golden) {
    const Json& given = c["inputs"];
    several_inputs = given.is("several");
    several_states = is_stack() || c["config"]["class_name"].text == "Bidirectional";
    const Json& expected = c["expected"]["gradients"];
    const auto wanted = arrays(expected, "x", several_inputs);
    const bool has_float_inputs = c["id"].text.find("grad-model") == 0;
    for (const Json& x : arrays(given, "x", several_inputs)) {
      auto values = x.numbers();
      for (double& value : values) value = has_float_inputs ? static_cast<float>(value) : value;
      const bool is_whole = wanted.empty() || wanted[inputs.size()].text == "null";
      inputs.push_back(is_whole ? tape.constant(shape_of(x), values)
                                : tape.leaf(shape_of(x), values));
    }
    if (given.has("mask")) {
      for (const double used : given["mask"].numbers()) inputs[0]->mask.push_back(used != 0);
    }
    for (const Json& state : initial_states(given))
      states.push_back(tape.leaf(shape_of(state), state.numbers()));
    for (const Json& weight : weights_of(c, c["weights"]))
      weights.push_back(tape.leaf(shape_of(weight), weight.numbers()));
    run();
  }

  std::vector<Json> initial_states(const Json& from) const {
    const auto states = arrays(from, "states", true);
    return states.empty() ? arrays(from, "initial_state", several_states) : states;
  }

 private:
  bool is_stack() const {
    const Json& config = c["config"]["config"];
    return config.has("cell") && !config["cell"].items.empty();
  }

  void run() {
    if (is_model(c)) {
      outputs = KerasModel<W>(tape, c["config"]["config"], weights).call(inputs);
    } else {
      size_t next = 0;
      outputs = KerasLayer<W>(tape, c["config"], weights, next).call(inputs, states);
      EXPECT_EQ(next, weights.size());
    }
    const Json& given = c["inputs"];
    const bool has_list = given.has("cotangents");
    const auto cotangents = arrays(given, has_list ? "cotangents" : "cotangent", has_list);
    ASSERT_LE(cotangents.size(), outputs.size());
    for (size_t i = 0; i < cotangents.size(); ++i) tape.output(outputs[i], cotangents[i].numbers());
    tape.backward();
  }
};

/// Number by number in double; in float by the largest number of the array.
template <class T>
void expect_keras(const std::vector<T>& got, const Json& want, const Json& tolerance,
                  const std::string& what) {
  const auto numbers = want.numbers();
  ASSERT_EQ(got.size(), numbers.size()) << what;
  const double rtol = number_of(tolerance, "rtol");
  // in TensorFlow's gelu the root of 1/2 is a float, in float64 too
  const double atol = what.find("gelu") < what.size() ? 2e-8 : number_of(tolerance, "atol");
  double most = 0;
  for (const double number : numbers) most = std::max(most, std::fabs(number));
  for (size_t i = 0; i < got.size(); ++i) {
    const double room = sizeof(T) == 8 ? atol + rtol * std::fabs(numbers[i]) : 1e-4 * most + 1e-7;
    EXPECT_NEAR(got[i], numbers[i], room) << what << " at " << i;
  }
}

template <class W>
void expect_keras(const Json& c) {
  GoldenCase<W> got(c);
  const Json& want = c["expected"];
  const auto compare = [&](const auto& tensors, const std::vector<Json>& arrays, const char* what,
                           auto part) {
    ASSERT_GE(tensors.size(), arrays.size());
    for (size_t i = 0; i < arrays.size(); ++i) {
      if (arrays[i].text == "null") continue;
      expect_keras(part(*tensors[i]), arrays[i], c["tolerance"],
                   c["id"].text + ": " + what + " " + std::to_string(i));
    }
  };
  const auto values = [](const auto& tensor) { return tensor.values; };
  const auto gradient = [](const auto& tensor) { return tensor.gradient; };
  const auto numbers = [](double number) {
    return std::vector<typename W::Number>(1, static_cast<typename W::Number>(number));
  };
  expect_keras(numbers(got.tape.loss), want["loss"], c["tolerance"], c["id"].text + ": loss");
  expect_keras(numbers(got.tape.penalties), want["regularization"], c["tolerance"],
               c["id"].text + ": regularization");
  auto outputs = arrays(want, want.has("outputs") ? "outputs" : "output", want.has("outputs"));
  for (const Json& state : arrays(want, "states", true)) outputs.push_back(state);
  compare(got.outputs, outputs, "output", values);
  const Json& gradients = want["gradients"];
  compare(got.inputs, arrays(gradients, "x", got.several_inputs), "x", gradient);
  compare(got.states, got.initial_states(gradients), "state", gradient);
  const auto weights = weights_of(c, gradients["weights"]);
  EXPECT_EQ(weights.size(), got.weights.size());
  compare(got.weights, weights, "weight", gradient);
}

/// All cases, one Keras layer or a whole model each.
template <class W>
void expect_all() {
  const Json file = read_fixture("golden/gradient.json");
  std::map<std::string, int> compared;
  for (const Json& c : file["cases"].items) {
    expect_keras<W>(c);
    ++compared[c["config"]["class_name"].text];
  }
  const std::map<std::string, int> all = {
      {"SimpleRNN", 54},      {"SimpleRNNCell", 3}, {"RNN", 8},        {"Bidirectional", 10},
      {"TimeDistributed", 6}, {"Sequential", 12},   {"Functional", 10}};
  EXPECT_EQ(compared, all);
}

TEST(KerasGradients, InDouble) { expect_all<D>(); }
TEST(KerasGradients, InFloat) { expect_all<V>(); }

}  // namespace
}  // namespace simple_rnn
