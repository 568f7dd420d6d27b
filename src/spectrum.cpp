#include "spectrum.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace simple_rnn {

namespace {

// Golub and Van Loan, Matrix Computations, 7.4 and 7.5: Householder reflections to Hessenberg form,
// then Francis' double shifts. By hand: Eigen's solver is half as large as the rest of the module.
class Schur {
 public:
  /// Room for (n + 2) · n numbers.
  Schur(double* workspace, const float* matrix, int n)
      : a_(workspace), v_(a_ + n * n), sums_(v_ + n), n_(n) {
    for (int i = 0; i < n * n; ++i) {
      a_[i] = matrix[i];
      scale_ = std::max(scale_, std::fabs(a_[i]));
    }
    if (scale_ == 0) scale_ = 1;
    for (int i = 0; i < n * n; ++i) a_[i] /= scale_;
  }

  bool eigenvalues(double* outputs) {
    hessenberg();
    constexpr int most_iterations = 60;
    for (int high = n_ - 1, iteration = 0; high >= 0;) {
      const int low = block_start(high);
      if (high - low > 1) {
        if (++iteration > most_iterations) return false;
        francis_step(low, high, iteration % 10 == 0);
        continue;
      }
      if (low == high) {
        put(outputs + 2 * high, at(high, high), 0);
      } else {
        pair(outputs + 2 * low, low);
      }
      high = low - 1;
      iteration = 0;
    }
    return true;
  }

 private:
  double& at(int i, int j) { return a_[i * n_ + j]; }

  void put(double* output, double real, double imaginary) const {
    output[0] = scale_ * real;
    output[1] = scale_ * imaginary;
  }

  /// Makes v the vector, and returns the factor, of the reflection I - tau · v · vᵀ that leaves of
  /// v the first entry alone.
  double reflection(int length) {
    double largest = 0;
    for (int i = 0; i < length; ++i) largest = std::max(largest, std::fabs(v_[i]));
    if (largest == 0) return 0;
    double squares = 0;
    for (int i = 0; i < length; ++i) {
      v_[i] /= largest;
      squares += v_[i] * v_[i];
    }
    const double norm = std::copysign(std::sqrt(squares), v_[0]);
    const double tau = (v_[0] + norm) / norm;
    const double divisor = v_[0] + norm;
    for (int i = 1; i < length; ++i) v_[i] /= divisor;
    v_[0] = 1;
    return tau;
  }

  /// The reflection of v from both sides, on rows and columns first, first + 1, …: of those rows
  /// the columns left … right, of those columns the rows top … bottom.
  void reflect(int first, int length, int left, int right, int top, int bottom) {
    const double tau = reflection(length);
    std::fill(sums_ + left, sums_ + right + 1, 0.0);
    for (int i = 0; i < length; ++i) {
      for (int j = left; j <= right; ++j) sums_[j] += v_[i] * at(first + i, j);
    }
    for (int i = 0; i < length; ++i) {
      const double factor = tau * v_[i];
      for (int j = left; j <= right; ++j) at(first + i, j) -= factor * sums_[j];
    }
    for (int i = top; i <= bottom; ++i) {
      double* const row = &at(i, first);
      double sum = 0;
      for (int j = 0; j < length; ++j) sum += v_[j] * row[j];
      for (int j = 0; j < length; ++j) row[j] -= tau * sum * v_[j];
    }
  }

  void hessenberg() {
    for (int k = 0; k + 2 < n_; ++k) {
      const int length = n_ - k - 1;
      for (int i = 0; i < length; ++i) v_[i] = at(k + 1 + i, k);
      reflect(k + 1, length, k, n_ - 1, 0, n_ - 1);
      for (int i = k + 2; i < n_; ++i) at(i, k) = 0;
    }
  }

  /// First row of the block that ends at `high`: below it stands a subdiagonal entry of 0.
  int block_start(int high) {
    int i = high;
    for (; i > 0; --i) {
      const double around = std::fabs(at(i - 1, i - 1)) + std::fabs(at(i, i));
      const double negligible = std::numeric_limits<double>::epsilon() * (around == 0 ? 1 : around);
      if (std::fabs(at(i, i - 1)) <= negligible) break;
    }
    return i;
  }

  void francis_step(int low, int high, bool exceptional) {
    double sum = at(high - 1, high - 1) + at(high, high);
    double product =
        at(high - 1, high - 1) * at(high, high) - at(high - 1, high) * at(high, high - 1);
    if (exceptional) {  // EISPACK's shifts, which end a cycle
      const double size = std::fabs(at(high, high - 1)) + std::fabs(at(high - 1, high - 2));
      sum = 1.5 * size;
      product = size * size;
    }
    const double corner = at(low, low);
    const double below = at(low + 1, low);
    v_[0] = corner * (corner - sum) + at(low, low + 1) * below + product;
    v_[1] = below * (corner + at(low + 1, low + 1) - sum);
    v_[2] = below * at(low + 2, low + 1);
    for (int k = low; k < high; ++k) {
      const int length = std::min(3, high - k + 1);
      if (k > low) {
        for (int i = 0; i < length; ++i) v_[i] = at(k + i, k - 1);
      }
      reflect(k, length, std::max(k - 1, low), high, low, std::min(k + 3, high));
      for (int i = 1; k > low && i < length; ++i) at(k + i, k - 1) = 0;
    }
  }

  /// The two eigenvalues of the block at i.
  void pair(double* outputs, int i) {
    const double corner = at(i + 1, i + 1);
    const double half = 0.5 * (at(i, i) - corner);
    const double product = at(i, i + 1) * at(i + 1, i);
    const double discriminant = half * half + product;
    if (discriminant < 0) {
      put(outputs, corner + half, std::sqrt(-discriminant));
      put(outputs + 2, corner + half, -std::sqrt(-discriminant));
      return;
    }
    const double z = half + std::copysign(std::sqrt(discriminant), half);
    put(outputs, corner + z, 0);
    put(outputs + 2, z == 0 ? corner : corner - product / z, 0);
  }

  double* a_;
  double* v_;
  double* sums_;
  int n_;
  double scale_ = 0;
};

}  // namespace

uint64_t eigenvalues_workspace_bytes(int units) {
  const auto count = static_cast<uint64_t>(units);
  return sizeof(double) * (count + 2) * count;
}

bool eigenvalues(double* outputs, void* workspace, const float* matrix, int units) {
  return Schur(static_cast<double*>(workspace), matrix, units).eigenvalues(outputs);
}

}  // namespace simple_rnn
