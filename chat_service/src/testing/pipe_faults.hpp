#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include <parley/seams.hpp>

#include "chat_service/testing/faulty_pipe.hpp"

namespace parley::testing {

/// What is wrong with a pipe: decides, without I/O, what becomes of bytes that arrive. One thread.
class PipeFaults {
 public:
  /// What becomes of bytes: the first `passes` go on after `delay`, what is behind them is lost; then the
  /// connection is cut, or it is dead from now on.
  struct Fate {
    std::uint64_t passes = 0;
    Duration delay{};
    bool is_cut = false;
    bool is_dead = false;
  };

  void delay(Duration by) { delay_ = by; }
  void drop() { drops_ = true; }
  void cut_after(Direction direction, std::uint64_t bytes) { left(direction) = bytes; }
  void refuse() { refuses_ = true; }
  void heal() { *this = {}; }

  bool refuses() const { return refuses_; }
  bool drops() const { return drops_; }
  Duration delay() const { return delay_; }
  /// `divisible`: a part of them may go on without the rest.
  Fate on_bytes(Direction direction, std::uint64_t size, bool divisible);

 private:
  std::optional<std::uint64_t>& left(Direction direction) {
    return left_[direction == Direction::to_service ? 0 : 1];
  }

  Duration delay_{};
  bool drops_ = false;
  bool refuses_ = false;
  std::array<std::optional<std::uint64_t>, 2> left_{};  ///< bytes that go on before a connection is cut
};

}  // namespace parley::testing
