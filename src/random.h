// Random numbers, the same bits on every target: nothing here calls the C library's log, sin or
// cos.
#pragma once

#include <cstdint>

namespace simple_rnn {

/// SplitMix64 (Steele, Lea and Flood 2014): 64 bits of state, any seed will do.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t bits() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// Standard normal, by the inverse of its distribution function.
  double normal();

  /// Standard normal within two standard deviations.
  double truncated_normal();

 private:
  uint64_t state_;
};

/// The natural logarithm of a positive normal number, relative error below 1e-14.
double natural_log(double x);

/// The inverse of the standard normal distribution function for 0 < p < 1: Wichura's AS 241
/// (PPND16).
double normal_quantile(double p);

}  // namespace simple_rnn
