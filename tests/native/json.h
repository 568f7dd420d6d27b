// Reads the known answers in tests/fixtures: JSON without escapes in strings.
#pragma once

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace simple_rnn {

struct Json {
  std::string text;  // of a string; of a number, true, false or null as it is written
  std::vector<Json> items;
  std::map<std::string, Json> members;

  bool has(const std::string& name) const {
    return members.count(name) > 0 && members.at(name).text != "null";
  }
  const Json& operator[](const std::string& name) const { return members.at(name); }
  bool is(const std::string& name) const { return has(name) && members.at(name).text == "true"; }

  /// All the numbers of nested arrays, true as 1 and false as 0.
  std::vector<double> numbers() const {
    std::vector<double> all;
    collect(all);
    return all;
  }

 private:
  void collect(std::vector<double>& all) const {
    for (const Json& item : items) item.collect(all);
    if (!text.empty()) all.push_back(text == "true" ? 1 : std::strtod(text.c_str(), nullptr));
  }
};

class JsonReader {
 public:
  explicit JsonReader(std::string text) : text_(std::move(text)) {}

  Json value() {
    Json result;
    const char first = next();
    if (first == '{') {
      while (skip("{,") && next() != '}') {
        const std::string name = string();
        skip(":");
        result.members[name] = value();
      }
      skip("}");
    } else if (first == '[') {
      while (skip("[,") && next() != ']') result.items.push_back(value());
      skip("]");
    } else if (first == '"') {
      result.text = string();
    } else {
      while (!std::strchr(",]} \n", text_[at_])) result.text += text_[at_++];
    }
    return result;
  }

 private:
  char next() {
    while (std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    return text_[at_];
  }
  /// Past one of these characters: whether there was one.
  bool skip(const char* characters) {
    if (!std::strchr(characters, next())) return false;
    ++at_;
    return true;
  }
  std::string string() {
    next();
    const size_t start = at_ + 1;
    at_ = text_.find('"', start) + 1;
    return text_.substr(start, at_ - 1 - start);
  }

  std::string text_;
  size_t at_ = 0;
};

/// A file below tests/fixtures.
inline Json read_fixture(const std::string& path) {
  const std::string here = __FILE__;
  std::ifstream file(here.substr(0, here.rfind('/')) + "/../fixtures/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return JsonReader(text.str()).value();
}

}  // namespace simple_rnn
