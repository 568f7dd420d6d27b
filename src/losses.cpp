#include "losses.h"

#include <algorithm>
#include <cmath>

#include "activations.h"
#include "instantiate.h"
#include "loss_terms.h"

namespace simple_rnn {

namespace {

using namespace loss_terms;

template <class T>
double cosine_similarity(T* gradient, const T* y, const T* p, int columns) {
  double yy = 0, pp = 0, yp = 0;
  for (int j = 0; j < columns; ++j) {
    yy += double{y[j]} * y[j];
    pp += double{p[j]} * p[j];
    yp += double{y[j]} * p[j];
  }
  const double y_scale = std::min(1 / std::sqrt(yy), 1 / epsilon);
  const double p_scale = std::min(1 / std::sqrt(pp), 1 / epsilon);
  const double along = p_scale < 1 / epsilon ? yp * p_scale * p_scale : 0;
  for (int j = 0; j < columns; ++j) gradient[j] = T(-y_scale * p_scale * (y[j] - p[j] * along));
  return -yp * y_scale * p_scale;
}

/// max(neg - pos + 1, 0), neg the largest (1 - y) p, pos = Σ y p; several largest ones share.
template <class T>
T categorical_hinge(T* gradient, const T* y, const T* p, int columns) {
  T positive = 0, negative = -INFINITY;
  for (int j = 0; j < columns; ++j) {
    positive += y[j] * p[j];
    negative = std::max(negative, (1 - y[j]) * p[j]);
  }
  int ties = 0;
  for (int j = 0; j < columns; ++j) ties += (1 - y[j]) * p[j] == negative;
  const T gap = negative - positive + 1;
  for (int j = 0; j < columns; ++j) {
    const T slope = (1 - y[j]) * p[j] == negative ? (1 - y[j]) / T(ties) : 0;
    gradient[j] = gap < 0 ? 0 : slope - y[j];
  }
  return std::max(gap, T(0));
}

/// 1 - I / (I + alpha Σ (1 - p) y + beta Σ p (1 - y)), I = Σ y p. Dice is alpha = beta = 1/2 with
/// twice the epsilon less.
template <class T>
double tversky(T* gradient, const T* y, const T* p, int columns, double alpha, double beta,
               double tiny) {
  double both = 0, missed = 0, wrong = 0;
  for (int j = 0; j < columns; ++j) {
    both += double{y[j]} * p[j];
    missed += (1 - double{p[j]}) * y[j];
    wrong += (1 - double{y[j]}) * p[j];
  }
  const double all = both + alpha * missed + beta * wrong + tiny;
  for (int j = 0; j < columns; ++j) {
    const double slope = y[j] * (1 - alpha) + beta * (1 - y[j]);
    gradient[j] = T((both * slope - y[j] * all) / (all * all));
  }
  return 1 - both / all;
}

/// gradient = softmax z; gives the logarithm of Σ exp z, by way of the first one that is not tiny.
template <class V, class T = typename V::Number>
T softmax_and_log_sum(T* gradient, const T* z, int columns) {
  activation_forward<V>(gradient, z, 1, columns, Activation::softmax, {});
  int j = 0;
  while (j < columns - 1 && gradient[j] < T(1e-6)) ++j;
  return z[j] - std::log(gradient[j]);
}

/// From logits. The gradient softmax z - y is TensorFlow's; it takes for granted that targets sum
/// up to 1.
template <class V, class Target, class T = typename V::Number>
T softmax_crossentropy(T* gradient, const T* z, int columns, Target target) {
  const T log_sum = softmax_and_log_sum<V>(gradient, z, columns);
  T value = 0;
  for (int j = 0; j < columns; ++j) {
    const T y = target(j);
    if (y != 0) value += y * (log_sum - z[j]);
    gradient[j] -= y;
  }
  return value;
}

/// -Σ weight(o) y log o with o = p / Σp clipped; weight 1, or alpha (1 - o)^gamma.
template <class V, class Target, class T = typename V::Number>
T categorical(T* gradient, const T* predictions, int columns, Target target, bool is_focal,
              const LossParameters& q) {
  const T* p = predictions;
  if (q.from_logits) {
    activation_forward<V>(gradient, predictions, 1, columns, Activation::softmax, {});
    p = gradient;
  }
  T sum = 0;
  for (int j = 0; j < columns; ++j) sum += p[j];
  const auto term = [&](int j) -> Term<T> {
    const Clipped<T> o(p[j] / sum, epsilon, 1 - epsilon);
    const T log = std::log(o.x);
    const T weight = is_focal ? T(q.a) * power(1 - o.x, q.b) : T(1);
    const T bend = is_focal ? weight * T(q.b) / (1 - o.x) * log : 0;
    return {-target(j) * weight * log, o.inside ? target(j) * (bend - weight / o.x) : 0};
  };
  T value = 0, along = 0;
  for (int j = 0; j < columns; ++j) {
    const Term<T> each = term(j);
    value += each.value;
    along += each.derivative * p[j] / sum;
  }
  for (int j = 0; j < columns; ++j) {
    const T scale = q.from_logits ? p[j] : 1 / sum;
    gradient[j] = (term(j).derivative - along) * scale;
  }
  return value;
}

/// Probabilities clipped, then at sum 1 again, as TensorFlow's kernel has it.
template <class T>
T sparse_of_probabilities(T* gradient, const T* p, int columns, int label) {
  T sum = 0;
  for (int j = 0; j < columns; ++j) sum += Clipped<T>(p[j], epsilon, 1 - epsilon).x;
  const T own = Clipped<T>(p[label], epsilon, 1 - epsilon).x;
  for (int j = 0; j < columns; ++j) {
    const bool inside = Clipped<T>(p[j], epsilon, 1 - epsilon).inside;
    gradient[j] = inside ? 1 / sum - (j == label ? 1 / own : 0) : 0;
  }
  return std::log(sum) - std::log(own);
}

template <class V, class T = typename V::Number>
T row_loss(T* gradient, const T* y, const T* p, int columns, Loss loss, const LossParameters& q) {
  const auto smoothed = [&](int j) {
    return y[j] * T(1 - q.label_smoothing) + T(q.label_smoothing / columns);
  };
  switch (loss) {
    case Loss::cosine_similarity:
      return T(cosine_similarity(gradient, y, p, columns));
    case Loss::categorical_hinge:
      return categorical_hinge(gradient, y, p, columns);
    case Loss::dice:
      return T(tversky(gradient, y, p, columns, 0.5, 0.5, epsilon / 2));
    case Loss::tversky:
      return T(tversky(gradient, y, p, columns, q.a, q.b, epsilon));
    default:
      if (loss == Loss::categorical_crossentropy && q.from_logits)
        return softmax_crossentropy<V>(gradient, p, columns, smoothed);
      return categorical<V>(gradient, p, columns, smoothed,
                            loss == Loss::categorical_focal_crossentropy, q);
  }
}

/// The losses whose target is a class number.
template <class V, class T = typename V::Number>
T label_loss(T* gradient, T label_number, const T* p, int columns, Loss loss,
             const LossParameters& q) {
  if (!(label_number >= 0 && label_number < T(columns))) {
    std::fill_n(gradient, columns, T(NAN));
    return T(NAN);
  }
  const int label = static_cast<int>(label_number);
  if (loss == Loss::categorical_generalized_cross_entropy) {
    std::fill_n(gradient, columns, T(0));
    gradient[label] = -power(p[label], q.a - 1);
    return (1 - power(p[label], q.a)) / T(q.a);
  }
  if (!q.from_logits) return sparse_of_probabilities(gradient, p, columns, label);
  const T value = softmax_and_log_sum<V>(gradient, p, columns) - p[label];
  gradient[label] -= 1;
  return value;
}

template <class T>
bool is_binary(const T* targets, int count) {
  return std::all_of(targets, targets + count, [](T y) { return y == 0 || y == 1; });
}

template <class T>
T elementwise(T* gradient, const T* targets, const T* p, int columns, Loss loss,
              const LossParameters& q, bool to_signs) {
  const bool smooths = loss == Loss::binary_crossentropy || loss == Loss::binary_focal_crossentropy;
  const T keep = T(smooths ? 1 - q.label_smoothing : to_signs ? 2 : 1);
  const T shift = T(smooths ? q.label_smoothing / 2 : to_signs ? -1 : 0);
  const T scale = loss == Loss::kl_divergence ? T(1) : 1 / T(columns);
  double sum = 0;
  for (int j = 0; j < columns; ++j) {
    const Term<T> each = term(targets[j] * keep + shift, p[j], loss, q);
    sum += each.value;
    gradient[j] = each.derivative * scale;
  }
  return T(sum * scale);
}

}  // namespace

template <class V, class T>
void loss_forward(T* values, T* gradients, int gradient_stride, uint8_t* mask, const T* targets,
                  const T* predictions, int rows, int columns, Loss loss, const LossParameters& q) {
  const bool by_label = loss >= Loss::sparse_categorical_crossentropy;
  // labels 0 and 1 stand for -1 and 1, if there are no others in the batch
  const bool to_signs =
      (loss == Loss::hinge || loss == Loss::squared_hinge) && is_binary(targets, rows * columns);
  for (int i = 0; i < rows; ++i) {
    T* const gradient = gradients + i * gradient_stride;
    const T* const p = predictions + i * columns;
    const T* const y = targets + (by_label ? i : i * columns);
    if (loss == Loss::sparse_categorical_crossentropy && double{*y} == q.ignore_class) {
      std::fill_n(gradient, columns, T(0));
      values[i] = 0;
      if (mask != nullptr) mask[i] = 0;
    } else if (by_label) {
      values[i] = label_loss<V>(gradient, *y, p, columns, loss, q);
    } else if (loss >= Loss::cosine_similarity) {
      values[i] = row_loss<V>(gradient, y, p, columns, loss, q);
    } else {
      values[i] = elementwise(gradient, y, p, columns, loss, q, to_signs);
    }
  }
}

template <class T>
double reduce_loss(T* values, T* factors, const T* weights, const uint8_t* mask, int rows,
                   Reduction reduction) {
  double sum = 0, weight_sum = 0;
  int valid = 0;
  for (int i = 0; i < rows; ++i) {
    const bool counts = mask == nullptr || mask[i] != 0;
    factors[i] = !counts ? 0 : weights == nullptr ? 1 : weights[i];
    values[i] = factors[i] == 0 ? 0 : values[i] * factors[i];
    valid += counts;
    sum += values[i];
    weight_sum += factors[i];
  }
  double divisor = 1;
  if (reduction == Reduction::mean) divisor = valid;
  if (reduction == Reduction::mean_with_sample_weight) divisor = weight_sum;
  const double scale = divisor == 0 ? 0 : 1 / divisor;
  for (int i = 0; i < rows; ++i) factors[i] *= T(scale);
  return sum * scale;
}

template <class T>
void scale_rows(T* rows, const T* factors, int count, int columns) {
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < columns; ++j, ++rows) *rows = factors[i] == 0 ? 0 : *rows * factors[i];
  }
}

#define INSTANTIATE(V)                                                                   \
  template void loss_forward<V>(V::Number*, V::Number*, int, uint8_t*, const V::Number*, \
                                const V::Number*, int, int, Loss, const LossParameters&);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE
template double reduce_loss(float*, float*, const float*, const uint8_t*, int, Reduction);
template double reduce_loss(double*, double*, const double*, const uint8_t*, int, Reduction);
template void scale_rows(float*, const float*, int, int);
template void scale_rows(double*, const double*, int, int);

}  // namespace simple_rnn
