// Losses against Keras' values and gradients, and gradients against central differences.
#include "losses.h"

#include <map>

#include "training_fixture.h"

namespace simple_rnn {
namespace {

const std::map<std::string, Loss> names = {
#define ENTRY(name) {#name, Loss::name},
    SIMPLE_RNN_LOSSES(ENTRY)
#undef ENTRY
};

struct LossCase {
  std::string name;
  Loss loss;
  LossParameters parameters;
  int rows, columns;
  std::vector<double> targets, predictions, values, gradients;
};

std::vector<LossCase> loss_cases() {
  std::vector<LossCase> all;
  for (FixtureLine& line : cases("losses")) {
    if (line.word() != "loss") continue;
    LossCase each;
    each.name = line.word();
    each.loss = names.at(each.name);
    LossParameters& q = each.parameters;
    q.a = line.number(), q.b = line.number(), q.c = line.number();
    q.from_logits = line.number() != 0;
    q.label_smoothing = line.number();
    q.ignore_class = line.number();
    if (q.ignore_class < 0) q.ignore_class = NAN;
    each.columns = line.whole();
    each.targets = line.array();
    each.predictions = line.array();
    each.values = line.array();
    each.gradients = line.array();
    each.rows = static_cast<int>(each.values.size());
    all.push_back(each);
  }
  return all;
}

template <class W, class T = typename W::Number>
void run(const LossCase& each, std::vector<T>& values, std::vector<T>& gradients,
         std::vector<uint8_t>& mask) {
  const std::vector<T> y(each.targets.begin(), each.targets.end());
  const std::vector<T> p(each.predictions.begin(), each.predictions.end());
  values.assign(each.values.size(), T(-1));
  gradients.assign(p.size(), T(-1));
  mask.assign(each.values.size(), 1);
  loss_forward<W>(values.data(), gradients.data(), each.columns, mask.data(), y.data(), p.data(),
                  each.rows, each.columns, each.loss, each.parameters);
  std::vector<T> alone(values.size()), row(static_cast<size_t>(each.columns));
  loss_forward<W>(alone.data(), row.data(), 0, nullptr, y.data(), p.data(), each.rows, each.columns,
                  each.loss, each.parameters);
  expect_near(alone, values, 0, each.name);
}

template <class W>
void expect_keras(double tolerance) {
  for (const LossCase& each : loss_cases()) {
    std::vector<typename W::Number> values, gradients;
    std::vector<uint8_t> mask;
    run<W>(each, values, gradients, mask);
    // 1 - 1e-7 is nearer to 1 in float32
    if (tolerance > 1e-6 && each.loss == Loss::binary_crossentropy && each.predictions[0] == 0)
      continue;
    // Keras' log 2 in log_cosh is a float32
    expect_near(values, each.values, std::max(tolerance, each.loss == Loss::log_cosh ? 3e-9 : 0),
                each.name + " value");
    expect_near(gradients, each.gradients, tolerance, each.name + " gradient");
    for (size_t i = 0; i < mask.size(); ++i)
      EXPECT_EQ(mask[i] == 0, each.loss == Loss::sparse_categorical_crossentropy &&
                                  each.targets[i] == each.parameters.ignore_class);
  }
}

TEST(Losses, KerasInFloat64) { expect_keras<D>(2e-10); }
TEST(Losses, KerasInFloat32) { expect_keras<V>(3e-6); }

TEST(Losses, CentralDifferences) {
  for (LossCase each : loss_cases()) {
    std::vector<double> values, gradients, moved, ignored;
    std::vector<uint8_t> mask;
    run<D>(each, values, gradients, mask);
    // TensorFlow's gradient by logits is right for targets that sum up to 1, as these do not
    if (each.loss == Loss::categorical_crossentropy && each.parameters.from_logits &&
        each.parameters.label_smoothing != 0)
      continue;
    for (size_t i = 0; i < gradients.size(); ++i) {
      const double middle = each.predictions[i];
      // the fixture's kinks are at 0 and 1, hinge's where y p is 1, huber's where |p - y| is delta
      if (middle < 0.01 && !each.parameters.from_logits && each.loss > Loss::squared_hinge)
        continue;
      if (std::fabs(middle) > 0.99 && std::fabs(middle) < 1.01) continue;
      const size_t row = i / static_cast<size_t>(each.columns);
      const auto value_at = [&](double offset) {
        each.predictions[i] = middle + offset;
        run<D>(each, moved, ignored, mask);
        each.predictions[i] = middle;
        return moved[row];
      };
      const double step = 1e-4;
      const double difference =
          (8 * (value_at(step) - value_at(-step)) - (value_at(2 * step) - value_at(-2 * step))) /
          (12 * step);
      EXPECT_NEAR(gradients[i], difference, 1e-7 * (1 + std::fabs(difference)))
          << each.name << " at " << i;
    }
  }
}

TEST(Losses, ClassNumbersOutOfRangeGiveNaN) {
  for (const float label : {-1.0f, 3.0f, NAN}) {
    const std::vector<float> p = {0.2f, 0.3f, 0.5f};
    float value = 0;
    std::vector<float> gradient(3);
    loss_forward<V>(&value, gradient.data(), 3, nullptr, &label, p.data(), 1, 3,
                    Loss::sparse_categorical_crossentropy, {0, 0, 0, false, 0, NAN});
    EXPECT_TRUE(std::isnan(value) && std::isnan(gradient[0]));
  }
}

TEST(Losses, SaturatedLogits) {
  const std::vector<float> z = {0, 100, -100}, one_hot = {0, 0, 1};
  std::vector<float> gradient(3);
  float value = 0;
  const LossParameters logits = {0, 0, 0, true, 0, NAN};
  loss_forward<V>(&value, gradient.data(), 3, nullptr, one_hot.data(), z.data(), 1, 3,
                  Loss::categorical_crossentropy, logits);
  EXPECT_EQ(value, 200);
  EXPECT_EQ(gradient[1], 1);
  EXPECT_EQ(gradient[2], -1);
  loss_forward<V>(&value, gradient.data(), 1, nullptr, one_hot.data(), &z[1], 1, 1,
                  Loss::binary_crossentropy, logits);
  EXPECT_EQ(value, 100);
  EXPECT_EQ(gradient[0], 1);
}

TEST(Losses, NaNComesThrough) {
  for (LossCase each : loss_cases()) {
    std::vector<float> values, gradients;
    std::vector<uint8_t> mask;
    each.predictions.assign(each.predictions.size(), NAN);
    run<V>(each, values, gradients, mask);
    EXPECT_TRUE(std::isnan(values[0])) << each.name;
  }
}

TEST(Losses, Circle) {
  for (FixtureLine& line : cases("losses")) {
    if (line.word() != "circle") continue;
    const double gamma = line.number(), margin = line.number();
    const bool removes = line.number() != 0;
    const int columns = line.whole();
    auto labels = line.array(), embeddings = line.array(), weights = line.array();
    const auto want = line.array(), want_gradients = line.array();
    const int rows = static_cast<int>(labels.size());
    std::vector<double> values(labels.size()), workspace(labels.size() * labels.size());
    std::vector<double> gradients(embeddings.size());
    std::vector<uint8_t> mask(labels.size(), 1);
    circle_forward(values.data(), mask.data(), workspace.data(), labels.data(), embeddings.data(),
                   rows, columns, gamma, margin, removes);
    circle_backward(gradients.data(), workspace.data(), weights.data(), embeddings.data(), rows,
                    columns);
    expect_near(values, want, 1e-9, "circle");
    expect_near(gradients, want_gradients, 1e-8, "circle");
    for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(mask[i], values[i] > 0);
  }
}

TEST(Losses, Ctc) {
  for (FixtureLine& line : cases("losses")) {
    if (line.word() != "ctc") continue;
    const int length = line.whole(), steps = line.whole(), classes = line.whole();
    const auto labels = line.array(), logits = line.array(), want = line.array();
    const auto want_gradients = line.array();
    const int rows = static_cast<int>(want.size());
    std::vector<double> values(want.size()), gradients(logits.size()), none(logits.size());
    std::vector<double> workspace(static_cast<size_t>((steps + 2) * (2 * length + 1)));
    ctc_forward<D>(values.data(), gradients.data(), workspace.data(), labels.data(), logits.data(),
                   rows, length, steps, classes);
    // Keras computes it in float32
    expect_near(values, want, 2e-6, "ctc");
    expect_near(gradients, want_gradients, 2e-6, "ctc");
    auto moved = logits;
    auto moved_values = values;
    for (size_t i = 0; i < logits.size(); ++i) {
      const size_t row = i / static_cast<size_t>(steps * classes);
      double difference = 0;
      for (const double side : {1, -1}) {
        moved[i] = logits[i] + side * 1e-5;
        ctc_forward<D>(moved_values.data(), none.data(), workspace.data(), labels.data(),
                       moved.data(), rows, length, steps, classes);
        difference += side * moved_values[row] / 2e-5;
      }
      moved[i] = logits[i];
      EXPECT_NEAR(gradients[i], difference, 1e-7);
    }
    // two equal labels need a blank between them
    ctc_forward<D>(values.data(), gradients.data(), workspace.data(), labels.data(), logits.data(),
                   1, length, 3, classes);
    EXPECT_EQ(values[0], INFINITY);
    EXPECT_EQ(gradients[0], 0);
  }
}

TEST(Losses, Reductions) {
  const std::map<std::string, Reduction> reductions = {
      {"mean", Reduction::mean},
      {"sum", Reduction::sum},
      {"mean_with_sample_weight", Reduction::mean_with_sample_weight},
      {"none", Reduction::none}};
  for (FixtureLine& line : cases("losses")) {
    if (line.word() != "reduce") continue;
    const std::string name = line.word();
    auto values = line.array(), weights = line.array();
    const auto mask = line.array<uint8_t>();
    const double want = line.number();
    const auto want_factors = line.array();
    std::vector<double> factors(values.size());
    const double got = reduce_loss(values.data(), factors.data(), or_null(weights),
                                   mask.empty() ? nullptr : mask.data(),
                                   static_cast<int>(values.size()), reductions.at(name));
    EXPECT_NEAR(got, want, 1e-10) << name;
    expect_near(factors, want_factors, 1e-10, name);
    auto rows = factors;
    scale_rows(rows.data(), factors.data(), 3, 2);
    EXPECT_EQ(rows[3], factors[3] * factors[1]);
  }
}

}  // namespace
}  // namespace simple_rnn
