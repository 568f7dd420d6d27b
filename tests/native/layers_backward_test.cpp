// Gradients of Dense, Embedding, Masking and of what joins tensors.
#include "dense.h"
#include "embedding.h"
#include "masking.h"
#include "merge.h"
#include "testing.h"

namespace simple_rnn {
namespace {

template <class T>
struct DenseGradients {
  std::vector<T> inputs, kernel, bias;
};

template <class W>
struct DenseCase {
  using T = typename W::Number;
  int rows, features, units;
  Activation activation;
  std::vector<T> inputs, kernel, bias, d_outputs;

  DenseCase(int R, int F, int U, Activation a) : rows(R), features(F), units(U), activation(a) {
    const auto any = [](int count, float limit, uint64_t seed) {
      const auto values = numbers(count, limit, seed);
      return std::vector<T>(values.begin(), values.end());
    };
    inputs = any(R * F, 1, 1);
    kernel = any(F * U, 1, 2);
    bias = any(U, 1, 3);
    d_outputs = any(R * U, 1, 4);
  }

  std::vector<T> packed() const {
    std::vector<T> result(dense_packed_bytes<W>(features, units) / sizeof(T));
    dense_pack<W>(result.data(), kernel.data(), bias.data(), features, units);
    return result;
  }

  std::vector<T> outputs() const {
    std::vector<T> result(static_cast<size_t>(rows * units));
    dense_forward<W>(result.data(), inputs.data(), packed().data(), rows, features, units,
                     activation);
    return result;
  }

  T loss() const {
    const auto y = outputs();
    T sum = 0;
    for (size_t i = 0; i < y.size(); ++i) sum += y[i] * d_outputs[i];
    return sum;
  }

  /// Into buffers that hold `before` already.
  DenseGradients<T> gradients(bool add, T before) const {
    std::vector<T> backward_packed(dense_backward_packed_bytes<W>(features, units) / sizeof(T));
    dense_backward_pack<W>(backward_packed.data(), kernel.data(), features, units);
    std::vector<char> workspace(dense_backward_workspace_bytes<W>(features, units));
    DenseGradients<T> d{std::vector<T>(inputs.size(), before),
                        std::vector<T>(kernel.size(), before), std::vector<T>(bias.size(), before)};
    dense_backward<W>(d.inputs.data(), d.kernel.data(), d.bias.data(), workspace.data(),
                      d_outputs.data(), inputs.data(), outputs().data(), packed().data(),
                      backward_packed.data(), rows, features, units, activation, add);
    return d;
  }
};

TEST(DenseBackward, CentralDifferences) {
  for (Activation a : {Activation::linear, Activation::tanh, Activation::softmax, Activation::gelu,
                       Activation::sparsemax}) {
    DenseCase<D> c(5, 4, 3, a);
    const auto got = c.gradients(false, 9);
    const auto expect = [&](std::vector<double>& numbers, const std::vector<double>& d) {
      for (size_t i = 0; i < numbers.size(); ++i) {
        const double middle = numbers[i];
        const auto loss = [&](double shift) {
          numbers[i] = middle + shift;
          return c.loss();
        };
        const double near = (loss(1e-4) - loss(-1e-4)) / 2e-4;
        const double far = (loss(2e-4) - loss(-2e-4)) / 4e-4;
        numbers[i] = middle;
        if (std::fabs(near - far) > 1e-5) continue;  // across a kink
        EXPECT_NEAR(d[i], near + (near - far) / 3, 1e-8) << static_cast<int>(a);
      }
    };
    expect(c.inputs, got.inputs);
    expect(c.kernel, got.kernel);
    expect(c.bias, got.bias);
  }
}

void expect_similar(const std::vector<float>& got, const std::vector<double>& want) {
  double most = 0;
  for (const double value : want) most = std::max(most, std::fabs(value));
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], 1e-5 * most + 1e-6) << i;
}

TEST(DenseBackward, FloatAgainstDoubleAtEverySmallSize) {
  for (int U = 1; U <= 33; ++U) {
    for (int F : {1, 2, 3, 4, 5, 8, 17, 33}) {
      for (int rows : {1, 3, 4, 123, 124, 125, 300}) {
        const Activation a = U % 2 ? Activation::silu : Activation::tanh;
        const auto want = DenseCase<D>(rows, F, U, a).gradients(false, 0);
        const auto got = DenseCase<V>(rows, F, U, a).gradients(false, 5);
        expect_similar(got.inputs, want.inputs);
        expect_similar(got.kernel, want.kernel);
        expect_similar(got.bias, want.bias);
        if (HasFatalFailure()) FAIL() << "rows " << rows << ", F " << F << ", U " << U;
      }
    }
  }
}

TEST(DenseBackward, AddsOrOverwrites) {
  const DenseCase<V> c(130, 3, 5, Activation::tanh);
  const auto alone = c.gradients(false, 0), added = c.gradients(true, 2);
  EXPECT_EQ(added.inputs, alone.inputs);
  for (size_t i = 0; i < alone.kernel.size(); ++i)
    EXPECT_NEAR(added.kernel[i], alone.kernel[i] + 2, 1e-5);
  for (size_t i = 0; i < alone.bias.size(); ++i)
    EXPECT_NEAR(added.bias[i], alone.bias[i] + 2, 1e-5);
  const DenseCase<V> nothing(0, 3, 5, Activation::tanh);
  EXPECT_EQ(nothing.gradients(false, 2).kernel, std::vector<float>(15, 0));
  EXPECT_EQ(nothing.gradients(true, 2).bias, std::vector<float>(5, 2));
}

TEST(EmbeddingBackward, AddsToTheRowsThatOccur) {
  std::vector<float> d = {1, 1, NAN, NAN, 3, 3};
  embedding_backward<float>(d.data(), std::vector<float>{1, 2, 10, 20, 100, 200}.data(),
                            std::vector<float>{2, 0, 2}.data(), 3, 2);
  EXPECT_EQ(d[0], 11);
  EXPECT_EQ(d[1], 21);
  EXPECT_TRUE(std::isnan(d[2]) && std::isnan(d[3]));
  EXPECT_EQ(d[4], 104);
  EXPECT_EQ(d[5], 205);
}

TEST(MaskingBackward, MaskedRowsGetNothing) {
  const std::vector<float> d_outputs = {1, 2, NAN, 4, 5, 6};
  const std::vector<uint8_t> mask = {1, 0, 1};
  std::vector<float> d(6, 9);
  masking_backward<float>(d.data(), mask.data(), d_outputs.data(), 3, 2);
  EXPECT_EQ(d, (std::vector<float>{1, 2, 0, 0, 5, 6}));
  d = d_outputs;
  masking_backward<float>(d.data(), mask.data(), d.data(), 3, 2);
  EXPECT_EQ(d, (std::vector<float>{1, 2, 0, 0, 5, 6}));
}

TEST(MergeBackward, OperandsThatWereRepeatedGetSums) {
  const std::vector<float> d_outputs = {1, 2, 3, 4, 5, 6};  // [2, 3]
  const Axis rows_repeated[] = {{2, 0, 3}, {3, 1, 1}};
  std::vector<float> row = {10, 20, 30};
  add_broadcast_gradient<V>(row.data(), d_outputs.data(), rows_repeated, 2);
  EXPECT_EQ(row, (std::vector<float>{15, 27, 39}));
  const Axis columns_repeated[] = {{2, 1, 3}, {3, 0, 1}};
  std::vector<float> column = {0, 1};
  add_broadcast_gradient<V>(column.data(), d_outputs.data(), columns_repeated, 2);
  EXPECT_EQ(column, (std::vector<float>{6, 16}));

  // [2, 1] times [3]: each gets d_outputs times the other, summed
  const std::vector<float> left = {1, -1}, right = {1, 10, 100};
  std::vector<float> d_left = {0, 0}, d_right = {0, 0, 1};
  const Axis of_left[] = {{2, 1, 0}, {3, 0, 1}};
  multiply_broadcast_gradient<V>(d_left.data(), d_outputs.data(), right.data(), of_left, 2);
  EXPECT_EQ(d_left, (std::vector<float>{321, 654}));
  const Axis of_right[] = {{2, 0, 1}, {3, 1, 0}};
  multiply_broadcast_gradient<V>(d_right.data(), d_outputs.data(), left.data(), of_right, 2);
  EXPECT_EQ(d_right, (std::vector<float>{-3, -3, -2}));
}

}  // namespace
}  // namespace simple_rnn
