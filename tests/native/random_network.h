// Networks of any layers, by a seed.
#pragma once

#include "random_layers.h"

namespace simple_rnn {

template <class W>
class RandomNetwork : public RandomLayers<W> {
 public:
  using Base = RandomLayers<W>;
  using Base::tape;
  using R = Ref<W>;

  /// leaves: empty at the first build, which fills it; then read.
  RandomNetwork(uint64_t seed, std::vector<Leaf>& leaves, const Tape<W>* undisturbed = nullptr)
      : Base(seed, leaves, undisturbed), steps_(2 + below(4)) {
    R x = source();
    for (int layers = 1 + below(3); layers > 0; --layers) x = sequence_layer(x);
    if (maybe(0.3)) output(x, "sequence as an output");
    R v = summary(x);
    for (int layers = below(3); layers > 0; --layers) v = vector_layer(v);
    if (maybe(0.3)) decoder(v);
    output(v, "output");
  }

 private:
  using Base::activity;
  using Base::any_activation;
  using Base::any_cell;
  using Base::any_dense;
  using Base::batch_;
  using Base::below;
  using Base::both_ways;
  using Base::count;
  using Base::dropout;
  using Base::last_leaf;
  using Base::leaf;
  using Base::maybe;
  using Base::output;
  using Base::recurrent_layer;
  using Base::shared_twice;
  using Base::state_;

  // --- what a network begins with, [batch, steps, features]

  R source() {
    const int features = 1 + below(4);
    const int kind = below(4);
    if (kind == 0) return embedded(features);
    const R x = leaf({batch_, steps_, features}, 1.2f);
    if (kind == 1) return masked(x);
    if (kind == 2) {
      count("mask");
      for (int i = 0; i < batch_ * steps_; ++i) x->mask.push_back(maybe(0.65));
    }
    return x;
  }

  R embedded(int features) {
    const int tokens = 3;
    std::vector<double> ids;
    for (int i = 0; i < batch_ * steps_; ++i) ids.push_back(below(tokens));
    const bool mask_zero = maybe();
    count(mask_zero ? "Embedding with a mask" : "Embedding");
    const R table = leaf({tokens, features}, 1);
    return embedding<W>(tape, tape.constant({batch_, steps_}, ids), table, mask_zero);
  }

  R masked(R x) {
    count("Masking");
    Leaf& inputs = last_leaf();
    inputs.is_fixed.resize(inputs.values.size());
    const auto width = static_cast<size_t>(x->width());
    for (size_t row = 0; row < static_cast<size_t>(x->rows()); ++row) {
      if (!maybe(0.3)) continue;
      for (size_t i = row * width; i < (row + 1) * width; ++i) {
        x->values[i] = static_cast<typename W::Number>(inputs.values[i] = 0.25);
        inputs.is_fixed[i] = true;
      }
    }
    return masking<W>(tape, x, 0.25);
  }

  // --- layers of sequences

  R sequence_layer(R x) {
    const int kind = below(12);
    const int width = x->width();
    if (kind < 3) return recurrent_layer(x, return_sequences);
    if (kind < 5) return both_ways(x, return_sequences);
    if (kind == 5) return shared_twice(x);
    if (kind == 6) {
      count("TimeDistributed(Dense)");
      return any_dense(x, 1 + below(4));
    }
    if (kind == 7) {
      count("Dropout");
      return multiply_by<W>(tape, x, dropout(x->count()));
    }
    if (kind == 8) return any_activation(x);
    if (kind == 9) {
      count("Add");
      return add<W>(tape, x, maybe() ? any_dense(x, width) : leaf({width}, 1));
    }
    if (kind == 10) {
      count("multiplied");
      return multiply<W>(tape, x, maybe() ? any_dense(x, width) : leaf({width}, 1));
    }
    count("Concatenate");
    return concatenate<W>(tape, {x, any_dense(x, 1 + below(3)), x});
  }

  // --- from a sequence to [batch, width], and on from there

  R summary(R x) {
    const int kind = below(5);
    if (kind < 2) return recurrent_layer(x, 0);
    if (kind == 2) return both_ways(x, 0);
    if (kind == 3) {
      count("Flatten");
      return reshape<W>(tape, x, {batch_, count_of(x->shape, 1)});
    }
    count("Reshape");
    const R y = reshape<W>(tape, x, {batch_, x->width(), steps_});
    return recurrent_layer(y, 0);
  }

  R vector_layer(R v) {
    const int kind = below(4);
    if (kind == 0) return any_activation(v);
    if (kind == 1) {
      count("Dropout");
      return multiply_by<W>(tape, v, dropout(v->count()));
    }
    if (kind == 2) activity(v);
    return any_dense(v, 1 + below(4));
  }

  /// RepeatVector and a layer that may start from a state of another one.
  void decoder(R v) {
    count("RepeatVector");
    const R x = repeat<W>(tape, v, 2 + below(2));
    const bool goes_on = state_ && maybe();
    const std::vector<Cell<W>> cells = {any_cell(v->width(), goes_on ? state_->width() : 2)};
    if (goes_on) count("state of another layer");
    const std::vector<R> initial = goes_on ? std::vector<R>{state_} : std::vector<R>();
    const R y = recurrent<W>(tape, x, cells, initial, return_sequences).output;
    output(any_dense(y, 2), "sequence as an output");
  }

  int steps_;
};

}  // namespace simple_rnn
