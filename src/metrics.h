// What Keras' metrics count: values of every row, and sums over a batch in float64, to which the
// next batch is added. Formulas: keras/src/metrics, Keras 3.15. The metrics that are means of a
// loss take loss_forward's values.
#pragma once

namespace simple_rnn {

enum class Accuracy : int {
  exact,         // accuracy: the share of equal elements
  binary,        // of elements that are 1 in targets where the prediction is above the threshold
  categorical,   // the largest target is the largest prediction; the first of equal ones
  sparse,        // targets [rows] are class numbers
  top_k,         // fewer than k predictions are larger than that of the largest target
  sparse_top_k,  // the same for class numbers; false if a prediction looked at is not finite
};

/// values [rows]: 0 or 1, exact and binary their mean along the row. targets, predictions
/// [rows, columns]. parameter: the threshold of binary, the k of top_k.
void accuracy_values(float* values, const float* targets, const float* predictions, int rows,
                     int columns, Accuracy kind, double parameter);

/// sums[0] += Σ weight · value, sums[1] += Σ weight; weights [rows], null for ones.
void add_weighted(double* sums, const float* values, const float* weights, int rows);

/// What the confusion matrix counts.
struct ConfusionOptions {
  const float* thresholds;  // [threshold_count], ascending
  int threshold_count;
  /// The thresholds are 0, 1 / (n - 1), … 1: predictions are clipped to that, and found by
  /// multiplication as Keras does. With `below_zero` (AUC) the first is less than any prediction.
  bool is_even, below_zero;
  int top_k;      // predictions that are not among the k largest of a row count as -1e10; 0: all do
  int class_id;   // the only column that counts, -1: all do
  bool by_label;  // a table for every column (multi_label)
};

/// counts [labels, 2, threshold_count + 1]: weights of the elements with target 0 and with another
/// one, by the number of thresholds below the prediction. So the true positives of threshold i are
/// the sum of counts[label, 1, i + 1 …], the false negatives the rest of counts[label, 1].
/// weights [rows], label_weights [columns], null for ones.
void add_confusion(double* counts, const float* targets, const float* predictions,
                   const float* weights, const float* label_weights, int rows, int columns,
                   const ConfusionOptions& options);

/// counts [columns, 3] of F-scores: true positives, false positives, false negatives. threshold
/// NaN: the predictions that are the largest of their row (and beyond 1e-9) are positive.
void add_score_counts(double* counts, const float* targets, const float* predictions,
                      const float* weights, int rows, int columns, double threshold);

/// sums [columns, 4] of R²: Σ w y, Σ w y², Σ w (y - p)², Σ w.
void add_squares(double* sums, const float* targets, const float* predictions, const float* weights,
                 int rows, int columns);

/// values [rows] of the rows' correlation: Pearson's, or Lin's concordance.
void correlation_values(float* values, const float* targets, const float* predictions, int rows,
                        int columns, bool is_concordance);

}  // namespace simple_rnn
