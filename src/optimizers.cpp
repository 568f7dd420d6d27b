#include "optimizers.h"

#include <algorithm>
#include <type_traits>

#include "instantiate.h"
#include "lanes.h"

namespace simple_rnn {

namespace {

/// x^exponent for x >= 0
template <class V>
Lanes<V> power(Lanes<V> x, double exponent) {
  using T = typename V::Number;
  if (exponent == 0.5) return sqrt(x);
  T numbers[V::width];
  V::store(numbers, x.v);
  for (T& number : numbers) number = std::exp(T(exponent) * std::log(number));
  return {V::load(numbers)};
}

}  // namespace

template <class V, class T>
void optimizer_step(T* weights, const T* gradients, T* const* slots, T* workspace,
                    const Segment* segments, int segment_count, Optimizer optimizer,
                    const OptimizerParameters& q) {
  using L = Lanes<V>;
  const auto constant = [](double number) { return L{V::splat(T(number))}; };
  const L lr = constant(q.learning_rate), a = constant(q.a), b = constant(q.b), c = constant(q.c);
  const L rest_a = constant(1 - q.a), rest_b = constant(1 - q.b);
  const T unbias_a = unbias<T>(q.a, q.step), unbias_b = unbias<T>(q.b, q.step);
  const auto move = [](L average, L by, L rest) { return average + (by - average) * rest; };

  const bool has_lookups = slots[2] != nullptr;

  constexpr std::integral_constant<int, 0> none;
  constexpr std::integral_constant<int, 1> one;
  constexpr std::integral_constant<int, 2> two;
  constexpr std::integral_constant<int, 3> three;

  for (int i = 0; i < segment_count; ++i) {
    const Segment& segment = segments[i];
    T* const first = weights + segment.offset;  // stands for slots that are not there
    const auto at = [&](int k) { return slots[k] == nullptr ? first : slots[k] + segment.offset; };
    T* const arrays[] = {first, const_cast<T*>(gradients) + segment.offset, at(0), at(1), at(2)};
    const L lost = constant(segment.decays != 0 ? q.decay : 0);
    // update(w, g, s): the weights after decay, the gradients and the slots
    const auto with = [&](auto slot_count, auto update) {
      constexpr int count = decltype(slot_count)::value + 2;
      Walk<V>(arrays, count, segment.count).template for_each<count>([=](L* numbers) {
        numbers[0] = numbers[0] - numbers[0] * lost;
        update(numbers[0], numbers[1], numbers + 2);
      });
    };
    switch (optimizer) {
      case Optimizer::sgd: {
        const bool nesterov = q.b != 0;
        if (slots[0] == nullptr) {
          with(none, [=](L& w, L g, L*) { w = w - g * lr; });
        } else {
          with(one, [=](L& w, L g, L* s) {
            s[0] = s[0] * a - g * lr;
            w = w + (nesterov ? s[0] * a - g * lr : s[0]);
          });
        }
        break;
      }
      case Optimizer::rmsprop: {
        const bool momentum = slots[1] != nullptr, centered = slots[2] != nullptr;
        with(three, [=](L& w, L g, L* s) {
          s[0] = a * s[0] + rest_a * (g * g);
          if (centered) s[2] = a * s[2] + rest_a * g;
          const L spread = centered ? s[0] - s[2] * s[2] : s[0];
          const L increment = lr * g / sqrt(spread + c);
          if (momentum) s[1] = b * s[1] + increment;
          w = w - (momentum ? s[1] : increment);
        });
        break;
      }
      case Optimizer::adam: {
        const L alpha = constant(T(q.learning_rate) * std::sqrt(unbias_b) / unbias_a);
        const auto update = [=](L& w, L g, L* s, auto is_amsgrad) {
          s[0] = move(s[0], g, rest_a);
          L spread = s[1] = move(s[1], g * g, rest_b);
          if constexpr (decltype(is_amsgrad)::value) spread = s[2] = max(spread, s[2]);
          w = w - s[0] * alpha / (sqrt(spread) + c);
        };
        if (slots[2] == nullptr) {
          with(two, [=](L& w, L g, L* s) { update(w, g, s, std::false_type()); });
        } else {
          with(three, [=](L& w, L g, L* s) { update(w, g, s, std::true_type()); });
        }
        break;
      }
      case Optimizer::nadam: {
        const auto u = [&](unsigned step) {
          return T(q.a) * (1 - T(whole_power(T(0.96), step)) / 2);
        };
        const T now = u(q.step), next = u(q.step + 1), product = T(q.d);
        const L of_m = constant(next / (1 - product * next));
        const L of_g = constant((1 - now) / (1 - product));
        const L of_v = constant(1 / unbias_b);
        with(two, [=](L& w, L g, L* s) {
          s[0] = move(s[0], g, rest_a);
          s[1] = move(s[1], g * g, rest_b);
          w = w - (of_m * s[0] + of_g * g) * lr / (sqrt(s[1] * of_v) + c);
        });
        break;
      }
      case Optimizer::adamax: {
        const L scale = constant(unbias_a);
        with(two, [=](L& w, L g, L* s) {
          s[0] = move(s[0], g, rest_a);
          s[1] = max(abs(g), b * s[1]);
          w = w - lr * s[0] / (scale * (s[1] + c));
        });
        break;
      }
      case Optimizer::adagrad:
        with(one, [=](L& w, L g, L* s) {
          s[0] = s[0] + g * g;
          w = w - lr * g / sqrt(s[0] + a);
        });
        break;
      case Optimizer::adadelta:
        with(three, [=](L& w, L g, L* s) {
          const L square = has_lookups ? s[2] : g * g;
          s[0] = a * s[0] + rest_a * square;
          const L ratio = (s[1] + b) / (s[0] + b);
          s[1] = a * s[1] + rest_a * (ratio * square);
          w = w - lr * (sqrt(ratio) * g);
        });
        break;
      case Optimizer::ftrl: {
        const L shrinkage = constant(2 * q.d), low = constant(-q.b);
        const L quadratic = constant(2 * (q.c + q.e / (2 * q.learning_rate)));
        const double exponent = -q.a;
        with(three, [=](L& w, L g, L* s) {
          const L before = power(s[0], exponent);
          s[0] = s[0] + (has_lookups ? s[2] : g * g);
          const L after = power(s[0], exponent);
          s[1] = s[1] + (g + shrinkage * w - (after - before) / lr * w);
          w = (min(max(s[1], low), b) - s[1]) / (after / lr + quadratic);
        });
        break;
      }
      case Optimizer::lion:
        with(one, [=](L& w, L g, L* s) {
          w = w - lr * sign(s[0] * a + g * rest_a);
          s[0] = s[0] * b + g * rest_b;
        });
        break;
      case Optimizer::lamb:
      case Optimizer::adafactor:
      case Optimizer::muon:
        variable_step<V>(arrays[0], arrays[1], arrays + 2, workspace, segment, optimizer, q);
    }
  }
}

template <class V, class T>
void blend(T* to, const T* from, int count, double a, double b, double limit) {
  T* const arrays[] = {to, const_cast<T*>(from)};  // the second is only read
  const bool adds = b != 0;                        // otherwise infinity would become NaN
  const Lanes<V> of_to = {V::splat(T(a))}, of_from = {V::splat(T(b))};
  const Lanes<V> low = {V::splat(T(-limit))}, high = {V::splat(T(limit))};
  Walk<V>(arrays, 2, count).template for_each<2>([=](Lanes<V>* x) {
    x[0] = x[0] * of_to;
    if (adds) x[0] = x[0] + x[1] * of_from;
    x[0] = min(max(x[0], low), high);
  });
}

#define INSTANTIATE(V)                                                                         \
  template void optimizer_step<V>(V::Number*, const V::Number*, V::Number* const*, V::Number*, \
                                  const Segment*, int, Optimizer, const OptimizerParameters&); \
  template void blend<V>(V::Number*, const V::Number*, int, double, double, double);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE

}  // namespace simple_rnn
