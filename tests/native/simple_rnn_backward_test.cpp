// Back-propagation through time against central differences of a plain forward pass.
#include <cstring>

#include "simple_rnn_gradients.h"

namespace simple_rnn {
namespace {

Numbers<double> widened(const Numbers<float>& x) {
  const auto wide = [](const std::vector<float>& v) {
    return std::vector<double>(v.begin(), v.end());
  };
  return {wide(x.inputs), wide(x.initial_state), wide(x.kernel), wide(x.recurrent_kernel),
          wide(x.bias)};
}

/// False if a kink lies so near that two sizes of the difference disagree, or nothing is finite.
bool central_differences(const Network& n, Numbers<double>& result) {
  Numbers<double> x = widened(n.at);
  result = x;
  std::vector<double> base;
  n.loss(x, &base, nullptr);
  const auto slope = [&](double& number, double h) {
    const double middle = number;
    number = middle + h;
    const double above = n.loss(x, nullptr, &base);
    number = middle - h;
    const double below = n.loss(x, nullptr, &base);
    number = middle;
    return (above - below) / (2 * h);
  };
  for (size_t part = 0; part < x.all().size(); ++part) {
    for (size_t i = 0; i < x.all()[part]->size(); ++i) {
      // Richardson: the errors in h² cancel
      const double near = slope((*x.all()[part])[i], 1e-4);
      const double far = slope((*x.all()[part])[i], 2e-4);
      (*result.all()[part])[i] = near + (near - far) / 3;
      if (!(std::fabs(near - far) <= 1e-5 * (1 + std::fabs(near)))) return false;
    }
  }
  return true;
}

/// Largest difference in units of the largest entry of either.
template <class T, class U>
double distance(Numbers<T> got, Numbers<U> want) {
  double worst = 0;
  for (size_t part = 0; part < got.all().size(); ++part) {
    const auto& a = *got.all()[part];
    const auto& b = *want.all()[part];
    EXPECT_EQ(a.size(), b.size());
    double most = 1e-3, difference = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      most = std::max(most, std::fabs(static_cast<double>(b[i])));
      difference = std::max(difference, std::fabs(static_cast<double>(a[i] - b[i])));
      if (std::isnan(a[i])) return INFINITY;
    }
    worst = std::max(worst, difference / most);
  }
  return worst;
}

std::string describe(const Network& n) {
  return "activation " + std::to_string(static_cast<int>(n.activation)) + ", options " +
         std::to_string(n.options) + ", B " + std::to_string(n.batch) + ", T " +
         std::to_string(n.steps) + ", F " + std::to_string(n.features) + ", U " +
         std::to_string(n.units) + ", truncate " + std::to_string(n.truncate);
}

TEST(SimpleRnnBackward, CentralDifferencesOverAnyOptions) {
  int compared = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const Network n(seed);
    Numbers<double> want;
    if (!central_differences(n, want)) continue;
    EXPECT_LE(distance(gradients<D>(n), want), 1e-7) << "seed " << seed << ", " << describe(n);
    ++compared;
  }
  EXPECT_GE(compared, 300);
}

}  // namespace
}  // namespace simple_rnn
