#pragma once
#include <memory>

#include "bench/support/chat_client.hpp"

namespace parley::bench {

/// A client that does more than it should: it keeps as many requests in flight as it is let, pauses when it is
/// refused, and comes back when it is sent away.
class Attacker {
 public:
  Attacker(Loop& loop, std::uint16_t port, std::string identity);
  ~Attacker();

  /// True if it may ask now. Connects again if it was sent away.
  bool may_ask();
  void ask(std::string_view method, const std::string& path, const std::string& body);
  /// One packet as it is; no answer is expected.
  void send_packet(std::string_view header);
  /// Waits; an answer that is not 2xx counts as none.
  std::string ask_and_wait(std::string_view method, const std::string& path, const std::string& body);
  /// SID of a conversation of its own.
  std::string make_conversation();

 private:
  class Connection;

  Loop& loop_;
  std::uint16_t port_;
  std::string identity_;
  std::unique_ptr<Connection> connection_;
  double paused_until_ = 0;
};

/// Attacks until the process is ended. `mode` is one of attack_modes().
void attack(const std::string& mode, std::uint16_t port);
std::vector<std::string> attack_modes();

}  // namespace parley::bench
