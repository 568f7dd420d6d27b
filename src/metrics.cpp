#include "metrics.h"

#include <algorithm>
#include <cmath>

namespace simple_rnn {

namespace {

int largest(const float* row, int columns) {
  return static_cast<int>(std::max_element(row, row + columns) - row);
}

/// TensorFlow's in_top_k: ties with the k-th largest are in, whatever is not finite is out.
bool is_in_top(const float* p, int columns, int label, double k) {
  if (label < 0 || label >= columns || !std::isfinite(p[label])) return false;
  int above = 0;
  for (int j = 0; j < columns; ++j) {
    if (!std::isfinite(p[j])) return false;
    above += p[j] > p[label];
  }
  return above < k;
}

/// The share of elements that match.
template <class Matches>
float share(int columns, Matches matches) {
  int count = 0;
  for (int j = 0; j < columns; ++j) count += matches(j);
  return static_cast<float>(count) / static_cast<float>(columns);
}

float weight_of(const float* weights, int i) { return weights == nullptr ? 1 : weights[i]; }

/// Whether element j is among the k largest of its row, the first of equal ones counting as larger.
bool is_kept(const float* p, int columns, int j, int k) {
  int above = 0;
  for (int i = 0; i < columns; ++i) above += p[i] > p[j] || (p[i] == p[j] && i < j);
  return above < k;
}

/// The number of thresholds below a prediction.
int thresholds_below(float p, const ConfusionOptions& options) {
  const int n = options.threshold_count;
  if (!options.is_even)
    return static_cast<int>(std::lower_bound(options.thresholds, options.thresholds + n, p) -
                            options.thresholds);
  const float clipped = p > 0 ? std::min(p, 1.0f) : 0;
  const int bucket = static_cast<int>(std::ceil(clipped * static_cast<float>(n - 1)));
  return std::max(bucket, options.below_zero ? 1 : 0);
}

}  // namespace

void accuracy_values(float* values, const float* targets, const float* predictions, int rows,
                     int columns, Accuracy kind, double parameter) {
  const bool by_label = kind == Accuracy::sparse || kind == Accuracy::sparse_top_k;
  const auto threshold = static_cast<float>(parameter);
  for (int i = 0; i < rows; ++i) {
    const float* const y = targets + (by_label ? i : i * columns);
    const float* const p = predictions + i * columns;
    if (kind == Accuracy::exact) {
      values[i] = share(columns, [=](int j) { return y[j] == p[j]; });
    } else if (kind == Accuracy::binary) {
      values[i] = share(columns, [=](int j) { return y[j] == float(p[j] > threshold); });
    } else {
      const float label = by_label ? *y : static_cast<float>(largest(y, columns));
      const bool is_plain = kind == Accuracy::categorical || kind == Accuracy::sparse;
      // in 32 bits, as Keras; a number beyond them is none of the classes
      const bool hit = is_plain ? label == static_cast<float>(largest(p, columns))
                                : label > -1 && label < static_cast<float>(columns) &&
                                      is_in_top(p, columns, static_cast<int>(label), parameter);
      values[i] = hit;
    }
  }
}

void add_weighted(double* sums, const float* values, const float* weights, int rows) {
  for (int i = 0; i < rows; ++i) {
    const double weight = weight_of(weights, i);
    sums[0] += weight * values[i];
    sums[1] += weight;
  }
}

void add_confusion(double* counts, const float* targets, const float* predictions,
                   const float* weights, const float* label_weights, int rows, int columns,
                   const ConfusionOptions& options) {
  const int buckets = options.threshold_count + 1;
  const bool is_single = options.class_id >= 0;
  const int first = is_single ? options.class_id : 0;
  const int end = is_single ? first + 1 : columns;
  for (int i = 0; i < rows; ++i, targets += columns, predictions += columns) {
    for (int j = first; j < end; ++j) {
      const bool is_out = options.top_k > 0 && !is_kept(predictions, columns, j, options.top_k);
      const int below = thresholds_below(is_out ? -1e10f : predictions[j], options);
      const int table = 2 * (options.by_label ? j : 0) + (targets[j] != 0);
      counts[table * buckets + below] += weight_of(weights, i) * weight_of(label_weights, j);
    }
  }
}

void add_score_counts(double* counts, const float* targets, const float* predictions,
                      const float* weights, int rows, int columns, double threshold) {
  const bool by_largest = std::isnan(threshold);
  for (int i = 0; i < rows; ++i, targets += columns, predictions += columns) {
    const double weight = weight_of(weights, i);
    const float most = predictions[largest(predictions, columns)];
    for (int j = 0; j < columns; ++j) {
      const float p = predictions[j], y = targets[j];
      const bool is_positive =
          by_largest ? p >= most && std::fabs(p) > 1e-9f : p > static_cast<float>(threshold);
      counts[3 * j] += is_positive ? weight * y : 0;
      counts[3 * j + 1] += is_positive ? weight * (1 - y) : 0;
      counts[3 * j + 2] += is_positive ? 0 : weight * y;
    }
  }
}

void add_squares(double* sums, const float* targets, const float* predictions, const float* weights,
                 int rows, int columns) {
  for (int i = 0; i < rows; ++i) {
    const double weight = weight_of(weights, i);
    for (int j = 0; j < columns; ++j) {
      const double y = *targets++, error = y - *predictions++;
      double* const sum = sums + 4 * j;
      sum[0] += weight * y;
      sum[1] += weight * y * y;
      sum[2] += weight * error * error;
      sum[3] += weight;
    }
  }
}

void correlation_values(float* values, const float* targets, const float* predictions, int rows,
                        int columns, bool is_concordance) {
  for (int i = 0; i < rows; ++i, targets += columns, predictions += columns) {
    double y_mean = 0, p_mean = 0, yy = 0, pp = 0, yp = 0;
    for (int j = 0; j < columns; ++j) {
      y_mean += double{targets[j]} / columns;
      p_mean += double{predictions[j]} / columns;
    }
    for (int j = 0; j < columns; ++j) {
      const double y = targets[j] - y_mean, p = predictions[j] - p_mean;
      yy += y * y / columns;
      pp += p * p / columns;
      yp += y * p / columns;
    }
    const double apart = y_mean - p_mean;
    values[i] = static_cast<float>(is_concordance ? 2 * yp / (yy + pp + apart * apart + 1e-7)
                                                  : yp / std::sqrt(yy * pp));
  }
}

}  // namespace simple_rnn
