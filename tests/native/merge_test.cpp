// What joins tensors, against plain loops.
#include "merge.h"

#include "dropout.h"
#include "testing.h"

namespace simple_rnn {
namespace {

TEST(Merge, ElementByElementAlsoInPlace) {
  for (int count = 1; count < 20; ++count) {
    const auto a = numbers(count, 1, 1), b = numbers(count, 1, 2);
    std::vector<float> sum(a), product(b), scaled(a);
    add_elements<V>(sum.data(), sum.data(), b.data(), count);
    multiply_elements<V>(product.data(), a.data(), product.data(), count);
    scale_elements<V>(scaled.data(), scaled.data(), 0.5f, count);
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(sum[i], a[i] + b[i]);
      EXPECT_EQ(product[i], a[i] * b[i]);
      EXPECT_EQ(scaled[i], a[i] / 2);
    }
  }
}

TEST(Merge, RepeatedAxes) {
  for (int width : {1, 3, 4, 7}) {
    // left [2, 1, width] and right [2, 3, 1] give [2, 3, width]
    const auto left = numbers(2 * width, 1, 1), right = numbers(6, 1, 2);
    const Axis axes[] = {{2, width, 3}, {3, 0, 1}, {width, 1, 0}};
    std::vector<float> sums(static_cast<size_t>(6 * width)), products(sums);
    add_broadcast<V>(sums.data(), left.data(), right.data(), axes, 3);
    multiply_broadcast<V>(products.data(), left.data(), right.data(), axes, 3);
    const auto columns = static_cast<size_t>(width);
    for (size_t i = 0; i < 6; ++i) {
      for (size_t j = 0; j < columns; ++j) {
        const float a = left[i / 3 * columns + j];
        EXPECT_EQ(sums[i * columns + j], a + right[i]);
        EXPECT_EQ(products[i * columns + j], a * right[i]);
      }
    }
  }
}

TEST(Merge, RowsAreRepeatedReversedAndInterleaved) {
  const std::vector<uint8_t> x = {1, 2, 3, 4, 5, 6};
  std::vector<uint8_t> y(12);
  // [2, 3] -> [2, 2, 3]
  copy_rows(y.data(), x.data(), 2, 2, 3, 6, 3, 3, 0);
  EXPECT_EQ(y, (std::vector<uint8_t>{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}));
  // the rows of each of two blocks from last to first
  y.resize(6);
  copy_rows(y.data(), x.data() + 2, 2, 3, 1, 3, 1, 3, -1);
  EXPECT_EQ(y, (std::vector<uint8_t>{3, 2, 1, 6, 5, 4}));
  // [2, 3] -> [3, 2]
  copy_rows(y.data(), x.data(), 3, 2, 1, 2, 1, 1, 3);
  EXPECT_EQ(y, (std::vector<uint8_t>{1, 4, 2, 5, 3, 6}));
}

TEST(Merge, MasksAreJoined) {
  std::vector<uint8_t> mask = {0, 0, 1, 1};
  const std::vector<uint8_t> other = {0, 1, 0, 1};
  or_masks(mask.data(), mask.data(), other.data(), 4);
  EXPECT_EQ(mask, (std::vector<uint8_t>{0, 1, 1, 1}));
}

TEST(Dropout, KeepsItsShareAndScalesIt) {
  std::vector<float> mask(20000);
  dropout_mask(mask.data(), 20000, 0.3, 1);
  double sum = 0;
  for (const float value : mask) {
    EXPECT_TRUE(value == 0 || value == static_cast<float>(1 / 0.7));
    sum += value;
  }
  EXPECT_NEAR(sum / 20000, 1, 0.02);
  std::vector<float> again(mask);
  dropout_mask(again.data(), 20000, 0.3, 1);
  EXPECT_EQ(again, mask);
  dropout_mask(mask.data(), 20000, 1, 1);
  EXPECT_EQ(mask, std::vector<float>(20000));
  dropout_mask(mask.data(), 20000, 0, 1);
  EXPECT_EQ(mask, std::vector<float>(20000, 1));
}

// tests/tools/merge_kernels.test.ts checks the same entries in the WebAssembly module.
TEST(Dropout, TheSameBitsOnEveryTarget) {
  std::vector<float> mask(8);
  dropout_mask(mask.data(), 8, 0.5, 42);
  EXPECT_EQ(mask, (std::vector<float>{2, 0, 0, 0, 0, 2, 0, 2}));
}

}  // namespace
}  // namespace simple_rnn
