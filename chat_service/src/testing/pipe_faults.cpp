#include "chat_service/src/testing/pipe_faults.hpp"

namespace parley::testing {

PipeFaults::Fate PipeFaults::on_bytes(Direction direction, std::uint64_t size, bool divisible) {
  if (drops_) return {.is_dead = true};
  auto& left = this->left(direction);
  if (!left || (*left > size)) {
    if (left) *left -= size;
    return {.passes = size, .delay = delay_};
  }
  const std::uint64_t allowed = *left;
  left.reset();
  return {.passes = divisible || allowed == size ? allowed : 0, .delay = delay_, .is_cut = true};
}

}  // namespace parley::testing
