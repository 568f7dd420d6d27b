// Layers of a random network, with any options.
#pragma once

#include "random_numbers.h"
#include "tape_recurrent.h"

namespace simple_rnn {

template <class W>
class RandomLayers : public RandomNumbers<W> {
 public:
  using Base = RandomNumbers<W>;
  using Base::tape;
  using R = Ref<W>;

  RandomLayers(uint64_t seed, std::vector<Leaf>& leaves, const Tape<W>* undisturbed)
      : Base(seed, leaves, undisturbed), batch_(1 + below(3)) {}

 protected:
  using Base::below;
  using Base::count;
  using Base::dropout;
  using Base::leaf;
  using Base::maybe;
  using Base::numbers_of;
  using Base::output;
  using Base::weight;

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
    const int width = x->width();
    if (maybe(0.3)) {
      count("shared Dense");
      const R kernel = weight({width, width}, 0.7f), bias = weight({width}, 0.5f);
      const Activation activation = any_function("Dense");
      const R once = dense<W>(tape, x, kernel, bias, activation);
      return dense<W>(tape, once, kernel, bias, activation);
    }
    count("shared");
    const std::vector<Cell<W>> cells = {any_cell(width, width)};
    const R once = recurrent<W>(tape, x, cells, {}, return_sequences).output;
    const R twice = recurrent<W>(tape, once, cells, {}, return_sequences | go_backwards).output;
    return add<W>(tape, twice, once);
  }

  int batch_;
  R state_ = nullptr;  // the one returned last
};

}  // namespace simple_rnn
