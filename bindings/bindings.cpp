// The whole boundary between the core and JavaScript; bindings/module.d.ts describes it function by
// function. Casts and registrations, no arithmetic.
#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <cmath>
#include <cstdint>

#include "activations.h"
#include "constraints.h"
#include "dense.h"
#include "dropout.h"
#include "embedding.h"
#include "initializers.h"
#include "losses.h"
#include "masking.h"
#include "merge.h"
#include "metrics.h"
#include "optimizers.h"
#include "regularizers.h"
#include "simd.h"
#include "simple_rnn.h"
#include "simple_rnn_train.h"
#include "spectrum.h"

namespace {

using namespace simple_rnn;
using V = simd::Native;
using Address = uintptr_t;

float* floats(Address address) { return reinterpret_cast<float*>(address); }
uint8_t* bytes(Address address) { return reinterpret_cast<uint8_t*>(address); }
double* doubles(Address address) { return reinterpret_cast<double*>(address); }
const Axis* axes_at(Address address) { return reinterpret_cast<const Axis*>(address); }
void* anything(Address address) { return reinterpret_cast<void*>(address); }
Activation activation_of(int code) { return static_cast<Activation>(code); }
uint64_t seed_of(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

void inspect(Address states, Address input_contribution, Address recurrent_contribution,
             Address workspace, Address inputs, Address initial_state, Address mask, Address packed,
             int batch, int steps, int features, int units, int activation, unsigned options) {
  simple_rnn_inspect<V>(floats(states), floats(input_contribution), floats(recurrent_contribution),
                        anything(workspace), floats(inputs), floats(initial_state), bytes(mask),
                        floats(packed), batch, steps, features, units, activation_of(activation),
                        options);
}

void pack(Address packed, Address kernel, Address recurrent_kernel, Address bias, int features,
          int units) {
  simple_rnn_pack<V>(floats(packed), floats(kernel), floats(recurrent_kernel), floats(bias),
                     features, units);
}

void pack_dense(Address packed, Address kernel, Address bias, int features, int units) {
  dense_pack<V>(floats(packed), floats(kernel), floats(bias), features, units);
}

void uniform(Address outputs, int count, double low, double high, uint32_t seed_low,
             uint32_t seed_high) {
  random_uniform(floats(outputs), count, low, high, seed_of(seed_low, seed_high));
}

void normal(Address outputs, int count, double mean, double stddev, uint32_t seed_low,
            uint32_t seed_high) {
  random_normal(floats(outputs), count, mean, stddev, seed_of(seed_low, seed_high));
}

void truncated(Address outputs, int count, double mean, double stddev, uint32_t seed_low,
               uint32_t seed_high) {
  truncated_normal(floats(outputs), count, mean, stddev, seed_of(seed_low, seed_high));
}

void orthogonal_matrix(Address outputs, Address workspace, int rows, int columns, double gain,
                       uint32_t seed_low, uint32_t seed_high) {
  orthogonal(floats(outputs), anything(workspace), rows, columns, gain,
             seed_of(seed_low, seed_high));
}

void mask_for_dropout(Address outputs, int count, double rate, uint32_t seed_low,
                      uint32_t seed_high) {
  dropout_mask(floats(outputs), count, rate, seed_of(seed_low, seed_high));
}

double penalty_of(Address inputs, int count, double l1, double l2) {
  return penalty(floats(inputs), count, l1, l2);
}

double orthogonal_penalty_of(Address workspace, Address inputs, int rows, int columns,
                             double factor, bool of_columns) {
  return orthogonal_penalty(floats(workspace), floats(inputs), rows, columns, factor, of_columns);
}

void constrain(Address weights, Address norms, int norm_count, Address axes, int axis_count,
               double min_value, double max_value, double rate) {
  constrain_norms(floats(weights), doubles(norms), norm_count, axes_at(axes), axis_count, min_value,
                  max_value, rate);
}

bool eigenvalues_of(Address outputs, Address workspace, Address matrix, int units) {
  return eigenvalues(doubles(outputs), anything(workspace), floats(matrix), units);
}

// JavaScript's numbers hold 64-bit sizes as doubles.
double eigenvalues_bytes(int units) {
  return static_cast<double>(eigenvalues_workspace_bytes(units));
}

double packed_bytes(int features, int units) {
  return static_cast<double>(simple_rnn_packed_bytes<V>(features, units));
}

double workspace_bytes(int batch, int steps, int features, int units, unsigned options) {
  return static_cast<double>(simple_rnn_workspace_bytes<V>(batch, steps, features, units, options));
}

double inspect_workspace_bytes(int batch, int steps, int units) {
  return static_cast<double>(simple_rnn_inspect_workspace_bytes<V>(batch, steps, units));
}

double dense_bytes(int features, int units) {
  return static_cast<double>(dense_packed_bytes<V>(features, units));
}

double orthogonal_bytes(int rows, int columns) {
  return static_cast<double>(orthogonal_workspace_bytes(rows, columns));
}

double backward_packed_bytes(int features, int units) {
  return static_cast<double>(simple_rnn_backward_packed_bytes<V>(features, units));
}

void backward_pack(Address packed, Address kernel, Address recurrent_kernel, int features,
                   int units) {
  simple_rnn_backward_pack<V>(floats(packed), floats(kernel), floats(recurrent_kernel), features,
                              units);
}

double backward_workspace_bytes(int batch, int steps, int features, int units) {
  return static_cast<double>(simple_rnn_backward_workspace_bytes<V>(batch, steps, features, units));
}

double dense_backward_bytes(int features, int units) {
  return static_cast<double>(dense_backward_packed_bytes<V>(features, units));
}

void dense_backward_pack_of(Address packed, Address kernel, int features, int units) {
  dense_backward_pack<V>(floats(packed), floats(kernel), features, units);
}

double dense_backward_workspace(int features, int units) {
  return static_cast<double>(dense_backward_workspace_bytes<V>(features, units));
}

bool activation_saves_inputs(int activation, float a, float b, float c) {
  return saved_for_backward(activation_of(activation), {a, b, c}) == Saved::inputs;
}

void penalty_gradient(Address gradients, Address inputs, int count, double l1, double l2) {
  add_penalty_gradient(floats(gradients), floats(inputs), count, l1, l2);
}

void orthogonal_gradient(Address gradients, Address workspace, Address inputs, int rows,
                         int columns, double factor, bool of_columns) {
  add_orthogonal_gradient(floats(gradients), floats(workspace), floats(inputs), rows, columns,
                          factor, of_columns);
}

}  // namespace

// Embind's library would write the numbers of unknown types into messages by it, and brings along
// the C library's printf, 2.5 kB of the module.
extern "C" int siprintf(char* to, const char*, ...) {
  *to = 0;
  return 0;
}

EMSCRIPTEN_BINDINGS(simple_rnn) {
  using emscripten::function;
  function("simpleRnnPackedBytes", &packed_bytes);
  function("simpleRnnPack", &pack);
  function("simpleRnnWorkspaceBytes", &workspace_bytes);
  function("simpleRnnInspectWorkspaceBytes", &inspect_workspace_bytes);
  function("simpleRnnInspect", &inspect);
  function("densePackedBytes", &dense_bytes);
  function("densePack", &pack_dense);
  function("randomUniform", &uniform);
  function("randomNormal", &normal);
  function("truncatedNormal", &truncated);
  function("orthogonalWorkspaceBytes", &orthogonal_bytes);
  function("orthogonal", &orthogonal_matrix);
  function("dropoutMask", &mask_for_dropout);
  function("penalty", &penalty_of);
  function("orthogonalPenalty", &orthogonal_penalty_of);
  function("constrainNorms", &constrain);
  function("simpleRnnBackwardPackedBytes", &backward_packed_bytes);
  function("simpleRnnBackwardPack", &backward_pack);
  function("simpleRnnBackwardWorkspaceBytes", &backward_workspace_bytes);
  function("denseBackwardPackedBytes", &dense_backward_bytes);
  function("denseBackwardPack", &dense_backward_pack_of);
  function("denseBackwardWorkspaceBytes", &dense_backward_workspace);
  function("activationSavesInputs", &activation_saves_inputs);
  function("addPenaltyGradient", &penalty_gradient);
  function("addOrthogonalGradient", &orthogonal_gradient);
  function("eigenvaluesWorkspaceBytes", &eigenvalues_bytes);
  function("eigenvalues", &eigenvalues_of);
#define SIMPLE_RNN_CONSTANT(name, a, b, c) \
  emscripten::constant("activation_" #name, static_cast<int>(Activation::name));
  SIMPLE_RNN_ACTIVATIONS(SIMPLE_RNN_CONSTANT)
#undef SIMPLE_RNN_CONSTANT
#define SIMPLE_RNN_CONSTANT(name) emscripten::constant("loss_" #name, static_cast<int>(Loss::name));
  SIMPLE_RNN_LOSSES(SIMPLE_RNN_CONSTANT)
#undef SIMPLE_RNN_CONSTANT
#define SIMPLE_RNN_CONSTANT(name) \
  emscripten::constant("optimizer_" #name, static_cast<int>(Optimizer::name));
  SIMPLE_RNN_OPTIMIZERS(SIMPLE_RNN_CONSTANT)
#undef SIMPLE_RNN_CONSTANT
}

// What predictions, batches of training and steps of a stream call, without Embind's cost.
extern "C" {
EMSCRIPTEN_KEEPALIVE void simple_rnn_forward(float* outputs, float* final_state, void* workspace,
                                             const float* inputs, const float* initial_state,
                                             const uint8_t* mask, const float* input_dropout,
                                             const float* recurrent_dropout, const float* packed,
                                             int batch, int steps, int features, int units,
                                             int output_stride, int activation, unsigned options) {
  simple_rnn::simple_rnn_forward<V>(outputs, final_state, workspace, inputs, initial_state, mask,
                                    input_dropout, recurrent_dropout, packed, batch, steps,
                                    features, units, output_stride, activation_of(activation),
                                    options);
}

EMSCRIPTEN_KEEPALIVE void simple_rnn_step(float* state, const float* previous_state,
                                          const float* inputs, const float* packed, int features,
                                          int units, int activation) {
  simple_rnn::simple_rnn_step<V>(state, previous_state, inputs, packed, features, units,
                                 activation_of(activation));
}

EMSCRIPTEN_KEEPALIVE void dense_forward(float* outputs, const float* inputs, const float* packed,
                                        int rows, int features, int units, int activation) {
  simple_rnn::dense_forward<V>(outputs, inputs, packed, rows, features, units,
                               activation_of(activation));
}

EMSCRIPTEN_KEEPALIVE void embedding_forward(float* outputs, uint8_t* mask, const float* ids,
                                            const float* embeddings, int count, int output_dim) {
  simple_rnn::embedding_forward<float>(outputs, mask, ids, embeddings, count, output_dim);
}

EMSCRIPTEN_KEEPALIVE void masking_forward(float* outputs, uint8_t* mask, const float* inputs,
                                          int rows, int features, float mask_value) {
  simple_rnn::masking_forward<float>(outputs, mask, inputs, rows, features, mask_value);
}

EMSCRIPTEN_KEEPALIVE void activation_forward(float* outputs, const float* inputs, int rows,
                                             int columns, int activation, float a, float b,
                                             float c) {
  simple_rnn::activation_forward<V>(outputs, inputs, rows, columns, activation_of(activation),
                                    {a, b, c});
}

EMSCRIPTEN_KEEPALIVE void add_elements(float* outputs, const float* left, const float* right,
                                       int count) {
  simple_rnn::add_elements<V>(outputs, left, right, count);
}

EMSCRIPTEN_KEEPALIVE void multiply_elements(float* outputs, const float* left, const float* right,
                                            int count) {
  simple_rnn::multiply_elements<V>(outputs, left, right, count);
}

EMSCRIPTEN_KEEPALIVE void scale_elements(float* outputs, const float* inputs, float factor,
                                         int count) {
  simple_rnn::scale_elements<V>(outputs, inputs, factor, count);
}

EMSCRIPTEN_KEEPALIVE void add_broadcast(float* outputs, const float* left, const float* right,
                                        const Axis* axes, int axis_count) {
  simple_rnn::add_broadcast<V>(outputs, left, right, axes, axis_count);
}

EMSCRIPTEN_KEEPALIVE void multiply_broadcast(float* outputs, const float* left, const float* right,
                                             const Axis* axes, int axis_count) {
  simple_rnn::multiply_broadcast<V>(outputs, left, right, axes, axis_count);
}

EMSCRIPTEN_KEEPALIVE void copy_rows(uint8_t* outputs, const uint8_t* inputs, int blocks, int rows,
                                    int width, int output_block_stride, int output_stride,
                                    int input_block_stride, int input_stride) {
  simple_rnn::copy_rows(outputs, inputs, blocks, rows, width, output_block_stride, output_stride,
                        input_block_stride, input_stride);
}

EMSCRIPTEN_KEEPALIVE void or_masks(uint8_t* outputs, const uint8_t* left, const uint8_t* right,
                                   int count) {
  simple_rnn::or_masks(outputs, left, right, count);
}

EMSCRIPTEN_KEEPALIVE void simple_rnn_train_forward(
    float* outputs, float* final_state, float* states, void* workspace, const float* inputs,
    const float* initial_state, const uint8_t* mask, const float* input_dropout,
    const float* recurrent_dropout, const float* packed, int batch, int steps, int features,
    int units, int output_stride, int activation, unsigned options) {
  simple_rnn::simple_rnn_train_forward<V>(outputs, final_state, states, workspace, inputs,
                                          initial_state, mask, input_dropout, recurrent_dropout,
                                          packed, batch, steps, features, units, output_stride,
                                          activation_of(activation), options);
}

EMSCRIPTEN_KEEPALIVE void simple_rnn_backward(
    float* d_inputs, float* d_initial_state, float* d_kernel, float* d_recurrent_kernel,
    float* d_bias, float* d_states, void* workspace, const float* d_outputs,
    const float* d_final_state, const float* inputs, const float* states,
    const float* initial_state, const uint8_t* mask, const float* input_dropout,
    const float* recurrent_dropout, const float* packed, const float* backward_packed, int batch,
    int steps, int features, int units, int output_stride, int truncate, int activation,
    unsigned options) {
  simple_rnn::simple_rnn_backward<V>(d_inputs, d_initial_state, d_kernel, d_recurrent_kernel,
                                     d_bias, d_states, workspace, d_outputs, d_final_state, inputs,
                                     states, initial_state, mask, input_dropout, recurrent_dropout,
                                     packed, backward_packed, batch, steps, features, units,
                                     output_stride, truncate, activation_of(activation), options);
}

EMSCRIPTEN_KEEPALIVE void dense_backward(float* d_inputs, float* d_kernel, float* d_bias,
                                         void* workspace, const float* d_outputs,
                                         const float* inputs, const float* outputs,
                                         const float* packed, const float* backward_packed,
                                         int rows, int features, int units, int activation,
                                         bool add) {
  simple_rnn::dense_backward<V>(d_inputs, d_kernel, d_bias, workspace, d_outputs, inputs, outputs,
                                packed, backward_packed, rows, features, units,
                                activation_of(activation), add);
}

EMSCRIPTEN_KEEPALIVE void embedding_backward(float* d_embeddings, const float* d_outputs,
                                             const float* ids, int count, int output_dim) {
  simple_rnn::embedding_backward<float>(d_embeddings, d_outputs, ids, count, output_dim);
}

EMSCRIPTEN_KEEPALIVE void masking_backward(float* d_inputs, const uint8_t* mask,
                                           const float* d_outputs, int rows, int features) {
  simple_rnn::masking_backward<float>(d_inputs, mask, d_outputs, rows, features);
}

EMSCRIPTEN_KEEPALIVE void activation_backward(float* d_inputs, const float* d_outputs,
                                              const float* saved, int rows, int columns,
                                              int activation, float a, float b, float c) {
  simple_rnn::activation_backward<V>(d_inputs, d_outputs, saved, rows, columns,
                                     activation_of(activation), {a, b, c});
}

EMSCRIPTEN_KEEPALIVE void add_broadcast_gradient(float* d_operand, const float* d_outputs,
                                                 const Axis* axes, int axis_count) {
  simple_rnn::add_broadcast_gradient<V>(d_operand, d_outputs, axes, axis_count);
}

EMSCRIPTEN_KEEPALIVE void loss_forward(float* values, float* gradients, int gradient_stride,
                                       uint8_t* mask, const float* targets,
                                       const float* predictions, int rows, int columns, int loss,
                                       double a, double b, double c, bool from_logits,
                                       double label_smoothing, double ignore_class) {
  simple_rnn::loss_forward<V>(values, gradients, gradient_stride, mask, targets, predictions, rows,
                              columns, static_cast<Loss>(loss),
                              {a, b, c, from_logits, label_smoothing, ignore_class});
}

EMSCRIPTEN_KEEPALIVE void ctc_forward(float* values, float* gradients, float* workspace,
                                      const float* labels, const float* logits, int rows,
                                      int length, int steps, int classes) {
  simple_rnn::ctc_forward<V>(values, gradients, workspace, labels, logits, rows, length, steps,
                             classes);
}

EMSCRIPTEN_KEEPALIVE void circle_forward(float* values, uint8_t* mask, float* workspace,
                                         const float* labels, const float* embeddings, int rows,
                                         int columns, double gamma, double margin,
                                         bool remove_diagonal) {
  simple_rnn::circle_forward(values, mask, workspace, labels, embeddings, rows, columns, gamma,
                             margin, remove_diagonal);
}

EMSCRIPTEN_KEEPALIVE void circle_backward(float* gradients, const float* workspace,
                                          const float* factors, const float* embeddings, int rows,
                                          int columns) {
  simple_rnn::circle_backward(gradients, workspace, factors, embeddings, rows, columns);
}

EMSCRIPTEN_KEEPALIVE double reduce_loss(float* values, float* factors, const float* weights,
                                        const uint8_t* mask, int rows, int reduction) {
  return simple_rnn::reduce_loss(values, factors, weights, mask, rows,
                                 static_cast<Reduction>(reduction));
}

EMSCRIPTEN_KEEPALIVE void scale_rows(float* rows, const float* factors, int count, int columns) {
  simple_rnn::scale_rows(rows, factors, count, columns);
}

EMSCRIPTEN_KEEPALIVE void accuracy_values(float* values, const float* targets,
                                          const float* predictions, int rows, int columns, int kind,
                                          double parameter) {
  simple_rnn::accuracy_values(values, targets, predictions, rows, columns,
                              static_cast<Accuracy>(kind), parameter);
}

EMSCRIPTEN_KEEPALIVE void add_weighted(double* sums, const float* values, const float* weights,
                                       int rows) {
  simple_rnn::add_weighted(sums, values, weights, rows);
}

EMSCRIPTEN_KEEPALIVE void add_confusion(double* counts, const float* targets,
                                        const float* predictions, const float* weights,
                                        const float* label_weights, int rows, int columns,
                                        const float* thresholds, int threshold_count, bool is_even,
                                        bool below_zero, int top_k, int class_id, bool by_label) {
  simple_rnn::add_confusion(
      counts, targets, predictions, weights, label_weights, rows, columns,
      {thresholds, threshold_count, is_even, below_zero, top_k, class_id, by_label});
}

EMSCRIPTEN_KEEPALIVE void add_score_counts(double* counts, const float* targets,
                                           const float* predictions, const float* weights, int rows,
                                           int columns, double threshold) {
  simple_rnn::add_score_counts(counts, targets, predictions, weights, rows, columns, threshold);
}

EMSCRIPTEN_KEEPALIVE void add_squares(double* sums, const float* targets, const float* predictions,
                                      const float* weights, int rows, int columns) {
  simple_rnn::add_squares(sums, targets, predictions, weights, rows, columns);
}

EMSCRIPTEN_KEEPALIVE void correlation_values(float* values, const float* targets,
                                             const float* predictions, int rows, int columns,
                                             bool is_concordance) {
  simple_rnn::correlation_values(values, targets, predictions, rows, columns, is_concordance);
}

EMSCRIPTEN_KEEPALIVE void optimizer_step(float* weights, const float* gradients, float* slot0,
                                         float* slot1, float* slot2, float* workspace,
                                         const Segment* segments, int segment_count, int optimizer,
                                         double learning_rate, double decay, unsigned step,
                                         double a, double b, double c, double d, double e, double f,
                                         double g) {
  float* const slots[] = {slot0, slot1, slot2};
  simple_rnn::optimizer_step<V>(weights, gradients, slots, workspace, segments, segment_count,
                                static_cast<Optimizer>(optimizer),
                                {learning_rate, decay, step, a, b, c, d, e, f, g});
}

EMSCRIPTEN_KEEPALIVE int muon_workspace_size(int rows, int columns) {
  return simple_rnn::muon_workspace_size<V>(rows, columns);
}

EMSCRIPTEN_KEEPALIVE void blend(float* to, const float* from, int count, double a, double b,
                                double limit) {
  simple_rnn::blend<V>(to, from, count, a, b, limit);
}

EMSCRIPTEN_KEEPALIVE double sum_of_squares(const float* numbers, int count) {
  return simple_rnn::sum_of_squares(numbers, count);
}
}
