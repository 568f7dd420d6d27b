// Penalties on weights and outputs, summed in float64.
#pragma once

namespace simple_rnn {

/// l1 · Σ|x| + l2 · Σx²
template <class T>
double penalty(const T* inputs, int count, double l1, double l2);

/// factor / 2 · Σ |u_i · u_j| over i ≠ j, divided by the number of pairs, where u are the rows (or
/// columns) of inputs [rows, columns] at unit length (Keras' OrthogonalRegularizer); 0 for a single
/// one. workspace [rows · columns].
template <class T>
double orthogonal_penalty(T* workspace, const T* inputs, int rows, int columns, double factor,
                          bool of_columns);

/// gradients += l1 · sign(x) + 2 · l2 · x; sign(0) = 0.
template <class T>
void add_penalty_gradient(T* gradients, const T* inputs, int count, double l1, double l2);

/// gradients [rows, columns] += those of orthogonal_penalty. workspace: rows · columns numbers, and
/// one more for each row (or column) and each entry of it.
template <class T>
void add_orthogonal_gradient(T* gradients, T* workspace, const T* inputs, int rows, int columns,
                             double factor, bool of_columns);

}  // namespace simple_rnn
