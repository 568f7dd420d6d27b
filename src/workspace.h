// Room that the caller gives a kernel for its own use.
#pragma once

#include <cstddef>

namespace simple_rnn {

/// Hands out consecutive parts of the workspace.
class Workspace {
 public:
  explicit Workspace(void* start) : next_(static_cast<char*>(start)) {}

  template <class T>
  T* take(size_t count) {
    T* const part = reinterpret_cast<T*>(next_);
    next_ += (count * sizeof(T) + 15) & ~size_t{15};
    return part;
  }

 private:
  char* next_;
};

}  // namespace simple_rnn
