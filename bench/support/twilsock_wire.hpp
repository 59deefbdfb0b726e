#pragma once
#include <unordered_map>

#include "bench/support/wire.hpp"

namespace parley::bench {

/// A client of the chat service as bare as can be: WebSocket and Twilsock by hand, every notification and
/// ping acknowledged with the bytes that the official client writes.
class TwilsockWire : public Wire {
 public:
  struct Answer {
    int status = 0;
    std::string_view body;
  };
  using OnAnswer = std::function<void(const Answer&)>;

  /// Connects, upgrades and sends `init`; ready() a little later.
  TwilsockWire(Loop& loop, std::uint16_t port, const std::string& token, int source = 1);

  bool ready() const { return ready_; }
  /// A tunnelled request. `params` is a JSON object.
  void request(std::string_view method, std::string_view path, std::string_view body, OnAnswer done,
               std::string_view params = "{}");
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t last_frame_bytes() const { return last_frame_bytes_; }
  /// One packet as it is: `header` is its JSON.
  void send_packet(std::string_view header, std::string_view payload = {});

 protected:
  std::size_t on_bytes(std::string_view bytes) override;
  /// Packet of a notification, header and all.
  virtual void on_notification(std::string_view) {}
  /// The service refused `init` or said goodbye.
  virtual void on_refused(std::string_view packet) { fail("refused: " + std::string(packet)); }

 private:
  void on_packet(std::string_view packet);
  void on_reply(std::string_view packet, std::string_view id);
  void acknowledge(std::string_view id);

  bool upgraded_ = false;
  bool ready_ = false;
  std::uint64_t last_id_ = 0;
  std::size_t last_frame_bytes_ = 0;
  std::unordered_map<std::string, OnAnswer> waiting_;
};

/// What the programs of bench/ are configured with (support.sh).
inline constexpr const char* kAccountSid = "AC00000000000000000000000000000001";
inline constexpr const char* kKeySid = "SK00000000000000000000000000000002";
inline constexpr const char* kKeySecret = "example-secret-change-me-0123456";
inline constexpr const char* kServiceSid = "IS00000000000000000000000000000003";

std::string token_for(const std::string& identity);

/// The upgrade, and one packet of a client in its frame.
std::string upgrade_words();
std::string framed_packet(std::string_view header, std::string_view payload = {});

/// All that a client says before the service answers: the upgrade and `init`.
std::string opening_words(const std::string& token);

/// The string member `name` of JSON text that the service wrote; fails if there is none.
std::string member(std::string_view json, std::string_view name);

}  // namespace parley::bench
