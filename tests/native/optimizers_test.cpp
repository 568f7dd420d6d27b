// Optimizers against Keras' trajectories: the calls of a whole step in Keras' order.
#include "optimizers.h"

#include <map>

#include "training_fixture.h"

namespace simple_rnn {
namespace {

const std::map<std::string, Optimizer> names = {
#define ENTRY(name) {#name, Optimizer::name},
    SIMPLE_RNN_OPTIMIZERS(ENTRY)
#undef ENTRY
};

// the fixture's variables: [3, 5], [5], [6, 2]
constexpr int total = 32;
const std::vector<Segment> variables = {{0, 15, 3, 5, 1}, {15, 5, 0, 0, 1}, {20, 12, 6, 2, 1}};

struct Options {
  double exclude, ratio, clipnorm, global_clipnorm, clipvalue, loss_scale, accumulate, ema,
      overwrite;
};

template <class W, class T = typename W::Number>
struct Trainer {
  Optimizer optimizer;
  OptimizerParameters parameters;
  Options options;
  std::vector<T> weights;
  std::vector<Segment> segments = variables;
  std::vector<T> slots[3] = {}, averages = {}, accumulated = std::vector<T>(total), workspace = {},
                 adam_velocity = std::vector<T>(total);
  double product = 1;

  void clip(std::vector<T>& g) {
    const auto scale = [](T* at, int count, double factor) { blend<W>(at, at, count, factor, 0); };
    if (options.clipnorm > 0) {
      for (const Segment& each : segments) {
        const double norm = std::sqrt(sum_of_squares(&g[size_t(each.offset)], each.count));
        scale(&g[size_t(each.offset)], each.count,
              options.clipnorm / std::max(norm, options.clipnorm));
      }
    }
    if (options.global_clipnorm > 0) {
      const double norm = std::sqrt(sum_of_squares(g.data(), total));
      scale(g.data(), total, options.global_clipnorm / std::max(norm, options.global_clipnorm));
    }
    if (options.clipvalue > 0) blend<W>(g.data(), g.data(), total, 1, 0, options.clipvalue);
  }

  void update(std::vector<T>& g) {
    clip(g);
    T* const at[] = {or_null(slots[0]), or_null(slots[1]), or_null(slots[2])};
    product *= parameters.a * (1 - 0.5 * std::pow(0.96, parameters.step));
    if (optimizer == Optimizer::nadam) parameters.d = product;
    if (optimizer != Optimizer::muon) {
      optimizer_step<W>(weights.data(), g.data(), at, static_cast<T*>(nullptr), segments.data(),
                        static_cast<int>(segments.size()), optimizer, parameters);
      return;
    }
    // muon: its bias goes to adam, with a weight decay of its own
    const OptimizerParameters adam = {parameters.learning_rate * options.ratio,
                                      parameters.learning_rate * 0.1,
                                      parameters.step,
                                      0.9,
                                      0.999,
                                      1e-7,
                                      0,
                                      0,
                                      0,
                                      0};
    T* const adam_slots[] = {at[0], adam_velocity.data(), nullptr};
    const Segment matrices[] = {segments[0], segments[2]};
    workspace.resize(
        static_cast<size_t>(std::max(muon_workspace_size<W>(3, 5), muon_workspace_size<W>(6, 2))));
    optimizer_step<W>(weights.data(), g.data(), adam_slots, static_cast<T*>(nullptr), &segments[1],
                      1, Optimizer::adam, adam);
    optimizer_step<W>(weights.data(), g.data(), at, workspace.data(), matrices, 2, optimizer,
                      parameters);
  }

  void apply(std::vector<T> g, int iterations) {
    const int every = static_cast<int>(options.accumulate);
    if (options.loss_scale > 0) blend<W>(g.data(), g.data(), total, 1 / options.loss_scale, 0);
    parameters.step = static_cast<unsigned>(iterations / std::max(every, 1) + 1);
    if (every > 0) {
      blend<W>(accumulated.data(), g.data(), total, 1, 1);
      if ((iterations + 1) % every == 0) {
        blend<W>(g.data(), accumulated.data(), total, 0, 1.0 / every);
        update(g);
        accumulated.assign(total, 0);
      }
    } else {
      update(g);
    }
    if (options.ema > 0) {
      averages.resize(total);
      const double keep = iterations == 0 ? 0 : options.ema;
      blend<W>(averages.data(), weights.data(), total, keep, 1 - keep);
      if ((iterations + 1) % static_cast<int>(options.overwrite) == 0) weights = averages;
    }
  }
};

template <class W, class T = typename W::Number>
void expect_keras(double tolerance) {
  auto lines = cases("optimizers");
  EXPECT_EQ(lines[0].word(), "data");
  const int steps = lines[0].whole();
  const auto start = lines[0].array<T>(), gradients = lines[0].array<T>();
  int count = 0;
  for (size_t i = 1; i < lines.size(); ++i) {
    FixtureLine& line = lines[i];
    EXPECT_EQ(line.word(), "case");
    const std::string name = line.word();
    ++count;
    Trainer<W> trainer = {names.at(name), {}, {}, start};
    OptimizerParameters& q = trainer.parameters;
    q = {0.1, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    for (double* each : {&q.a, &q.b, &q.c, &q.d, &q.e}) *each = line.number();
    if (name == "muon") q.e = 3.4445, q.f = -4.775, q.g = 2.0315;
    const int slots = line.whole();
    const T initial = static_cast<T>(line.number());
    for (int k = 0; k < 3; ++k) {
      if ((slots >> k & 1) != 0) trainer.slots[k].assign(total, k == 0 ? initial : 0);
    }
    q.decay = line.number() * 0.1;
    Options& o = trainer.options;
    for (double* each : {&o.exclude, &o.ratio, &o.clipnorm, &o.global_clipnorm, &o.clipvalue,
                         &o.loss_scale, &o.accumulate, &o.ema, &o.overwrite})
      *each = line.number();
    if (o.ratio == 0) o.ratio = 1;
    if (o.exclude != 0) trainer.segments[1].decays = 0;
    const auto want = line.array();
    std::vector<T> got;
    for (int step = 0; step < steps; ++step) {
      const auto from = gradients.begin() + step * total;
      trainer.apply(std::vector<T>(from, from + total), step);
      got.insert(got.end(), trainer.weights.begin(), trainer.weights.end());
    }
    expect_near(got, want, tolerance, name + " (case " + std::to_string(i) + ")");
  }
  EXPECT_EQ(count, 29);
}

TEST(Optimizers, Keras) { expect_keras<V>(4e-6); }
TEST(Optimizers, KerasOneByOne) { expect_keras<S>(4e-6); }
// what Keras rounds to float32 is its own
TEST(Optimizers, KerasInFloat64) { expect_keras<D>(4e-5); }

TEST(Optimizers, LengthsAndOffsets) {
  for (int count = 0; count < 12; ++count) {
    const auto gradients = numbers(20, 1, 5), start = numbers(20, 1, 6);
    auto weights = start, velocity = start, one_by_one = start, other = start;
    for (float& v : velocity) v = std::fabs(v);
    auto other_velocity = velocity;
    const Segment segment = {3, count, 0, 0, 1};
    const OptimizerParameters q = {0.1, 0.01, 3, 0.9, 0.999, 1e-7, 0, 0, 0, 0};
    auto momentum = numbers(20, 1, 8), other_momentum = momentum;
    float* const slots[] = {momentum.data(), velocity.data(), nullptr};
    float* const other_slots[] = {other_momentum.data(), other_velocity.data(), nullptr};
    optimizer_step<V>(weights.data(), gradients.data(), slots, static_cast<float*>(nullptr),
                      &segment, 1, Optimizer::adam, q);
    optimizer_step<S>(one_by_one.data(), gradients.data(), other_slots,
                      static_cast<float*>(nullptr), &segment, 1, Optimizer::adam, q);
    EXPECT_EQ(weights, one_by_one);
    EXPECT_EQ(momentum, other_momentum);
    EXPECT_EQ(velocity, other_velocity);
    for (int i = 0; i < 20; ++i) {
      const bool inside = i >= 3 && i < 3 + count;
      EXPECT_EQ(weights[size_t(i)] != start[size_t(i)], inside);
    }
  }
}

TEST(Optimizers, Lookups) {
  const OptimizerParameters of_adadelta = {0.1, 0, 3, 0.9, 1e-3, 0, 0, 0, 0, 0},
                            of_ftrl = {0.1, 0, 3, -0.4, 0.01, 0.01, 0.02, 0.1, 0, 0},
                            of_adafactor = {0.1, 0, 3, -0.8, 1e-30, 1e-3, 0.5, 0, 0, 0};
  constexpr int rows = 5, columns = 3, count = rows * columns;
  const Segment segment = {0, count, rows, columns, 0};
  for (const auto& [optimizer, q] : {std::pair{Optimizer::adadelta, of_adadelta},
                                     {Optimizer::ftrl, of_ftrl},
                                     {Optimizer::adafactor, of_adafactor}}) {
    const auto gradients = numbers(count, 1, 5), start = numbers(count, 1, 6);
    const bool is_matrix = optimizer == Optimizer::adafactor;
    // the weights after a step with `more` times what a single lookup gives; -1: without lookups
    const auto step = [&, optimizer = optimizer, q = q](auto kind, float more) {
      auto weights = start, first = numbers(count, 1, 7), second = first, third = first;
      for (auto* slot : {&first, &second, &third})
        for (float& each : *slot) each = std::fabs(each);
      auto lookups = gradients;
      for (float& each : lookups) each = more * (is_matrix ? std::fabs(each) : each * each);
      float* const given = more < 0 ? nullptr : lookups.data();
      float* const slots[] = {first.data(), second.data(), is_matrix ? third.data() : given};
      optimizer_step<decltype(kind)>(weights.data(), gradients.data(), slots,
                                     is_matrix ? given : nullptr, &segment, 1, optimizer, q);
      return weights;
    };
    const auto without = step(V(), -1), more = step(V(), 4);
    const std::string name = "optimizer " + std::to_string(static_cast<int>(optimizer));
    expect_near(step(V(), 1), without, 1e-6, name);
    expect_near(step(S(), 4), more, 1e-6, name + ", one by one");
    EXPECT_GT(std::fabs(more[0] - without[0]), 1e-4) << name;
  }
}

TEST(Optimizers, Kernels) {
  for (int count = 0; count < 12; ++count) {
    const auto from = numbers(count, 2, 1), start = numbers(count, 2, 2);
    auto to = start;
    blend<V>(to.data(), from.data(), count, 0.75, 0.25);
    double sum = 0;
    for (size_t i = 0; i < to.size(); ++i) {
      EXPECT_NEAR(to[i], 0.75 * start[i] + 0.25 * from[i], 1e-6);
      sum += double{from[i]} * from[i];
    }
    EXPECT_NEAR(sum_of_squares(from.data(), count), sum, 1e-12);
    blend<V>(to.data(), to.data(), count, 2, 0, 0.5);
    for (size_t i = 0; i < to.size(); ++i)
      EXPECT_NEAR(to[i], std::max(-0.5, std::min(0.5, 1.5 * start[i] + 0.5 * from[i])), 1e-6);
  }
  std::vector<float> odd = {NAN, 5, -INFINITY};
  blend<V>(odd.data(), odd.data(), 3, 1, 0, 1);
  EXPECT_TRUE(std::isnan(odd[0]));
  EXPECT_EQ(odd[1], 1);
  EXPECT_EQ(odd[2], -1);
}

}  // namespace
}  // namespace simple_rnn
