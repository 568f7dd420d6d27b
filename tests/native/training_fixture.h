// Reads tests/fixtures/training/*.txt: a case per line, words apart by spaces, an array as its
// length and its numbers.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "testing.h"

namespace simple_rnn {

class FixtureLine {
 public:
  explicit FixtureLine(const std::string& line) : words_(line) {}

  std::string word() {
    std::string next;
    words_ >> next;
    EXPECT_FALSE(next.empty());
    return next;
  }
  double number() { return std::stod(word()); }
  int whole() { return static_cast<int>(number()); }
  template <class T = double>
  std::vector<T> array() {
    std::vector<T> values(static_cast<size_t>(whole()));
    for (T& value : values) value = static_cast<T>(number());
    return values;
  }

 private:
  std::istringstream words_;
};

inline std::vector<FixtureLine> cases(const std::string& file) {
  const std::string here = __FILE__;
  std::ifstream stream(here.substr(0, here.rfind('/')) + "/../fixtures/training/" + file + ".txt");
  std::vector<FixtureLine> lines;
  for (std::string line; std::getline(stream, line);) lines.emplace_back(line);
  EXPECT_FALSE(lines.empty()) << file;
  return lines;
}

template <class T>
T* or_null(std::vector<T>& values) {
  return values.empty() ? nullptr : values.data();
}

/// |got - want| <= tolerance · (1 + |want|); NaN and infinity as they are.
template <class T, class U>
void expect_near(const std::vector<T>& got, const std::vector<U>& want, double tolerance,
                 const std::string& name) {
  ASSERT_EQ(got.size(), want.size()) << name;
  for (size_t i = 0; i < got.size(); ++i) {
    const double a = got[i], b = want[i];
    EXPECT_TRUE(std::fabs(a - b) <= tolerance * (1 + std::fabs(b)) || a == b ||
                (std::isnan(a) && std::isnan(b)))
        << name << " at " << i << ": got " << a << ", expected " << b;
  }
}

}  // namespace simple_rnn
