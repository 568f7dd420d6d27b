// Metrics against Keras' values and counts.
#include "metrics.h"

#include <map>

#include "training_fixture.h"

namespace simple_rnn {
namespace {

TEST(Metrics, Accuracies) {
  const std::map<std::string, Accuracy> kinds = {
      {"exact", Accuracy::exact},   {"binary", Accuracy::binary},
      {"sparse", Accuracy::sparse}, {"categorical", Accuracy::categorical},
      {"top_k", Accuracy::top_k},   {"sparse_top_k", Accuracy::sparse_top_k}};
  for (FixtureLine& line : cases("metrics")) {
    if (line.word() != "accuracy") continue;
    const std::string name = line.word();
    const double parameter = line.number();
    const int columns = line.whole();
    const auto y = line.array<float>(), p = line.array<float>(), want = line.array<float>();
    std::vector<float> values(want.size());
    accuracy_values(values.data(), y.data(), p.data(), static_cast<int>(want.size()), columns,
                    kinds.at(name), parameter);
    expect_near(values, want, 1e-6, name);
  }
}

TEST(Metrics, WeightedMeans) {
  const std::vector<float> values = {1, 2, 4}, weights = {0.5f, 0, 2};
  double sums[2] = {1, 1};
  add_weighted(sums, values.data(), nullptr, 3);
  EXPECT_EQ(sums[0], 8);
  EXPECT_EQ(sums[1], 4);
  add_weighted(sums, values.data(), weights.data(), 3);
  EXPECT_EQ(sums[0], 16.5);
  EXPECT_EQ(sums[1], 6.5);
}

TEST(Metrics, ConfusionMatrices) {
  for (FixtureLine& line : cases("metrics")) {
    if (line.word() != "confusion") continue;
    ConfusionOptions options = {};
    options.is_even = line.number() != 0;
    options.below_zero = line.number() != 0;
    options.top_k = line.whole();
    options.by_label = line.number() != 0;
    options.class_id = line.whole();
    const int columns = line.whole();
    const auto thresholds = line.array<float>(), y = line.array<float>(), p = line.array<float>();
    auto weights = line.array<float>(), label_weights = line.array<float>();
    options.thresholds = thresholds.data();
    options.threshold_count = static_cast<int>(thresholds.size());
    const size_t tables = options.by_label ? static_cast<size_t>(columns) : 1;
    const size_t n = thresholds.size();
    std::vector<double> counts(tables * 2 * (n + 1));
    add_confusion(counts.data(), y.data(), p.data(), or_null(weights), or_null(label_weights),
                  static_cast<int>(y.size()) / columns, columns, options);
    // above[1] true positives, above[0] false positives; below[0] true negatives
    std::vector<double> above[2], below[2];
    for (const size_t target : {size_t{0}, size_t{1}}) {
      for (size_t table = 0; table < tables; ++table) {
        const double* const buckets = &counts[(table * 2 + target) * (n + 1)];
        for (size_t i = 0; i < n; ++i) {
          double sums[2] = {};
          for (size_t k = 0; k <= n; ++k) sums[k > i] += buckets[k];
          below[target].push_back(sums[0]);
          above[target].push_back(sums[1]);
        }
      }
    }
    const std::vector<double>* const got[] = {&above[1], &above[0], &below[0], &below[1]};
    for (const auto* each : got) {
      const auto want = line.array();
      if (!want.empty()) expect_near(*each, want, 1e-5, "confusion");
    }
  }
}

TEST(Metrics, NaNIsAboveNoThreshold) {
  const std::vector<float> y = {1}, p = {NAN}, thresholds = {0, 0.5f, 1};
  for (const bool is_even : {false, true}) {
    std::vector<double> counts(8);
    add_confusion(counts.data(), y.data(), p.data(), nullptr, nullptr, 1, 1,
                  {thresholds.data(), 3, is_even, false, 0, -1, false});
    EXPECT_EQ(counts[4], 1);
  }
}

TEST(Metrics, ScoresAndSquares) {
  for (FixtureLine& line : cases("metrics")) {
    const std::string kind = line.word();
    if (kind != "score" && kind != "squares") continue;
    const double threshold = kind == "score" ? line.number() : 0;
    const int columns = line.whole();
    const auto y = line.array<float>(), p = line.array<float>();
    auto weights = line.array<float>();
    const auto want = line.array();
    const int rows = static_cast<int>(y.size()) / columns;
    std::vector<double> sums(want.size());
    if (kind == "score") {
      add_score_counts(sums.data(), y.data(), p.data(), or_null(weights), rows, columns, threshold);
    } else {
      add_squares(sums.data(), y.data(), p.data(), or_null(weights), rows, columns);
    }
    expect_near(sums, want, 1e-5, kind);
  }
}

TEST(Metrics, Correlations) {
  for (FixtureLine& line : cases("metrics")) {
    if (line.word() != "correlation") continue;
    const std::string name = line.word();
    const int columns = line.whole();
    const auto y = line.array<float>(), p = line.array<float>(), want = line.array<float>();
    std::vector<float> values(want.size());
    correlation_values(values.data(), y.data(), p.data(), static_cast<int>(want.size()), columns,
                       name == "concordance");
    expect_near(values, want, 1e-5, name);
  }
}

}  // namespace
}  // namespace simple_rnn
