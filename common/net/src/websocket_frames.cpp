#include "common/net/src/websocket_frames.hpp"

#include <algorithm>
#include <cstring>

#include "common/base/utf8.hpp"

namespace parley::net {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::size_t kMaskBytes = 4;
constexpr std::size_t kMostControlBytes = 125;

enum Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, closing = 8, pinging = 9, ponging = 10 };

std::uint64_t read_number(std::span<const char> bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

/// Codes that may be on the wire: those of the RFC and its registry, those of libraries and applications.
bool is_sendable(std::uint64_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

void apply_mask(std::span<char> bytes, const MaskKey& key, std::size_t offset) {
  std::array<char, 2 * kMaskBytes> mask;
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = key[(offset + i) % kMaskBytes];
  std::uint64_t wide = 0;
  std::memcpy(&wide, mask.data(), sizeof wide);
  char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof wide; left -= sizeof wide, at += sizeof wide) {
    std::uint64_t part;
    std::memcpy(&part, at, sizeof part);
    part ^= wide;
    std::memcpy(at, &part, sizeof part);
  }
  for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ mask[i]);
}

struct FrameReader::Header {
  std::uint8_t first = 0;
  bool masked = false;
  bool shortest = true;  ///< the length was written in as few bytes as possible
  std::size_t size = 0;  ///< of the header; 0: it is not whole yet
  std::uint64_t payload = 0;

  Opcode opcode() const { return static_cast<Opcode>(first & 0x0f); }
  bool is_final() const { return (first & kFinal) != 0; }
  bool is_control() const { return opcode() >= closing; }

  /// As far as it is there; the first two bytes tell the most.
  static Header read(std::span<const char> input) {
    Header header;
    if (input.size() < 2) return header;
    header.first = static_cast<std::uint8_t>(input[0]);
    const auto second = static_cast<std::uint8_t>(input[1]);
    header.masked = (second & kMasked) != 0;
    const std::size_t short_length = second & 0x7f;
    const std::size_t more = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
    const std::size_t size = 2 + more + (header.masked ? kMaskBytes : 0);
    if (input.size() < 2 + more) return header;
    header.payload = more == 0 ? short_length : read_number(input.subspan(2, more));
    header.shortest = more == 0 || header.payload > (more == 2 ? 125u : 65535u);
    if (input.size() >= size) header.size = size;
    return header;
  }
};

FrameReader::Event FrameReader::fail(CloseCode code, std::string_view problem) {
  return {.what = What::failure, .code = static_cast<std::uint16_t>(code), .problem = problem};
}

FrameReader::Event FrameReader::check(const Header& header) const {
  const auto opcode = header.opcode();
  if (header.first & kReserved) return fail(CloseCode::protocol_error, "a reserved bit is set");
  if ((opcode > binary && opcode < closing) || opcode > ponging)
    return fail(CloseCode::protocol_error, "an unknown kind of frame");
  if (header.masked != peer_masks_)
    return fail(CloseCode::protocol_error,
                peer_masks_ ? "a frame of a client without a mask" : "a frame of a server with a mask");
  if (header.is_control() && !header.is_final())
    return fail(CloseCode::protocol_error, "a control frame in pieces");
  if (!header.is_control() && in_message_ != (opcode == continuation))
    return fail(CloseCode::protocol_error, "a fragment out of order");
  if (opcode == text)
    return fail(CloseCode::unacceptable, "a text message where only binary ones are allowed");
  // The rules of lengths come last: the length may still be on its way, and it must not matter how bytes
  // arrive.
  if (!header.shortest || header.payload >> 63) return fail(CloseCode::protocol_error, "a bad length");
  if (header.is_control() && header.payload > kMostControlBytes)
    return fail(CloseCode::protocol_error, "a long control frame");
  if (!header.is_control() && header.payload > max_message_bytes_ - message_.size())
    return fail(CloseCode::too_big, "a message longer than the limit");
  return {};
}

FrameReader::Event FrameReader::next(std::span<char> input) {
  if (delivered_) free_memory(message_);
  delivered_ = false;
  std::size_t taken = 0;
  while (true) {
    const auto rest = input.subspan(taken);
    const Header header = Header::read(rest);
    if (rest.size() >= 2)
      if (auto refusal = check(header); refusal.what == What::failure) return refusal;
    if (header.size == 0 || rest.size() - header.size < header.payload) return {.taken = taken};
    const auto payload = rest.subspan(header.size, static_cast<std::size_t>(header.payload));
    if (header.masked) {
      MaskKey key;
      std::copy_n(&rest[header.size - kMaskBytes], kMaskBytes, key.data());
      apply_mask(payload, key);
    }
    taken += header.size + payload.size();
    auto event = finish(header, payload);
    event.taken = taken;
    if (event.what == What::message) max_message_bytes_ = max_later_;
    if (event.what != What::nothing) return event;
  }
}

FrameReader::Event FrameReader::finish(const Header& header, std::span<char> payload) {
  const std::string_view bytes(payload.data(), payload.size());
  switch (header.opcode()) {
    case pinging:
      return {.what = What::ping, .bytes = bytes};
    case ponging:
      return {.what = What::pong, .bytes = bytes};
    case closing:
      break;
    default:
      if (header.is_final() && !in_message_) return {.what = What::message, .bytes = bytes};
      message_.append(bytes);
      in_message_ = !header.is_final();
      if (in_message_) return {};
      delivered_ = true;
      return {.what = What::message, .bytes = message_};
  }
  if (bytes.empty()) return {.what = What::close, .code = static_cast<std::uint16_t>(CloseCode::none)};
  if (bytes.size() == 1) return fail(CloseCode::protocol_error, "a closing frame with half a code");
  const auto code = read_number(payload.first(2));
  if (!is_sendable(code)) return fail(CloseCode::protocol_error, "a closing code that nobody may send");
  if (!is_valid_utf8(bytes.substr(2))) return fail(CloseCode::bad_text, "a closing reason that is not UTF-8");
  return {.what = What::close, .bytes = bytes.substr(2), .code = static_cast<std::uint16_t>(code)};
}

FrameHeader make_frame_header(std::uint8_t first_byte, std::size_t payload_size, const MaskKey* key) {
  FrameHeader header;
  header.bytes[0] = static_cast<char>(first_byte);
  const std::size_t more = payload_size < 126 ? 0 : payload_size < 65536 ? 2 : 8;
  header.bytes[1] = static_cast<char>(more == 0 ? payload_size : more == 2 ? 126 : 127);
  for (std::size_t i = 0; i < more; ++i)
    header.bytes[2 + i] = static_cast<char>(payload_size >> (8 * (more - 1 - i)));
  header.size = 2 + more;
  if (!key) return header;
  header.bytes[1] = static_cast<char>(static_cast<std::uint8_t>(header.bytes[1]) | kMasked);
  std::copy(key->begin(), key->end(), &header.bytes[header.size]);
  header.size += kMaskBytes;
  return header;
}

std::string make_close_payload(std::uint16_t code) {
  if (code == static_cast<std::uint16_t>(CloseCode::none)) return {};
  return {static_cast<char>(code >> 8), static_cast<char>(code)};
}

}  // namespace parley::net
