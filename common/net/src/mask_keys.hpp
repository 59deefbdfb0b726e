#pragma once
#include <cstring>

#include "common/base/random.hpp"
#include "common/net/src/websocket_frames.hpp"

namespace parley::net {

/// A new key for each frame of a client, which nobody can foresee (RFC 6455, 10.3): drawn from the system,
/// many at once, since each draw costs more than the frame.
class MaskKeys {
 public:
  MaskKey next() {
    if (at_ == drawn_.size()) {
      SecureRandom().fill(drawn_);
      at_ = 0;
    }
    MaskKey key;
    std::memcpy(key.data(), &drawn_[at_], key.size());
    at_ += key.size();
    return key;
  }

 private:
  std::array<std::uint8_t, 256> drawn_;
  std::size_t at_ = drawn_.size();
};

}  // namespace parley::net
