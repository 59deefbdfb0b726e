#pragma once
#include <functional>
#include <memory>
#include <string>

#include "bench/support/wire.hpp"

namespace parley::bench {

/// One server under test: receivers that are connected and subscribed, and a sender.
class FanOutPeer {
 public:
  virtual ~FanOutPeer() = default;
  /// Sends one message to all receivers.
  virtual void publish() = 0;
  /// Bytes of one delivery on the wire.
  virtual std::size_t delivery_bytes() const = 0;
};

/// Called for every message that a receiver got.
using OnDelivery = std::function<void(std::size_t receiver)>;

struct FanOutSetup {
  Loop& loop;
  std::uint16_t port;
  std::size_t receivers;
  std::size_t message_bytes;  ///< of the message's text
  OnDelivery on_delivery;
};

std::unique_ptr<FanOutPeer> make_parley_peer(FanOutSetup setup);
std::unique_ptr<FanOutPeer> make_nats_peer(FanOutSetup setup);
std::unique_ptr<FanOutPeer> make_prosody_peer(FanOutSetup setup);

}  // namespace parley::bench
