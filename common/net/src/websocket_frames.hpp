#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/net/src/free_memory.hpp"
#include "common/net/src/side.hpp"

namespace parley::net {

/// Closing codes of RFC 6455 that this side says or takes for "none".
enum class CloseCode : std::uint16_t {
  normal = 1000,
  protocol_error = 1002,
  unacceptable = 1003,  ///< text, where only binary messages are taken
  none = 1005,          ///< never on the wire: a closing frame without a code
  bad_text = 1007,
  too_big = 1009,
  try_later = 1013,  ///< of the registry: the server is overloaded
};

/// The longest messages that are taken: of whoever has just come, and afterwards.
struct MessageSizes {
  std::size_t first;
  std::size_t later;
};

/// What one end reads of a WebSocket (RFC 6455), without I/O: bytes go in, whole messages and control frames
/// come out. Strict: only binary messages, every frame of a client masked and none of a server, lengths in
/// their shortest form, no extension.
///
/// Memory: what belongs to one message whose fragments are still coming, at most the size for it; a frame
/// that is longer is refused when its header is there. Bytes of a frame that is not whole stay with the
/// caller. One thread at a time.
class FrameReader {
 public:
  enum class What {
    nothing,  ///< more bytes are needed
    message,
    ping,
    pong,
    close,   ///< `code` is the peer's, CloseCode::none if it gave none
    failure  ///< `code` is what to close with; call next() no more
  };
  struct Event {
    What what = What::nothing;
    std::size_t taken = 0;     ///< bytes of the input that are done with, also beside `nothing`
    std::string_view bytes{};  ///< the message, or what a ping or a close carries; until the next call
    std::uint16_t code = 0;
    std::string_view problem{};  ///< of a failure, for people
  };

  /// `side`: the reader's own.
  FrameReader(Side side, const MessageSizes& most)
      : peer_masks_(side == Side::server), max_message_bytes_(most.first), max_later_(most.later) {}

  /// Memory of the fragments of a message that is not whole.
  std::size_t buffered_bytes() const { return in_message_ ? message_.capacity() : 0; }
  /// Frees it. No more may be read then.
  void drop() { free_memory(message_); }

  /// The first event of `input`, whose payload is unmasked in place.
  Event next(std::span<char> input);

 private:
  struct Header;
  static Event fail(CloseCode code, std::string_view problem);

  Event check(const Header& header) const;
  Event finish(const Header& header, std::span<char> payload);

  bool peer_masks_;
  std::size_t max_message_bytes_;  // of the one that comes next
  std::size_t max_later_;
  std::string message_;      // fragments so far
  bool in_message_ = false;  // a first fragment has come, the last one has not
  bool delivered_ = false;   // message_ was handed out by the last call
};

using MaskKey = std::array<char, 4>;
/// Masks or unmasks in place. `offset`: of `bytes` in its frame's payload.
void apply_mask(std::span<char> bytes, const MaskKey& key, std::size_t offset = 0);

/// The first `size` bytes of `bytes`.
struct FrameHeader {
  std::array<char, 14> bytes{};
  std::size_t size = 0;
};
inline constexpr std::uint8_t kBinaryFrame = 0x82;
inline constexpr std::uint8_t kCloseFrame = 0x88;
inline constexpr std::uint8_t kPingFrame = 0x89;
inline constexpr std::uint8_t kPongFrame = 0x8a;
/// The header of a frame of so many bytes; with the key, as a client sends it.
FrameHeader make_frame_header(std::uint8_t first_byte, std::size_t payload_size,
                              const MaskKey* key = nullptr);

/// Payload of a closing frame: the code, or nothing for CloseCode::none.
std::string make_close_payload(std::uint16_t code);

}  // namespace parley::net
