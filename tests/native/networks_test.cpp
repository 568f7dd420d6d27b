// Gradients of whole networks against central differences, and in float against double.
#include <algorithm>

#include "random_network.h"

namespace simple_rnn {
namespace {

using Arrays = std::vector<std::vector<double>>;

template <class W>
Arrays gradients_of(Tape<W>& tape) {
  tape.backward();
  Arrays all;
  for (const auto* leaf : tape.leaves)
    all.emplace_back(leaf->gradient.begin(), leaf->gradient.end());
  return all;
}

/// False where two sizes of the difference disagree because a kink lies between.
bool central_differences(uint64_t seed, std::vector<Leaf> leaves, const Tape<D>& undisturbed,
                         Arrays& result) {
  const auto slope = [&](double& number, double h) {
    const double middle = number;
    number = middle + h;
    const double above = RandomNetwork<D>(seed, leaves, &undisturbed).tape.loss;
    number = middle - h;
    const double below = RandomNetwork<D>(seed, leaves, &undisturbed).tape.loss;
    number = middle;
    return (above - below) / (2 * h);
  };
  result.clear();
  for (Leaf& leaf : leaves) {
    result.emplace_back();
    for (size_t i = 0; i < leaf.values.size(); ++i) {
      result.back().push_back(0);
      if (!leaf.is_fixed.empty() && leaf.is_fixed[i]) continue;
      // Richardson: the errors in h² cancel
      const double near = slope(leaf.values[i], 1e-4), far = slope(leaf.values[i], 2e-4);
      result.back().back() = near + (near - far) / 3;
      if (!(std::fabs(near - far) <= 1e-5 * (1 + std::fabs(near)))) return false;
    }
  }
  return true;
}

double largest(const std::vector<double>& array) {
  double most = 0;
  for (const double number : array) most = std::max(most, std::fabs(number));
  return most;
}

/// Largest difference in an array by the largest number of the array, the worst array's. A number
/// below a thousandth of the network's largest counts as that.
double distance(const Arrays& got, const Arrays& want) {
  double all = 0, worst = 0;
  for (const auto& array : want) all = std::max(all, largest(array));
  EXPECT_EQ(got.size(), want.size());
  for (size_t k = 0; k < got.size(); ++k) {
    double difference = 0;
    EXPECT_EQ(got[k].size(), want[k].size());
    for (size_t i = 0; i < got[k].size(); ++i) {
      if (!std::isfinite(got[k][i])) return INFINITY;
      difference = std::max(difference, std::fabs(got[k][i] - want[k][i]));
    }
    worst = std::max(worst, difference / std::max(largest(want[k]), all / 1000));
  }
  return worst;
}

/// What the networks have to be made of, and how often at least.
const std::map<std::string, int> wanted = {
    {"Activation", 20},
    {"Add", 20},
    {"Bidirectional", 100},
    {"Bidirectional concat", 10},
    {"Bidirectional sum", 10},
    {"Bidirectional mul", 10},
    {"Bidirectional ave", 10},
    {"Bidirectional none", 10},
    {"Concatenate", 20},
    {"Dense", 100},
    {"Dropout", 20},
    {"Embedding", 10},
    {"Embedding with a mask", 10},
    {"Flatten", 20},
    {"L1, L2", 50},
    {"Masking", 20},
    {"RNN of several cells", 50},
    {"RepeatVector", 20},
    {"Reshape", 20},
    {"SimpleRNN", 200},
    {"TimeDistributed(Dense)", 10},
    {"activity regularization", 20},
    {"dropout", 50},
    {"glu", 5},
    {"go backwards", 50},
    {"initial state", 20},
    {"mask", 20},
    {"multiplied", 20},
    {"orthogonal columns", 20},
    {"orthogonal rows", 20},
    {"recurrent dropout", 50},
    {"sequence as an output", 50},
    {"shared", 10},
    {"shared Dense", 5},
    {"state as an output", 50},
    {"state of another layer", 10},
    {"stateful", 20},
    {"truncate", 50},
    {"zero output for mask", 50},
};

void expect_all_kinds(const std::map<std::string, int>& used) {
  const auto times = [&](const std::string& what) { return used.count(what) ? used.at(what) : 0; };
  for (const auto& [what, least] : wanted) EXPECT_GE(times(what), least) << what;
  for (int a = 0; a < static_cast<int>(Activation::glu); ++a) {
    for (const char* layer : {"SimpleRNN ", "Dense "})
      EXPECT_GE(times(layer + std::to_string(a)), 2) << layer << a;
  }
}

TEST(Networks, GradientsOfTwoHundred) {
  std::map<std::string, int> used;
  int compared = 0;
  double worst = 0, worst_in_float = 0;
  for (uint64_t seed = 0; compared < 200 && seed < 250; ++seed) {
    std::vector<Leaf> leaves;
    RandomNetwork<D> network(seed, leaves);
    Arrays want;
    // exponential grows without bounds
    if (network.tape.largest() > 1e3) continue;
    if (!central_differences(seed, leaves, network.tape, want)) continue;
    const Arrays got = gradients_of(network.tape);
    RandomNetwork<V> in_float(seed, leaves);
    const double by_differences = distance(got, want);
    const double by_double = distance(gradients_of(in_float.tape), got);
    EXPECT_LE(by_differences, 1e-7) << "seed " << seed;
    EXPECT_LE(by_double, 1e-4) << "seed " << seed;
    worst = std::max(worst, by_differences);
    worst_in_float = std::max(worst_in_float, by_double);
    for (const auto& [what, times] : network.used) used[what] += times;
    ++compared;
  }
  EXPECT_EQ(compared, 200);
  expect_all_kinds(used);
  RecordProperty("worst", std::to_string(worst * 1e7) + "e-7");
  RecordProperty("worst in float", std::to_string(worst_in_float * 1e4) + "e-4");
}

}  // namespace
}  // namespace simple_rnn
