// Keras' optimizers: one step over a flat block of variables. Formulas and their order:
// keras/src/optimizers, Keras 3.15.
#pragma once

#include <cmath>

#include "simd.h"

// name; slots in Keras' order (those in brackets are null where not wanted); arguments.
// lookups: of a table of embeddings, Σ g² over the gradients of its single lookups where others
// take (Σ g)²; adafactor's, their square roots, stand in place of the workspace.
#define SIMPLE_RNN_OPTIMIZERS(X)                                                                \
  X(sgd)       /* [momentum]; a: momentum, b: nesterov */                                       \
  X(rmsprop)   /* velocity, [momentum], [average_gradient: centered]; a: rho, b: momentum,      \
                  c: epsilon */                                                                 \
  X(adam)      /* momentum, velocity, [velocity_hat: amsgrad]; a: beta_1, b: beta_2,            \
                  c: epsilon. AdamW as well */                                                  \
  X(nadam)     /* momentum, velocity; a: beta_1, b: beta_2, c: epsilon, d: product of the u of  \
                  all steps, this one's included: u = beta_1 (1 - 0.96^step / 2) */             \
  X(adamax)    /* momentum, norm; a: beta_1, b: beta_2, c: epsilon */                           \
  X(adagrad)   /* accumulator; a: epsilon */                                                    \
  X(adadelta)  /* accumulated_grad, accumulated_delta_var, [lookups]; a: rho, b: epsilon */     \
  X(ftrl)      /* accumulator, linear, [lookups]; a: learning_rate_power, b: l1, c: l2,         \
                  d: l2_shrinkage, e: beta */                                                   \
  X(lion)      /* momentum; a: beta_1, b: beta_2 */                                             \
  X(lamb)      /* momentum, velocity; a: beta_1, b: beta_2, c: epsilon */                       \
  X(adafactor) /* r, c, velocity; a: beta_2_decay, b: epsilon_1, c: epsilon_2,                  \
                  d: clip_threshold. relative_step changes nothing in Keras */                  \
  X(muon)      /* momentum; a: momentum, b: nesterov, c: rms_rate (0: None), d: ns_steps, e, f, \
                  g: muon_a, muon_b, muon_c. Variables of rank 2; the others go to adam */

namespace simple_rnn {

enum class Optimizer : int {
#define SIMPLE_RNN_ENUM(name) name,
  SIMPLE_RNN_OPTIMIZERS(SIMPLE_RNN_ENUM)
#undef SIMPLE_RNN_ENUM
};

/// learning_rate as it is at this step. decay: weight_decay · learning_rate, 0 for none. step:
/// iterations + 1.
struct OptimizerParameters {
  double learning_rate, decay;
  unsigned step;
  double a, b, c, d, e, f, g;
};

/// A part of the block. lamb, adafactor and muon: one variable. The others go number by number, and
/// variables that lie side by side and are treated alike may be one segment.
struct Segment {
  int offset, count;
  int rows, columns;  // of a variable of rank 2 (its last two axes); columns 0 for rank 0 and 1
  int decays;         // whether weight decay counts here
};

/// weights, gradients and each of the three slots: blocks of the same layout. In the slots r [rows]
/// and c [columns] of adafactor every variable has its place at the segment's offset, as in the
/// others. workspace: of muon, as large as its largest variable wants it; of adafactor, the lookups
/// or null.
template <class V, class T = typename V::Number>
void optimizer_step(T* weights, const T* gradients, T* const* slots, T* workspace,
                    const Segment* segments, int segment_count, Optimizer optimizer,
                    const OptimizerParameters& parameters);

/// Numbers in muon's workspace for a variable [rows, columns].
template <class V>
int muon_workspace_size(int rows, int columns);

/// One step of lamb, adafactor or muon on one variable, decay included: slots at its place.
template <class V, class T = typename V::Number>
void variable_step(T* weights, const T* gradients, T* const* slots, T* workspace,
                   const Segment& segment, Optimizer optimizer,
                   const OptimizerParameters& parameters);

/// base^exponent
inline double whole_power(double base, unsigned exponent) {
  double power = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) power *= base;
  }
  return power;
}

/// 1 - beta^step as Keras has it: beta and its power are rounded to the variable's type.
template <class T>
T unbias(double beta, unsigned step) {
  return 1 - T(whole_power(double{T(beta)}, step));
}

/// to = to · a + from · b, clipped to [-limit, limit]; NaN stays. For loss scale, norms and
/// clipvalue (from = to, b = 0), gradient accumulation (sums) and moving averages.
template <class V, class T = typename V::Number>
void blend(T* to, const T* from, int count, double a, double b, double limit = INFINITY);

/// In float64.
template <class T>
double sum_of_squares(const T* numbers, int count);

}  // namespace simple_rnn
