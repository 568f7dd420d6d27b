// Penalties on weights and outputs, summed in float64.
#pragma once

namespace simple_rnn {

/// l1 · Σ|x| + l2 · Σx²
double penalty(const float* inputs, int count, double l1, double l2);

/// factor / 2 · Σ |u_i · u_j| over i ≠ j, divided by the number of pairs, where u are the rows (or
/// columns) of inputs [rows, columns] at unit length (Keras' OrthogonalRegularizer); 0 for a single
/// one. workspace [rows · columns].
double orthogonal_penalty(float* workspace, const float* inputs, int rows, int columns,
                          double factor, bool of_columns);

/// gradients += l1 · sign(x) + 2 · l2 · x; sign(0) = 0.
void add_penalty_gradient(float* gradients, const float* inputs, int count, double l1, double l2);

/// gradients [rows, columns] += those of orthogonal_penalty. workspace: rows · columns numbers, and
/// one more for each row (or column) and each entry of it.
void add_orthogonal_gradient(float* gradients, float* workspace, const float* inputs, int rows,
                             int columns, double factor, bool of_columns);

}  // namespace simple_rnn
