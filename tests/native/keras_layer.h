// Layers of tests/fixtures/golden, as Keras writes them, on a tape.
#pragma once

#include <map>
#include <string>

#include "json.h"
#include "tape_recurrent.h"

namespace simple_rnn {

inline Activation activation_of(const Json& config) {
  if (!config.has("activation")) return Activation::linear;
  std::string name = config["activation"].text;
  if (name == "swish") name = "silu";
  if (name == "hard_swish") name = "hard_silu";
#define COMPARE(of, a, b, c) \
  if (name == #of) return Activation::of;
  SIMPLE_RNN_ACTIVATIONS(COMPARE)
#undef COMPARE
  ADD_FAILURE() << "no activation " << name;
  return Activation::linear;
}

inline double number_of(const Json& config, const std::string& name) {
  return config.has(name) ? config[name].numbers()[0] : 0;
}

/// Keras keeps the factors of its regularizers in float32.
inline double factor_of(const Json& config, const std::string& name) {
  return static_cast<float>(number_of(config, name));
}

inline unsigned options_of(const Json& config) {
  unsigned options = 0;
  if (config.is("return_sequences")) options |= return_sequences;
  if (config.is("go_backwards")) options |= go_backwards;
  if (config.is("zero_output_for_mask")) options |= zero_output_for_mask;
  return options;
}

/// A layer with its weights, which it takes from a list in Keras' order.
template <class W>
class KerasLayer {
 public:
  using Refs = std::vector<Ref<W>>;

  KerasLayer(Tape<W>& tape, const Json& layer, const Refs& all, size_t& next)
      : tape_(tape), kind_(layer["class_name"].text), config_(layer["config"]) {
    const auto take = [&] { return all[next++]; };
    const auto inner = [&](const char* name) {
      inner_.emplace_back(tape, config_[name], all, next);
    };
    const bool has_bias = !config_.members.count("use_bias") || config_.is("use_bias");
    if (kind_ == "SimpleRNN" || kind_ == "SimpleRNNCell") {
      const bool names_one = config_.members.count("activation");
      cells_.push_back({take(),
                        take(),
                        has_bias ? take() : nullptr,
                        names_one ? activation_of(config_) : Activation::tanh,
                        {},
                        {}});
      regularize("kernel_regularizer", cells_[0].kernel);
      regularize("recurrent_regularizer", cells_[0].recurrent_kernel);
      regularize("bias_regularizer", cells_[0].bias);
    } else if (kind_ == "Dense") {
      weights_ = {take(), has_bias ? take() : nullptr};
      regularize("kernel_regularizer", weights_[0]);
      regularize("bias_regularizer", weights_[1]);
    } else if (kind_ == "Embedding") {
      weights_ = {take()};
    } else if (kind_ == "RNN") {
      const Json& cell = config_["cell"];
      const bool is_stack = cell.has("class_name") && cell["class_name"].text == "StackedRNNCells";
      auto cells = is_stack ? cell["config"]["cells"].items : cell.items;
      if (cells.empty()) cells = {cell};
      for (const Json& each : cells) cells_.push_back(KerasLayer(tape, each, all, next).cells_[0]);
    } else if (kind_ == "TimeDistributed") {
      inner("layer");
    } else if (kind_ == "Bidirectional") {
      inner("layer");
      inner(config_.has("backward_layer") ? "backward_layer" : "layer");
    }
  }

  /// The outputs of one call, states behind them.
  Refs call(const Refs& inputs, const Refs& initial) const {
    const Ref<W> x = inputs[0];
    const int batch = x->shape[0];
    if (kind_ == "SimpleRNN" || kind_ == "RNN")
      return flat(recurrent<W>(tape_, x, cells_, initial, options_of(config_)));
    if (kind_ == "SimpleRNNCell") {
      const Ref<W> step = reshape<W>(tape_, x, {batch, 1, x->width()});
      return flat(recurrent<W>(tape_, step, cells_, initial, 0));
    }
    if (kind_ == "Bidirectional") return both_ways(x, initial);
    if (kind_ == "TimeDistributed") return {each_step(x)};
    if (kind_ == "Dense") {
      const Ref<W> y = dense<W>(tape_, x, weights_[0], weights_[1], activation_of(config_));
      if (config_.has("activity_regularizer"))
        penalize_activity(y, config_["activity_regularizer"]["config"]);
      return {y};
    }
    if (kind_ == "Embedding") return {embedding<W>(tape_, x, weights_[0], config_.is("mask_zero"))};
    if (kind_ == "Masking") return {masking<W>(tape_, x, number_of(config_, "mask_value"))};
    if (kind_ == "Activation") {
      const Activation activation = activation_of(config_);
      return {activate<W>(tape_, x, activation, default_parameters(activation))};
    }
    if (kind_ == "Flatten") return {reshape<W>(tape_, x, {batch, count_of(x->shape, 1)})};
    if (kind_ == "Reshape") {
      Shape shape = {batch};
      for (const double size : config_["target_shape"].numbers())
        shape.push_back(static_cast<int>(size));
      return {reshape<W>(tape_, x, shape)};
    }
    if (kind_ == "RepeatVector")
      return {repeat<W>(tape_, x, static_cast<int>(number_of(config_, "n")))};
    if (kind_ == "Concatenate") return {concatenate<W>(tape_, inputs)};
    if (kind_ == "Add") return {add<W>(tape_, x, inputs[1])};
    if (kind_ == "ActivityRegularization")
      penalize_activity(x, config_);
    else
      EXPECT_EQ(kind_, "Dropout");  // no training: nothing happens
    return {x};
  }

 private:
  Refs flat(const Recurrent<W>& result) const {
    Refs all = {result.output};
    all.insert(all.end(), result.states.begin(), result.states.end());
    return all;
  }

  Refs both_ways(Ref<W> x, const Refs& initial) const {
    const std::map<std::string, Merge> ways = {
        {"concat", Merge::concat}, {"sum", Merge::sum}, {"mul", Merge::mul}, {"ave", Merge::ave}};
    const Merge merge =
        config_.has("merge_mode") ? ways.at(config_["merge_mode"].text) : Merge::none;
    // Keras' wrapper sets zero_output_for_mask by return_sequences
    unsigned options = options_of(config_["layer"]["config"]) & return_sequences;
    if (options) options |= zero_output_for_mask;
    const auto result =
        bidirectional<W>(tape_, x, inner_[0].cells_, inner_[1].cells_, initial, options, merge);
    Refs all = result.outputs;
    all.insert(all.end(), result.states.begin(), result.states.end());
    return all;
  }

  Ref<W> each_step(Ref<W> x) const {
    Shape shape = x->shape;
    shape[1] *= shape[0];
    const int batch = shape[0], steps = x->shape[1];
    shape.erase(shape.begin());
    const Ref<W> y = inner_[0].call({reshape<W>(tape_, x, shape)}, {})[0];
    shape = y->shape;
    shape[0] = steps;
    shape.insert(shape.begin(), batch);
    const Ref<W> result = reshape<W>(tape_, y, shape);
    result->mask = x->mask;
    return result;
  }

  void regularize(const char* name, Ref<W> weight) const {
    if (!weight || !config_.has(name)) return;
    const Json& regularizer = config_[name];
    const Json& arguments = regularizer["config"];
    if (regularizer["class_name"].text == "OrthogonalRegularizer") {
      const bool of_columns = arguments.has("mode") && arguments["mode"].text == "columns";
      return tape_.penalize_orthogonal(weight, number_of(arguments, "factor"), of_columns);
    }
    tape_.penalize(weight, factor_of(arguments, "l1"), factor_of(arguments, "l2"));
  }

  void penalize_activity(Ref<W> y, const Json& arguments) const {
    const int batch = y->shape[0];
    tape_.penalize(y, factor_of(arguments, "l1") / batch, factor_of(arguments, "l2") / batch);
  }

  Tape<W>& tape_;
  std::string kind_;
  Json config_;
  std::vector<Cell<W>> cells_;
  Refs weights_;
  std::vector<KerasLayer> inner_;
};

}  // namespace simple_rnn
