#include "chat_service/src/free_space.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace parley::chat_service {

Result<void> FreeSpace::expect(std::uint64_t bytes) {
  if (auto looked = look(); !looked) return looked;
  if (left_ == 0 || bytes > left_) return no_room();
  return {};
}

Result<void> FreeSpace::take(std::uint64_t bytes) {
  if (bytes > until_)
    if (auto looked = look(); !looked) return looked;
  if (bytes > left_) return no_room();
  left_ -= bytes;
  until_ -= std::min(until_, bytes);
  return {};
}

Result<void> FreeSpace::look() {
  const auto free = look_ ? look_() : Result<std::uint64_t>(std::numeric_limits<std::uint64_t>::max());
  if (!free) return free.error();
  left_ = *free - std::min(*free, floor_);
  until_ = std::min(left_, kLookEvery);
  return {};
}

Error FreeSpace::no_room() {
  ++refused_;
  return {.code = Errc::storage_error,
          .message = "fewer than " + std::to_string(floor_) + " bytes would stay free on the disk",
          .http_status = 507};
}

}  // namespace parley::chat_service
