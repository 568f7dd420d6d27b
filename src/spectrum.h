// The eigenvalues of a recurrent kernel.
#pragma once

#include <cstdint>

namespace simple_rnn {

uint64_t eigenvalues_workspace_bytes(int units);

/// outputs [U, 2]: real and imaginary parts of the eigenvalues of matrix [U, U], finite; conjugate
/// ones are neighbours, the positive imaginary part first. False if the iteration does not
/// converge; the outputs are then worth nothing.
bool eigenvalues(double* outputs, void* workspace, const float* matrix, int units);

}  // namespace simple_rnn
