// Networks of any layers, by a seed: of the same structure and numbers however often they are
// built.
#pragma once

#include <map>
#include <string>

#include "dropout.h"
#include "tape_recurrent.h"

namespace simple_rnn {

/// Numbers that a gradient is wanted for.
struct Leaf {
  std::vector<double> values;
  std::vector<bool> is_fixed;  // masked inputs: their gradient is 0, whatever a difference says
};

template <class W>
class RandomNetwork {
 public:
  using T = typename W::Number;
  using R = Ref<W>;

  Tape<W> tape;
  std::map<std::string, int> used;  // how often each kind of layer or option

  /// leaves: empty at the first build, which fills it; then read.
  RandomNetwork(uint64_t seed, std::vector<Leaf>& leaves, const Tape<W>* undisturbed = nullptr)
      : random_(seed), leaves_(leaves) {
    tape.undisturbed = undisturbed;
    batch_ = 1 + below(3);
    steps_ = 2 + below(4);
    R x = source();
    for (int layers = 1 + below(3); layers > 0; --layers) x = sequence_layer(x);
    if (maybe(0.3)) output(x, "sequence as an output");
    R v = summary(x);
    for (int layers = below(3); layers > 0; --layers) v = vector_layer(v);
    if (maybe(0.3)) decoder(v);
    output(v, "output");
  }

 private:
  int below(int n) { return static_cast<int>(random_.uniform() * n); }
  bool maybe(double chance = 0.5) { return random_.uniform() < chance; }
  void count(const std::string& what) { ++used[what]; }

  std::vector<double> numbers_of(int count, float limit) {
    const auto values = numbers(count, limit, random_.bits());
    return {values.begin(), values.end()};
  }

  R leaf(const Shape& shape, float limit) {
    const auto drawn = numbers_of(count_of(shape), limit);
    if (next_ == leaves_.size()) leaves_.push_back({drawn, {}});
    return tape.leaf(shape, leaves_[next_++].values);
  }

  std::vector<T> dropout(int count) {
    std::vector<float> factors(static_cast<size_t>(count));
    dropout_mask(factors.data(), count, 0.3, random_.bits());
    return {factors.begin(), factors.end()};
  }

  void output(R x, const char* what) {
    count(what);
    tape.output(x, numbers_of(x->count(), 1));
  }

  /// A weight, with a regularizer or without.
  R weight(const Shape& shape, float limit) {
    const R w = leaf(shape, limit);
    if (maybe(0.15)) {
      count("L1, L2");
      tape.penalize(w, 0.05 * below(3), 0.1);
    }
    if (shape.size() == 2 && maybe(0.15)) {
      const bool of_columns = maybe();
      count(of_columns ? "orthogonal columns" : "orthogonal rows");
      tape.penalize_orthogonal(w, 0.3, of_columns);
    }
    return w;
  }

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
    Leaf& inputs = leaves_[next_ - 1];
    inputs.is_fixed.resize(inputs.values.size());
    const auto width = static_cast<size_t>(x->width());
    for (size_t row = 0; row < static_cast<size_t>(x->rows()); ++row) {
      if (!maybe(0.3)) continue;
      for (size_t i = row * width; i < (row + 1) * width; ++i) {
        x->values[i] = static_cast<T>(inputs.values[i] = 0.25);
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

  Activation any_function(const std::string& of) {
    const auto activation = maybe(0.2)
                                ? Activation::tanh
                                : static_cast<Activation>(below(static_cast<int>(Activation::glu)));
    count(of + " " + std::to_string(static_cast<int>(activation)));
    return activation;
  }

  R any_dense(R x, int units) {
    count("Dense");
    const R kernel = weight({x->width(), units}, 1);
    const R bias = maybe(0.7) ? weight({units}, 0.5f) : nullptr;
    const R y = dense<W>(tape, x, kernel, bias, any_function("Dense"));
    if (maybe(0.15)) activity(y);
    return y;
  }

  R any_activation(R x) {
    count("Activation");
    if (x->width() % 2 == 0 && maybe(0.3)) {
      count("glu");
      return activate<W>(tape, x, Activation::glu, {});
    }
    const std::vector<std::pair<Activation, ActivationParameters>> with_arguments = {
        {Activation::relu, {0.25f, 2, 0.5f}},   {Activation::leaky_relu, {-0.5f, 0, 0}},
        {Activation::elu, {2, 0, 0}},           {Activation::elu, {-0.5f, 0, 0}},
        {Activation::celu, {2, 0, 0}},          {Activation::gelu, {1, 0, 0}},
        {Activation::squareplus, {0.5f, 0, 0}}, {Activation::hard_shrink, {0.25f, 0, 0}},
        {Activation::threshold, {0.5f, 1, 0}}};
    if (maybe()) {
      const auto& [activation, arguments] =
          with_arguments[static_cast<size_t>(below(static_cast<int>(with_arguments.size())))];
      return activate<W>(tape, x, activation, arguments);
    }
    const Activation activation = any_function("Activation");
    return activate<W>(tape, x, activation, default_parameters(activation));
  }

  void activity(R x) {
    count("activity regularization");
    tape.penalize(x, 0.1 / batch_, 0.2 / batch_);
  }

  Cell<W> any_cell(int features, int units) {
    Cell<W> cell = {};
    cell.kernel = weight({features, units}, 1 / std::sqrt(static_cast<float>(features)));
    cell.recurrent_kernel = weight({units, units}, 0.8f / std::sqrt(static_cast<float>(units)));
    if (maybe(0.7)) cell.bias = weight({units}, 0.5f);
    cell.activation = any_function("SimpleRNN");
    if (maybe(0.2)) {
      count("dropout");
      cell.input_dropout = dropout(batch_ * features);
    }
    if (maybe(0.2)) {
      count("recurrent dropout");
      cell.recurrent_dropout = dropout(batch_ * units);
    }
    if (maybe(0.2)) {
      count("truncate");
      cell.truncate = 1 + below(3);
    }
    return cell;
  }

  std::vector<Cell<W>> any_cells(R x, int units) {
    std::vector<Cell<W>> cells;
    int features = x->width();
    for (int more = maybe(0.3) ? 1 + below(2) : 0; more > 0; --more) {
      const int between = 1 + below(4);
      cells.push_back(any_cell(features, between));
      features = between;
    }
    cells.push_back(any_cell(features, units));
    count(cells.size() > 1 ? "RNN of several cells" : "SimpleRNN");
    return cells;
  }

  /// Zeros, states with a gradient, or states that a stateful layer kept, without one.
  std::vector<R> initial_states(const std::vector<Cell<W>>& cells) {
    std::vector<R> states;
    const int kind = below(4);
    if (kind > 1) return states;
    count(kind == 0 ? "initial state" : "stateful");
    for (const Cell<W>& cell : cells) {
      const Shape shape = {batch_, cell.units()};
      states.push_back(kind == 0 ? leaf(shape, 1)
                                 : tape.constant(shape, numbers_of(count_of(shape), 1)));
    }
    return states;
  }

  unsigned any_options(unsigned options) {
    if (maybe(0.35)) {
      count("zero output for mask");
      options |= zero_output_for_mask;
    }
    return options;
  }

  void use_states(const std::vector<R>& states) {
    for (const R state : states) {
      state_ = state;
      if (maybe(0.3)) output(state, "state as an output");
    }
  }

  R recurrent_layer(R x, unsigned options) {
    options = any_options(options);
    if (maybe(0.35)) {
      count("go backwards");
      options |= go_backwards;
    }
    const auto cells = any_cells(x, 1 + below(4));
    const auto result = recurrent<W>(tape, x, cells, initial_states(cells), options);
    use_states(result.states);
    return result.output;
  }

  R both_ways(R x, unsigned options) {
    const auto merge = static_cast<Merge>(below(5));
    const char* const names[] = {"concat", "sum", "mul", "ave", "none"};
    count("Bidirectional");
    count(std::string("Bidirectional ") + names[static_cast<int>(merge)]);
    const int units = 1 + below(5);
    const auto forward = any_cells(x, units), backward = any_cells(x, units);
    auto both = forward;
    both.insert(both.end(), backward.begin(), backward.end());
    auto initial = forward.size() == backward.size() ? initial_states(both) : std::vector<R>();
    const auto result =
        bidirectional<W>(tape, x, forward, backward, initial, any_options(options), merge);
    use_states(result.states);
    if (merge != Merge::none) return result.outputs[0];
    output(result.outputs[1], "backward half as an output");
    return result.outputs[0];
  }

  /// One layer of weights applied to its own output, and to the inputs once more.
  R shared_twice(R x) {
    count("shared");
    const std::vector<Cell<W>> cells = {any_cell(x->width(), x->width())};
    const R once = recurrent<W>(tape, x, cells, {}, return_sequences).output;
    const R twice = recurrent<W>(tape, once, cells, {}, return_sequences | go_backwards).output;
    return add<W>(tape, twice, once);
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

  Random random_;
  std::vector<Leaf>& leaves_;
  size_t next_ = 0;
  int batch_, steps_;
  R state_ = nullptr;  // the one returned last
};

}  // namespace simple_rnn
