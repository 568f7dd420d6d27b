// The optimizers that look at a variable as a whole: Lamb, Adafactor and Muon.
#include <algorithm>
#include <cmath>

#include "instantiate.h"
#include "lanes.h"
#include "optimizers.h"

namespace simple_rnn {

namespace {

template <class T>
void lamb_step(T* weights, const T* gradients, T* const* slots, int count,
               const OptimizerParameters& q) {
  const T of_m = 1 / unbias<T>(q.a, q.step), of_v = 1 / unbias<T>(q.b, q.step);
  T* const m = slots[0];
  T* const v = slots[1];
  const auto direction = [=](int i) { return m[i] * of_m / (std::sqrt(v[i] * of_v) + T(q.c)); };
  double of_weights = 0, of_directions = 0;
  for (int i = 0; i < count; ++i) {
    const T g = gradients[i];
    m[i] += (g - m[i]) * T(1 - q.a);
    v[i] += (g * g - v[i]) * T(1 - q.b);
    const double r = direction(i);
    of_weights += double{weights[i]} * weights[i];
    of_directions += r * r;
  }
  const bool scales = of_weights > 0 && of_directions > 0;
  const T rate = T((scales ? std::sqrt(of_weights / of_directions) : 1) * q.learning_rate);
  for (int i = 0; i < count; ++i) weights[i] -= rate * direction(i);
}

/// average = beta · average + (1 - beta) · mean of g² + epsilon along a row or column.
template <class T>
void factor(T* averages, const T* gradients, int rows, int columns, int row_step, int column_step,
            double beta, double tiny) {
  for (int i = 0; i < rows; ++i) {
    double sum = 0;
    for (int j = 0; j < columns; ++j) {
      const double g = gradients[i * row_step + j * column_step];
      sum += g * g + tiny;
    }
    averages[i] = T(beta * averages[i] + (1 - beta) * (sum / columns));
  }
}

template <class T>
void adafactor_step(T* weights, const T* gradients, T* const* slots, const T* lookups,
                    const Segment& segment, const OptimizerParameters& q) {
  const int count = segment.count, rows = segment.rows, columns = segment.columns;
  T* const v = slots[2];
  const double beta = 1 - std::exp(T(q.a) * std::log(T(q.step)));
  const T* const sizes = lookups != nullptr ? lookups : gradients;  // whose squares are averaged
  if (columns == 0) factor(v, sizes, count, 1, 1, 1, beta, q.b);
  // every matrix of the last two axes; float32 squares of small gradients would vanish
  for (int start = 0, k = 0; columns > 0 && start < count; start += rows * columns, ++k) {
    T* const r = slots[0] + k * rows;
    T* const c = slots[1] + k * columns;
    factor(r, sizes + start, rows, columns, columns, 1, beta, q.b);
    factor(c, sizes + start, columns, rows, 1, columns, beta, q.b);
    double mean = 0;
    for (int i = 0; i < rows; ++i) mean += r[i];
    mean /= rows;
    for (int i = 0; i < rows * columns; ++i)
      v[start + i] = T(r[i / columns] / mean * c[i % columns]);
  }
  double of_weights = 0, of_updates = 0;
  for (int i = 0; i < count; ++i) {
    of_weights += double{weights[i]} * weights[i];
    of_updates += double{sizes[i]} * sizes[i] / v[i];
  }
  const double rate = std::max(q.c, std::sqrt(of_weights / count)) *
                      std::min(q.learning_rate, 1 / std::sqrt(q.step)) /
                      std::max(1.0, std::sqrt(of_updates / count) / q.d);
  for (int i = 0; i < count; ++i) weights[i] -= T(rate * gradients[i]) / std::sqrt(v[i]);
}

/// Muon's matrices have their short side first and rows filled with zeros to a multiple of this.
template <class V>
constexpr int row_unit = 4 * V::width;

template <class V>
int padded_row(int columns) {
  return (columns + row_unit<V> - 1) / row_unit<V> * row_unit<V>;
}

/// to [rows, columns] = scale · to + Σ_k left[i, k] · right[k, j]; columns a multiple of row_unit.
template <class V, class T = typename V::Number>
void add_product(T* to, double scale, const T* left, int left_stride, const T* right, int rows,
                 int depth, int columns) {
  const auto keep = V::splat(T(scale));
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; j += row_unit<V>) {
      T* const place = to + i * columns + j;
      typename V::Vector sums[4];
      for (int n = 0; n < 4; ++n) sums[n] = V::mul(V::load(place + n * V::width), keep);
      for (int k = 0; k < depth; ++k) {
        const auto x = V::splat(left[i * left_stride + k]);
        const T* const row = right + k * columns + j;
        for (int n = 0; n < 4; ++n) sums[n] = V::mul_add(x, V::load(row + n * V::width), sums[n]);
      }
      for (int n = 0; n < 4; ++n) V::store(place + n * V::width, sums[n]);
    }
  }
}

/// The Newton-Schulz iteration of the update, [rows, columns] with rows <= columns.
template <class V, class T = typename V::Number>
void muon_step(T* weights, const T* gradients, T* const* slots, T* workspace,
               const Segment& segment, const OptimizerParameters& q) {
  const bool is_tall = segment.rows > segment.columns;
  const int rows = std::min(segment.rows, segment.columns);
  const int columns = std::max(segment.rows, segment.columns);
  const int width = padded_row<V>(columns), square_width = padded_row<V>(rows);
  T* const x = workspace;                             // [rows, width]
  T* const turned = x + rows * width;                 // [columns, square_width]
  T* const square = turned + columns * square_width;  // [rows, square_width], x xᵀ
  T* const fourth = square + rows * square_width;
  T* const next = fourth + rows * square_width;  // [rows, width]
  std::fill(workspace, next + rows * width, T(0));
  const auto place = [=](int i) {  // of number i of the variable
    return is_tall ? i % rows * width + i / rows : i / columns * width + i % columns;
  };

  T* const m = slots[0];
  double norm = 0;
  for (int i = 0; i < segment.count; ++i) {
    m[i] += gradients[i] + m[i] * T(q.a - 1);
    const T update = q.b != 0 ? gradients[i] + T(q.a) * m[i] : m[i];
    x[place(i)] = update;
    norm += double{update} * update;
  }
  const T scale = T(std::sqrt(norm)) + T(1e-7);
  for (int i = 0; i < rows * width; ++i) x[i] /= scale;
  for (int step = 0; step < static_cast<int>(q.d); ++step) {
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < columns; ++j) turned[j * square_width + i] = x[i * width + j];
    }
    add_product<V>(square, 0, x, width, turned, rows, columns, square_width);
    add_product<V>(fourth, 0, square, square_width, square, rows, rows, square_width);
    for (int i = 0; i < rows * square_width; ++i)
      fourth[i] = T(q.f) * square[i] + T(q.g) * fourth[i];
    std::copy_n(x, rows * width, next);
    add_product<V>(next, q.e, fourth, square_width, x, rows, rows, width);
    std::copy_n(next, rows * width, x);
  }
  const T rate = T(q.learning_rate * (q.c == 0 ? 1 : std::sqrt(double(columns)) * q.c));
  for (int i = 0; i < segment.count; ++i) weights[i] -= rate * x[place(i)];
}

}  // namespace

template <class V>
int muon_workspace_size(int rows, int columns) {
  const int shorter = std::min(rows, columns), longer = std::max(rows, columns);
  return 2 * shorter * padded_row<V>(longer) + (longer + 2 * shorter) * padded_row<V>(shorter);
}

template <class V, class T>
void variable_step(T* weights, const T* gradients, T* const* slots, T* workspace,
                   const Segment& segment, Optimizer optimizer, const OptimizerParameters& q) {
  if (segment.decays != 0) blend<V>(weights, weights, segment.count, 1, -q.decay);
  if (optimizer == Optimizer::lamb) {
    lamb_step(weights, gradients, slots, segment.count, q);
  } else if (optimizer == Optimizer::adafactor) {
    adafactor_step(weights, gradients, slots, workspace, segment, q);
  } else {
    muon_step<V>(weights, gradients, slots, workspace, segment, q);
  }
}

template <class T>
double sum_of_squares(const T* numbers, int count) {
  double sums[4] = {};  // which hide each other's latency
  for (int i = 0; i < count; ++i) sums[i % 4] += double{numbers[i]} * numbers[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

#define INSTANTIATE(V)                                                                        \
  template int muon_workspace_size<V>(int, int);                                              \
  template void variable_step<V>(V::Number*, const V::Number*, V::Number* const*, V::Number*, \
                                 const Segment&, Optimizer, const OptimizerParameters&);
SIMPLE_RNN_INSTANTIATE(INSTANTIATE)
#undef INSTANTIATE
template double sum_of_squares(const float*, int);
template double sum_of_squares(const double*, int);

}  // namespace simple_rnn
