// Keras' losses: the value of every row and the gradient with respect to the predictions, in one
// pass. Formulas: keras/src/losses/losses.py, Keras 3.15.
#pragma once

#include <cstdint>

#include "simd.h"

// name; parameters a, b and c where it has some. Targets are as wide as the predictions, or one
// class number per row (sparse_categorical_crossentropy, categorical_generalized_cross_entropy).
#define SIMPLE_RNN_LOSSES(X)                                          \
  X(mean_squared_error)                                               \
  X(mean_absolute_error)                                              \
  X(mean_absolute_percentage_error)                                   \
  X(mean_squared_logarithmic_error)                                   \
  X(huber) /* a: delta */                                             \
  X(log_cosh)                                                         \
  X(hinge)                                                            \
  X(squared_hinge)                                                    \
  X(poisson)                                                          \
  X(kl_divergence)                                                    \
  X(binary_crossentropy)                                              \
  X(binary_focal_crossentropy) /* a: alpha, b: gamma, c: balancing */ \
  X(cosine_similarity)                                                \
  X(categorical_hinge)                                                \
  X(dice)                                                             \
  X(tversky) /* a: alpha, b: beta */                                  \
  X(categorical_crossentropy)                                         \
  X(categorical_focal_crossentropy) /* a: alpha, b: gamma */          \
  X(sparse_categorical_crossentropy)                                  \
  X(categorical_generalized_cross_entropy) /* a: q */

namespace simple_rnn {

enum class Loss : int {
#define SIMPLE_RNN_ENUM(name) name,
  SIMPLE_RNN_LOSSES(SIMPLE_RNN_ENUM)
#undef SIMPLE_RNN_ENUM
};

/// from_logits: the predictions of a crossentropy are logits, and so is what the gradient is for
/// (the fused form of a softmax or sigmoid). ignore_class: rows of this class number count as 0 and
/// lose their mask; NaN for none.
struct LossParameters {
  double a, b, c;
  bool from_logits;
  double label_smoothing, ignore_class;
};

/// values [rows], gradients [rows, columns]: d values[i] / d predictions[i, j]. targets,
/// predictions [rows, columns]; a row is a sample, or the whole batch for dice and tversky without
/// axis. A class number out of range gives NaN.
///
/// gradient_stride: columns; 0 where the values alone are wanted: gradients is then a scratch row.
/// mask [rows] or null: 0 for rows of the ignored class, else left as it is.
template <class V, class T = typename V::Number>
void loss_forward(T* values, T* gradients, int gradient_stride, uint8_t* mask, const T* targets,
                  const T* predictions, int rows, int columns, Loss loss,
                  const LossParameters& parameters);

/// CTC of logits [rows, steps, classes] and labels [rows, length], below classes, where 0 is the
/// blank and fills up. gradients [rows, steps, classes]; workspace [(steps + 2) · (2 length + 1)].
/// A row whose labels do not fit into the steps has value infinity and gradient 0.
template <class V, class T = typename V::Number>
void ctc_forward(T* values, T* gradients, T* workspace, const T* labels, const T* logits, int rows,
                 int length, int steps, int classes);

/// Circle loss of embeddings [rows, columns] of unit length with class numbers labels [rows].
/// values [rows]; mask [rows]: 0 where the value is 0, else left as it is; workspace [rows, rows]
/// keeps what circle_backward needs.
template <class T>
void circle_forward(T* values, uint8_t* mask, T* workspace, const T* labels, const T* embeddings,
                    int rows, int columns, double gamma, double margin, bool remove_diagonal);

/// gradients [rows, columns] of Σ factors[i] · values[i].
template <class T>
void circle_backward(T* gradients, const T* workspace, const T* factors, const T* embeddings,
                     int rows, int columns);

enum class Reduction : int { mean, sum, mean_with_sample_weight, none };

/// The loss of a batch: weighs the values [rows] in place and gives their sum or mean, the sum for
/// `none`. weights, mask [rows] or null; a row with mask or weight 0 counts as 0 whatever its
/// value. factors [rows]: the derivative of the result by the values as they came.
template <class T>
double reduce_loss(T* values, T* factors, const T* weights, const uint8_t* mask, int rows,
                   Reduction reduction);

/// rows[i, j] *= factors[i], rows [count, columns]; a factor 0 gives 0.
template <class T>
void scale_rows(T* rows, const T* factors, int count, int columns);

}  // namespace simple_rnn
