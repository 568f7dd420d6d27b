// Recurrent layers on a tape: cells, one after the other over the whole sequence, and
// Bidirectional.
#pragma once

#include <memory>

#include "tape_cell.h"
#include "tape_layers.h"
#include "tape_merge.h"

namespace simple_rnn {

template <class W>
struct Recurrent {
  Ref<W> output;
  std::vector<Ref<W>> states;
};

/// An RNN of cells with the options return_sequences, go_backwards, zero_output_for_mask and
/// outputs_backwards. initial: nothing, or a state (or null) for each cell.
template <class W>
Recurrent<W> recurrent(Tape<W>& tape, Ref<W> x, const std::vector<Cell<W>>& cells,
                       const std::vector<Ref<W>>& initial, unsigned options,
                       const Place<W>* place = nullptr) {
  const int B = x->shape[0], steps = x->shape[1];
  Recurrent<W> result;
  Ref<W> at = x;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool is_last = i + 1 == cells.size();
    unsigned own = 0;
    if (options & go_backwards) own |= i == 0 ? unsigned{go_backwards} : unsigned{mask_backwards};
    own |= is_last ? options & (return_sequences | zero_output_for_mask | outputs_backwards)
                   : unsigned{return_sequences};
    const int U = cells[i].units();
    const Place<W> to =
        is_last && place
            ? *place
            : Place<W>{tape.tensor(own & return_sequences ? Shape{B, steps, U} : Shape{B, U}), 0};
    const auto call = std::make_shared<CellCall<W>>(
        tape, cells[i], at, i < initial.size() ? initial[i] : nullptr, x->mask, to, own);
    call->forward();
    tape.on_the_way_back([=] { call->backward(); });
    result.states.push_back(call->final_state());
    at = result.output = to.tensor;
  }
  if (options & return_sequences) result.output->mask = x->mask;
  return result;
}

enum class Merge { concat, sum, mul, ave, none };

template <class W>
struct BothWays {
  std::vector<Ref<W>> outputs;  // one, or two with Merge::none
  std::vector<Ref<W>> states;
};

/// The cells of the forward layer and those of the backward layer; initial as for both in turn.
template <class W>
BothWays<W> bidirectional(Tape<W>& tape, Ref<W> x, const std::vector<Cell<W>>& forward,
                          const std::vector<Cell<W>>& backward, const std::vector<Ref<W>>& initial,
                          unsigned options, Merge merge) {
  const bool sequences = options & return_sequences;
  const int U = forward.back().units(), V = backward.back().units();
  const auto half = static_cast<std::ptrdiff_t>(initial.size() / 2);
  const std::vector<Ref<W>> first(initial.begin(), initial.begin() + half);
  const std::vector<Ref<W>> second(initial.begin() + half, initial.end());
  const unsigned back = options | go_backwards | (sequences ? unsigned{outputs_backwards} : 0u);
  Place<W> left = {}, right = {};
  const bool in_one = merge == Merge::concat;
  if (in_one) {
    const int B = x->shape[0], steps = x->shape[1];
    left.tensor = tape.tensor(sequences ? Shape{B, steps, U + V} : Shape{B, U + V});
    right = {left.tensor, U};
  }
  const auto a = recurrent<W>(tape, x, forward, first, options, in_one ? &left : nullptr);
  const auto b = recurrent<W>(tape, x, backward, second, back, in_one ? &right : nullptr);
  BothWays<W> result;
  result.states = a.states;
  result.states.insert(result.states.end(), b.states.begin(), b.states.end());
  switch (merge) {
    case Merge::concat:
      result.outputs = {a.output};
      break;
    case Merge::none:
      result.outputs = {a.output, b.output};
      break;
    case Merge::mul:
      result.outputs = {multiply(tape, a.output, b.output)};
      break;
    case Merge::sum:
      result.outputs = {add(tape, a.output, b.output)};
      break;
    case Merge::ave:
      result.outputs = {scaled(tape, add(tape, a.output, b.output), 0.5f)};
      break;
  }
  return result;
}

}  // namespace simple_rnn
