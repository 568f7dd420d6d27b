// Models of tests/fixtures/golden, as Keras writes them, on a tape.
#pragma once

#include <utility>

#include "keras_layer.h"

namespace simple_rnn {

/// A Sequential or Functional model; calls that compute masks are left to the masks that tensors
/// carry.
template <class W>
class KerasModel {
 public:
  using Refs = std::vector<Ref<W>>;

  KerasModel(Tape<W>& tape, const Json& config, const Refs& weights)
      : tape_(tape), config_(config) {
    size_t next = 0;
    for (const Json& layer : config_["layers"].items) {
      layers_.emplace_back(name_of(layer), KerasLayer<W>(tape, layer, weights, next));
      if (layer.has("inbound_nodes")) nodes_[name_of(layer)] = layer["inbound_nodes"];
    }
    EXPECT_EQ(next, weights.size());
  }

  Refs call(const Refs& inputs) {
    if (!config_.has("output_layers")) {
      Refs at = inputs;
      for (size_t i = 1; i < layers_.size(); ++i) at = {layers_[i].second.call(at, {})[0]};
      return at;
    }
    const auto places = several(config_["input_layers"]);
    for (size_t i = 0; i < places.size(); ++i) results_[{places[i].items[0].text, 0}] = {inputs[i]};
    Refs outputs;
    for (const Json& place : several(config_["output_layers"])) outputs.push_back(at(place));
    return outputs;
  }

 private:
  static std::string name_of(const Json& layer) { return layer["config"]["name"].text; }

  /// [name, node, tensor] or a list of them.
  static std::vector<Json> several(const Json& places) {
    return places.items[0].items.empty() ? std::vector<Json>{places} : places.items;
  }

  /// The tensors that an argument names: one, or a list.
  Refs tensors(const Json& argument) {
    Refs found;
    if (argument.has("class_name")) found.push_back(at(argument["config"]["keras_history"]));
    for (const Json& item : argument.items) found.push_back(at(item["config"]["keras_history"]));
    return found;
  }

  /// Computes what is not there yet.
  Ref<W> at(const Json& place) {
    const std::string& name = place.items[0].text;
    const auto number = static_cast<size_t>(place.items[1].numbers()[0]);
    Refs& result = results_[{name, number}];
    if (result.empty()) {
      const Json& node = nodes_.at(name).items[number];
      const Json& keywords = node["kwargs"];
      const Refs initial =
          keywords.has("initial_state") ? tensors(keywords["initial_state"]) : Refs();
      Refs inputs = tensors(node["args"].items[0]);
      // beside another tensor Keras does not find the mask of the first by itself
      if (!initial.empty() && !keywords.has("mask"))
        inputs[0] = reshape<W>(tape_, inputs[0], inputs[0]->shape);
      for (const auto& [own, layer] : layers_) {
        if (own == name) result = layer.call(inputs, initial);
      }
    }
    return result.at(static_cast<size_t>(place.items[2].numbers()[0]));
  }

  Tape<W>& tape_;
  Json config_;
  std::vector<std::pair<std::string, KerasLayer<W>>> layers_;
  std::map<std::string, Json> nodes_;
  std::map<std::pair<std::string, size_t>, Refs> results_;
};

}  // namespace simple_rnn
