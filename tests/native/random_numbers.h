// The numbers of a random network: drawn by a seed, the same however often the network is built.
#pragma once

#include <map>
#include <string>

#include "dropout.h"
#include "tape.h"

namespace simple_rnn {

/// Numbers that a gradient is wanted for.
struct Leaf {
  std::vector<double> values;
  std::vector<bool> is_fixed;  // masked inputs: their gradient is 0, whatever a difference says
};

template <class W>
class RandomNumbers {
 public:
  using T = typename W::Number;
  using R = typename Tape<W>::Ref;

  Tape<W> tape;
  std::map<std::string, int> used;  // how often each kind of layer or option

  /// leaves: empty at the first build, which fills it; then read. undisturbed: see Tape.
  RandomNumbers(uint64_t seed, std::vector<Leaf>& leaves, const Tape<W>* undisturbed)
      : random_(seed), leaves_(leaves) {
    tape.undisturbed = undisturbed;
  }

 protected:
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

  /// Those of the leaf made last.
  Leaf& last_leaf() { return leaves_[next_ - 1]; }

 private:
  Random random_;
  std::vector<Leaf>& leaves_;
  size_t next_ = 0;
};

}  // namespace simple_rnn
