// Gradients of a batch's loss as training takes it, weights, masks and reductions included, against
// central differences in double.
#include <functional>

#include "losses.h"
#include "testing.h"

namespace simple_rnn {
namespace {

using Numbers = std::vector<double>;
using Mask = std::vector<uint8_t>;

constexpr int rows = 5, columns = 4;

Numbers between(int count, double low, double high, uint64_t seed) {
  Numbers values;
  for (const float x : numbers(count, 1, seed)) values.push_back(low + (high - low) * (x + 1) / 2);
  return values;
}

/// A loss of predictions: its values, its mask, and the gradient by the factors of the values.
struct BatchLoss {
  int values;
  Numbers predictions;
  std::function<Numbers(const Numbers& predictions, Mask& mask)> forward;
  std::function<Numbers(const Numbers& predictions, const Numbers& factors)> backward;
};

double reduced(const BatchLoss& loss, const Numbers& predictions, const Numbers& weights, Mask mask,
               Reduction reduction, Numbers& factors) {
  Numbers values = loss.forward(predictions, mask);
  factors.resize(values.size());
  return reduce_loss(values.data(), factors.data(), weights.empty() ? nullptr : weights.data(),
                     mask.data(), loss.values, reduction);
}

/// max |difference| / max |entry| over every reduction, with and without weights and masks.
double worst(const BatchLoss& loss) {
  const auto count = static_cast<size_t>(loss.values);
  const Numbers all_weights = {0.5, 2, 0, 1.25, 0.75, 3};
  const Mask all_used(count, 1), some_used = {1, 0, 1, 1, 1, 0};
  const Numbers weights(all_weights.begin(), all_weights.begin() + loss.values);
  double result = 0;
  for (const Reduction reduction :
       {Reduction::mean, Reduction::sum, Reduction::mean_with_sample_weight, Reduction::none}) {
    for (const Numbers& each : {Numbers(), weights}) {
      for (const Mask& used :
           {all_used, Mask(some_used.begin(), some_used.begin() + loss.values)}) {
        Numbers factors, ignored, moved = loss.predictions;
        reduced(loss, moved, each, used, reduction, factors);
        const Numbers got = loss.backward(moved, factors);
        double most = 0, difference = 0;
        for (size_t i = 0; i < got.size(); ++i) {
          const auto slope = [&](double h) {
            moved[i] = loss.predictions[i] + h;
            const double above = reduced(loss, moved, each, used, reduction, ignored);
            moved[i] = loss.predictions[i] - h;
            const double below = reduced(loss, moved, each, used, reduction, ignored);
            moved[i] = loss.predictions[i];
            return (above - below) / (2 * h);
          };
          const double near = slope(1e-4), want = near + (near - slope(2e-4)) / 3;
          most = std::max(most, std::fabs(want));
          difference = std::max(difference, std::fabs(got[i] - want));
        }
        EXPECT_GT(most, 0);
        result = std::max(result, difference / most);
      }
    }
  }
  return result;
}

BatchLoss rows_of(Loss kind, const LossParameters& parameters, const Numbers& targets,
                  const Numbers& predictions) {
  const auto run = [=](const Numbers& p, Mask* mask, Numbers& values) {
    Numbers gradients(p.size());
    values.resize(rows);
    loss_forward<D>(values.data(), gradients.data(), columns, mask ? mask->data() : nullptr,
                    targets.data(), p.data(), rows, columns, kind, parameters);
    return gradients;
  };
  return {rows, predictions,
          [=](const Numbers& p, Mask& mask) {
            Numbers values;
            run(p, &mask, values);
            return values;
          },
          [=](const Numbers& p, const Numbers& factors) {
            Numbers values, gradients = run(p, nullptr, values);
            scale_rows(gradients.data(), factors.data(), rows, columns);
            return gradients;
          }};
}

TEST(LossGradients, OfNumbers) {
  const Numbers any = between(rows * columns, -2, 2, 1), other = between(rows * columns, -2, 2, 2);
  const Numbers positive = between(rows * columns, 0.1, 2, 3),
                more = between(rows * columns, 0.1, 2, 4);
  Numbers signs;
  for (const double x : any) signs.push_back(x > 0 ? 1 : -1);
  const auto expect = [](Loss kind, double a, const Numbers& targets, const Numbers& predictions) {
    const LossParameters parameters = {a, 0, 0, false, 0, NAN};
    EXPECT_LE(worst(rows_of(kind, parameters, targets, predictions)), 1e-7)
        << "loss " << static_cast<int>(kind);
  };
  for (const Loss kind :
       {Loss::mean_squared_error, Loss::mean_absolute_error, Loss::mean_absolute_percentage_error,
        Loss::log_cosh, Loss::cosine_similarity})
    expect(kind, 0, any, other);
  for (const double delta : {0.5, 1.0}) expect(Loss::huber, delta, any, other);
  for (const Loss kind : {Loss::hinge, Loss::squared_hinge, Loss::categorical_hinge})
    expect(kind, 0, signs, other);
  for (const Loss kind : {Loss::mean_squared_logarithmic_error, Loss::poisson})
    expect(kind, 0, positive, more);
}

TEST(LossGradients, OfProbabilitiesAndLogits) {
  const Numbers probabilities = between(rows * columns, 0.1, 0.9, 5);
  const Numbers logits = between(rows * columns, -3, 3, 6);
  const Numbers labels = {2, 0, 3, 1, 2};
  Numbers one_hot(rows * columns);
  for (size_t i = 0; i < rows; ++i) one_hot[i * columns + static_cast<size_t>(labels[i])] = 1;
  const auto expect = [&](Loss kind, LossParameters parameters, const Numbers& targets,
                          bool has_logits) {
    for (const bool from_logits : {false, true}) {
      if (from_logits && !has_logits) continue;
      parameters.from_logits = from_logits;
      EXPECT_LE(worst(rows_of(kind, parameters, targets, from_logits ? logits : probabilities)),
                1e-7)
          << "loss " << static_cast<int>(kind) << (from_logits ? " from logits" : "");
    }
  };
  const LossParameters plain = {0, 0, 0, false, 0, NAN};
  expect(Loss::kl_divergence, plain, between(rows * columns, 0.1, 0.9, 7), false);
  expect(Loss::dice, plain, one_hot, false);
  expect(Loss::tversky, {0.3, 0.6, 0, false, 0, NAN}, one_hot, false);
  for (const double smoothing : {0.0, 0.2}) {
    expect(Loss::binary_crossentropy, {0, 0, 0, false, smoothing, NAN}, one_hot, true);
    for (const double balances : {0.0, 1.0})
      expect(Loss::binary_focal_crossentropy, {0.3, 1.7, balances, false, smoothing, NAN}, one_hot,
             true);
    expect(Loss::categorical_crossentropy, {0, 0, 0, false, smoothing, NAN}, one_hot, true);
    expect(Loss::categorical_focal_crossentropy, {0.4, 2.5, 0, false, smoothing, NAN}, one_hot,
           true);
  }
  expect(Loss::sparse_categorical_crossentropy, plain, labels, true);
  expect(Loss::sparse_categorical_crossentropy, {0, 0, 0, false, 0, 2}, labels, true);
  expect(Loss::categorical_generalized_cross_entropy, {0.7, 0, 0, false, 0, NAN}, labels, false);
}

TEST(LossGradients, OfAllPairsOfABatch) {
  const Numbers labels = {0, 1, 0, 1, 1};
  Numbers embeddings = between(rows * columns, -1, 1, 8);
  for (const bool removes : {false, true}) {
    const auto forward = [=](const Numbers& p, Mask* mask, Numbers& workspace) {
      Numbers values(rows);
      workspace.resize(rows * rows);
      circle_forward(values.data(), mask ? mask->data() : nullptr, workspace.data(), labels.data(),
                     p.data(), rows, columns, 2.0, 0.4, removes);
      return values;
    };
    const BatchLoss circle = {rows, embeddings,
                              [=](const Numbers& p, Mask& mask) {
                                Numbers workspace;
                                return forward(p, &mask, workspace);
                              },
                              [=](const Numbers& p, const Numbers& factors) {
                                Numbers workspace, gradients(p.size());
                                forward(p, nullptr, workspace);
                                circle_backward(gradients.data(), workspace.data(), factors.data(),
                                                p.data(), rows, columns);
                                return gradients;
                              }};
    EXPECT_LE(worst(circle), 1e-7);
  }
}

TEST(LossGradients, OfSequences) {
  constexpr int length = 2, steps = 6, classes = 4;
  const Numbers labels = {1, 2, 3, 3, 2, 0, 1, 1, 3, 1};
  const auto run = [=](const Numbers& p, Numbers& values) {
    Numbers gradients(p.size()), workspace((steps + 2) * (2 * length + 1));
    values.resize(rows);
    ctc_forward<D>(values.data(), gradients.data(), workspace.data(), labels.data(), p.data(), rows,
                   length, steps, classes);
    return gradients;
  };
  const BatchLoss ctc = {rows, between(rows * steps * classes, -2, 2, 9),
                         [=](const Numbers& p, Mask&) {
                           Numbers values;
                           run(p, values);
                           return values;
                         },
                         [=](const Numbers& p, const Numbers& factors) {
                           Numbers values, gradients = run(p, values);
                           scale_rows(gradients.data(), factors.data(), rows, steps * classes);
                           return gradients;
                         }};
  EXPECT_LE(worst(ctc), 1e-7);
}

}  // namespace
}  // namespace simple_rnn
