// A SimpleRNNCell over whole sequences, on a tape.
#pragma once

#include <algorithm>

#include "simple_rnn_train.h"
#include "tape.h"

namespace simple_rnn {

/// One SimpleRNNCell: weights, bias or null, and factors of dropout, empty for none.
template <class W>
struct Cell {
  Ref<W> kernel, recurrent_kernel, bias;
  Activation activation;
  std::vector<typename W::Number> input_dropout, recurrent_dropout;
  int truncate = 0;

  int units() const { return kernel->shape[1]; }
};

/// Columns of a tensor [rows, stride] that a layer writes.
template <class W>
struct Place {
  Ref<W> tensor;
  int column;
};

template <class T>
T* or_null_of(std::vector<T>& values) {
  return values.empty() ? nullptr : values.data();
}

/// One cell over a whole sequence: one kernel call in each direction.
template <class W>
class CellCall {
 public:
  using T = typename W::Number;

  CellCall(Tape<W>& tape, const Cell<W>& cell, Ref<W> x, Ref<W> initial_state,
           const std::vector<uint8_t>& mask, Place<W> outputs, unsigned options)
      : tape_(tape),
        cell_(cell),
        x_(x),
        initial_(initial_state),
        mask_(mask),
        outputs_(outputs),
        options_(options) {
    B = x->shape[0], steps = x->shape[1], F = x->shape[2], U = cell.units();
    final_ = tape.tensor({B, U});
    packed_.resize(simple_rnn_packed_bytes<W>(F, U) / sizeof(T));
    simple_rnn_pack<W>(packed_.data(), cell.kernel->values.data(),
                       cell.recurrent_kernel->values.data(),
                       cell.bias ? cell.bias->values.data() : nullptr, F, U);
  }

  Ref<W> final_state() const { return final_; }

  void forward() {
    const bool sequences = options_ & return_sequences;
    if (!sequences) states_.resize(static_cast<size_t>(B * steps * U));
    std::vector<char> workspace(workspace_bytes(steps));
    simple_rnn_train_forward<W>(
        outputs_.tensor->values.data() + outputs_.column, final_->values.data(),
        sequences ? nullptr : states_.data(), workspace.data(), x_->values.data(),
        initial_ ? initial_->values.data() : nullptr, mask(), or_null_of(cell_.input_dropout),
        or_null_of(cell_.recurrent_dropout), packed_.data(), B, steps, F, U, stride(),
        cell_.activation, options_);
    if (cell_.truncate > 0) cut();
  }

  void backward() {
    std::vector<T> packed(simple_rnn_backward_packed_bytes<W>(F, U) / sizeof(T));
    simple_rnn_backward_pack<W>(packed.data(), cell_.kernel->values.data(),
                                cell_.recurrent_kernel->values.data(), F, U);
    std::vector<char> workspace(simple_rnn_backward_workspace_bytes<W>(B, steps, F, U));
    std::vector<T> d_inputs(x_->is_constant ? 0 : x_->values.size());
    const bool wants_initial = initial_ && !initial_->is_constant;
    std::vector<T> d_initial(wants_initial ? initial_->values.size() : 0);
    simple_rnn_backward<W>(
        or_null_of(d_inputs), or_null_of(d_initial), cell_.kernel->gradient.data(),
        cell_.recurrent_kernel->gradient.data(), cell_.bias ? cell_.bias->gradient.data() : nullptr,
        nullptr, workspace.data(), outputs_.tensor->gradient.data() + outputs_.column,
        final_->gradient.data(), x_->values.data(),
        options_ & return_sequences ? outputs_.tensor->values.data() + outputs_.column
                                    : states_.data(),
        initial_ ? initial_->values.data() : nullptr, mask(), or_null_of(cell_.input_dropout),
        or_null_of(cell_.recurrent_dropout), packed_.data(), packed.data(), B, steps, F, U,
        stride(), cell_.truncate, cell_.activation, options_ | unsigned{add_gradients});
    if (!d_inputs.empty()) add_gradient<W>(*x_, d_inputs);
    if (wants_initial) add_gradient<W>(*initial_, d_initial);
  }

 private:
  const uint8_t* mask() const { return mask_.empty() ? nullptr : mask_.data(); }
  int stride() const { return outputs_.tensor->width(); }
  uint64_t workspace_bytes(int count) const {
    return simple_rnn_workspace_bytes<W>(
        B, count, F, U,
        return_sequences | (cell_.input_dropout.empty() ? 0u : unsigned{has_input_dropout}) |
            (cell_.recurrent_dropout.empty() ? 0u : unsigned{has_recurrent_dropout}));
  }
  bool is_used(int b, int t) const {
    const bool backwards = options_ & (go_backwards | mask_backwards);
    return mask_.empty() || mask_[static_cast<size_t>(b * steps + (backwards ? steps - 1 - t : t))];
  }

  /// Computes the sequence chunk by chunk, from the states of the undisturbed run if there is one,
  /// and writes that over the outputs and the final state.
  void cut() {
    const size_t number = tape_.borders.size();
    const Borders<T>* const base =
        tape_.undisturbed ? &tape_.undisturbed->borders[number] : nullptr;
    tape_.borders.emplace_back();
    Borders<T>& own = tape_.borders.back();
    own.outputs.resize(static_cast<size_t>(B * steps * U));
    std::vector<T> state(static_cast<size_t>(B * U));
    if (initial_) state = initial_->values;
    for (int start = 0; start < steps; start += cell_.truncate) {
      own.states.push_back(state);
      if (base && start > 0) state = base->states[own.states.size() - 1];
      state = chunk(own, base, state, start, std::min(cell_.truncate, steps - start));
    }
    final_->values = state;
    const bool sequences = options_ & return_sequences;
    for (int b = 0; b < B; ++b) {
      for (int t = sequences ? 0 : steps - 1; t < steps; ++t) {
        const int row =
            !sequences ? b : b * steps + (options_ & outputs_backwards ? steps - 1 - t : t);
        const auto from = own.outputs.begin() + (b * steps + t) * U;
        T* const to = outputs_.tensor->values.data() + row * stride() + outputs_.column;
        for (int j = 0; j < U; ++j) {
          if (!base) {
            ASSERT_NEAR(to[j], from[j], 1e-5 * (1 + std::fabs(to[j])));
          }
          to[j] = from[j];
        }
      }
    }
  }

  std::vector<T> chunk(Borders<T>& own, const Borders<T>* base, std::vector<T> state, int start,
                       int count) const {
    std::vector<T> inputs, outputs(static_cast<size_t>(B * count * U));
    std::vector<uint8_t> used;
    for (int b = 0; b < B; ++b) {
      for (int t = start; t < start + count; ++t) {
        const int source = b * steps + (options_ & go_backwards ? steps - 1 - t : t);
        const auto row = x_->values.begin() + source * F;
        inputs.insert(inputs.end(), row, row + F);
        used.push_back(is_used(b, t));
      }
    }
    std::vector<char> workspace(workspace_bytes(count));
    std::vector<T> next(state.size());
    simple_rnn_forward<W>(
        outputs.data(), next.data(), workspace.data(), inputs.data(), state.data(), used.data(),
        cell_.input_dropout.empty() ? nullptr : cell_.input_dropout.data(),
        cell_.recurrent_dropout.empty() ? nullptr : cell_.recurrent_dropout.data(), packed_.data(),
        B, count, F, U, U, cell_.activation, return_sequences | (options_ & zero_output_for_mask));
    for (int b = 0; b < B; ++b) {
      bool repeats = start > 0 && !(options_ & zero_output_for_mask);
      for (int i = 0; i < count; ++i) {
        repeats = repeats && !is_used(b, start + i);  // the output before the border
        const auto& from = repeats ? (base ? base->outputs : own.outputs) : outputs;
        const int row = repeats ? b * steps + start - 1 : b * count + i;
        std::copy_n(from.begin() + row * U, U, own.outputs.begin() + (b * steps + start + i) * U);
      }
    }
    return next;
  }

  Tape<W>& tape_;
  Cell<W> cell_;
  Ref<W> x_, initial_, final_;
  std::vector<uint8_t> mask_;
  Place<W> outputs_;
  unsigned options_;
  int B, steps, F, U;
  std::vector<T> packed_, states_;
};

}  // namespace simple_rnn
