#pragma once
#include <memory>
#include <string>

#include "common/net/message_stream.hpp"

namespace parley::testing {

/// A stream whose reader takes what the test says.
class CountingStream final : public net::MessageStream {
 public:
  /// `queued` are the bytes that wait; the test takes them away. It must outlive this.
  explicit CountingStream(std::size_t& queued) : queued_(queued) {}
  void start(Callbacks) override {}
  void send(std::shared_ptr<const std::string> message) override { queued_ += message->size(); }
  void ping() override {}
  std::size_t queued_bytes() const override { return queued_; }
  void close(Duration) override {}
  std::string peer_address() const override { return ""; }

 private:
  std::size_t& queued_;
};

}  // namespace parley::testing
