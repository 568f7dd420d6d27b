#include "random.h"

#include <cmath>
#include <cstring>

namespace simple_rnn {

namespace {

/// Horner's rule, lowest coefficient first.
template <int N>
double horner(const double (&coefficients)[N], double x) {
  double sum = coefficients[N - 1];
  for (int i = N - 2; i >= 0; --i) sum = sum * x + coefficients[i];
  return sum;
}

// Wichura 1988, Applied Statistics 37: |p - 1/2| <= 0.425, then r = sqrt(-log p) <= 5, then beyond
constexpr double centre_p[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                               1.9715909503065514427e+3, 1.3731693765509461125e+4,
                               4.5921953931549871457e+4, 6.7265770927008700853e+4,
                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr double centre_q[] = {1.0,
                               4.2313330701600911252e+1,
                               6.8718700749205790830e+2,
                               5.3941960214247511077e+3,
                               2.1213794301586595867e+4,
                               3.9307895800092710610e+4,
                               2.8729085735721942674e+4,
                               5.2264952788528545610e+3};
constexpr double middle_p[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                               5.76949722146069140550e0,  3.64784832476320460504e0,
                               1.27045825245236838258e0,  2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double middle_q[] = {1.0,
                               2.05319162663775882187e0,
                               1.67638483018380384940e0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
constexpr double tail_p[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                             1.78482653991729133580e0,  2.96560571828504891230e-1,
                             2.65321895265761230930e-2, 1.24266094738807843860e-3,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double tail_q[] = {1.0,
                             5.99832206555887937690e-1,
                             1.36929880922735805310e-1,
                             1.48753612908506148525e-2,
                             7.86869131145613259100e-4,
                             1.84631831751005468180e-5,
                             1.42151175831644588870e-7,
                             2.04426310338993978564e-15};

}  // namespace

double natural_log(double x) {
  // x = m · 2^e with m in [√½, √2); log m = 2 atanh(s), s = (m - 1) / (m + 1)
  uint64_t bits;
  std::memcpy(&bits, &x, 8);
  const uint64_t offset = bits - 0x3fe6a09e667f3bcdu;
  const auto exponent = static_cast<double>(static_cast<int64_t>(offset) >> 52);
  bits = (offset & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu;
  double m;
  std::memcpy(&m, &bits, 8);
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  double series = 0;
  for (int n = 23; n >= 3; n -= 2) series = (series + 1.0 / n) * z;
  return exponent * 0.693147180559945309417 + 2 * s * (1 + series);
}

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * horner(centre_p, r) / horner(centre_q, r);
  }
  double r = std::sqrt(-natural_log(q < 0 ? p : 1 - p));
  double value;
  if (r <= 5) {
    r -= 1.6;
    value = horner(middle_p, r) / horner(middle_q, r);
  } else {
    r -= 5;
    value = horner(tail_p, r) / horner(tail_q, r);
  }
  return q < 0 ? -value : value;
}

double Random::normal() { return normal_quantile(uniform() + 0x1p-54); }

double Random::truncated_normal() {
  // the distribution function at -2 and 2
  constexpr double low = 0.022750131948179207;
  return normal_quantile(low + (1 - 2 * low) * uniform());
}

}  // namespace simple_rnn
