// The packed product against the textbook's three loops.
#include "matrix_product.h"

#include "testing.h"

namespace simple_rnn {
namespace {

TEST(MatrixProduct, EveryShapeAgainstThreeLoops) {
  for (int rows = 1; rows <= 9; ++rows) {
    for (int K : {1, 2, 7, 16}) {
      for (int columns = 1; columns <= 40; ++columns) {
        const auto a = numbers(rows * K, 1, 1);
        const auto b = numbers(K * columns, 1, 2);
        const auto bias = numbers(columns, 1, 3);
        std::vector<float> packed(static_cast<size_t>(packed_size<V>(K + 1, columns)));
        pack_matrix<V>(packed.data(), b.data(), K, columns);
        float* const padded_bias = packed.data() + packed_size<V>(K, columns);
        for (int j = 0; j < columns; ++j) padded_bias[j] = bias[static_cast<size_t>(j)];
        std::vector<float> y(static_cast<size_t>(rows * columns));
        const auto output = [&](int r) { return y.data() + r * columns; };
        const auto input = [&](int r) { return a.data() + r * K; };
        multiply<V>(output, input, packed.data(), padded_bias, rows, K, columns);
        multiply<V>(output, input, packed.data(), static_cast<const float*>(nullptr), rows, K,
                    columns);
        std::vector<double> want;
        for (int r = 0; r < rows; ++r) {
          for (int j = 0; j < columns; ++j) {
            double sum = 0;
            for (int k = 0; k < K; ++k) {
              sum += double{a[static_cast<size_t>(r * K + k)]} *
                     b[static_cast<size_t>(k * columns + j)];
            }
            want.push_back(bias[static_cast<size_t>(j)] + 2 * sum);
          }
        }
        for (size_t i = 0; i < y.size(); ++i) {
          ASSERT_NEAR(y[i], want[i], 5e-6) << rows << " x " << K << " x " << columns << " at " << i;
        }
      }
    }
  }
}

TEST(MatrixProduct, ARowIsTheSameWhateverItsNeighbours) {
  const int K = 37;
  for (int columns : {1, 5, 8, 17, 24, 33, 50}) {
    const auto a = numbers(150 * K, 1, 4);
    const auto b = numbers(K * columns, 1, 5);
    std::vector<float> packed(static_cast<size_t>(packed_size<V>(K + 1, columns)), 0.0f);
    pack_matrix<V>(packed.data(), b.data(), K, columns);
    const float* const bias = packed.data() + packed_size<V>(K, columns);
    const auto product = [&](int rows) {
      std::vector<float> y(static_cast<size_t>(rows * columns));
      multiply<V>([&](int r) { return y.data() + r * columns; },
                  [&](int r) { return a.data() + r * K; }, packed.data(), bias, rows, K, columns);
      y.resize(static_cast<size_t>(columns));
      return y;
    };
    const auto alone = product(1);
    for (int rows : {2, 3, 4, 7, 65, 150})
      EXPECT_EQ(product(rows), alone) << rows << " rows, " << columns;
  }
}

}  // namespace
}  // namespace simple_rnn
