// Dense, Embedding and Masking against plain loops.
#include "dense.h"
#include "embedding.h"
#include "masking.h"
#include "testing.h"

namespace simple_rnn {
namespace {

TEST(Dense, AgainstThreeLoops) {
  for (int rows : {1, 2, 3, 5, 70}) {
    for (int F : {1, 7, 33}) {
      for (int U : {1, 4, 9, 33}) {
        const auto x = numbers(rows * F, 1, 1), kernel = numbers(F * U, 0.3f, 2),
                   bias = numbers(U, 1, 3);
        std::vector<float> packed(dense_packed_bytes<V>(F, U) / sizeof(float));
        dense_pack<V>(packed.data(), kernel.data(), bias.data(), F, U);
        std::vector<float> y(static_cast<size_t>(rows * U));
        dense_forward<V>(y.data(), x.data(), packed.data(), rows, F, U, Activation::relu);
        for (int r = 0; r < rows; ++r) {
          for (int j = 0; j < U; ++j) {
            double z = bias[static_cast<size_t>(j)];
            for (int f = 0; f < F; ++f) {
              z += double{x[static_cast<size_t>(r * F + f)]} *
                   kernel[static_cast<size_t>(f * U + j)];
            }
            ASSERT_NEAR(y[static_cast<size_t>(r * U + j)], std::max(z, 0.0), 3e-6);
          }
        }
      }
    }
  }
}

TEST(Dense, SoftmaxAlongTheUnitsAndNoBias) {
  const std::vector<float> x = {1, 2}, kernel = {1, 0, -1, 0, 1, 2};
  std::vector<float> packed(dense_packed_bytes<V>(2, 3) / sizeof(float)), y(3);
  dense_pack<V>(packed.data(), kernel.data(), nullptr, 2, 3);
  dense_forward<V>(y.data(), x.data(), packed.data(), 1, 2, 3, Activation::softmax);
  const double total = std::exp(1) + std::exp(2) + std::exp(3);
  expect_close(y,
               std::vector<double>{std::exp(1) / total, std::exp(2) / total, std::exp(3) / total});
}

TEST(Embedding, RowsOfTheTableAndTheMask) {
  const auto table = numbers(5 * 3, 1, 1);
  const std::vector<float> ids = {4, 0, 1};
  std::vector<float> y(9);
  std::vector<uint8_t> mask(3);
  embedding_forward<float>(y.data(), mask.data(), ids.data(), table.data(), 3, 3);
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j)
      EXPECT_EQ(y[3 * i + j], table[3 * static_cast<size_t>(ids[i]) + j]);
  }
  EXPECT_EQ(mask, (std::vector<uint8_t>{1, 0, 1}));
  embedding_forward<float>(y.data(), nullptr, ids.data(), table.data(), 3, 3);
}

TEST(Masking, AStepIsMaskedWhereEveryFeatureHasTheValue) {
  const std::vector<float> x = {9, 9, 9, 0, 1, 2, NAN, 9};
  std::vector<float> y(8);
  std::vector<uint8_t> mask(4);
  masking_forward<float>(y.data(), mask.data(), x.data(), 4, 2, 9);
  EXPECT_EQ(mask, (std::vector<uint8_t>{0, 1, 1, 1}));
  EXPECT_EQ(std::vector<float>(y.begin(), y.begin() + 6), (std::vector<float>{0, 0, 9, 0, 1, 2}));
  EXPECT_TRUE(std::isnan(y[6]));
}

}  // namespace
}  // namespace simple_rnn
