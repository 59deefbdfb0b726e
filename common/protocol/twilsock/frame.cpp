#include "common/protocol/twilsock/frame.hpp"

#include <charconv>

#include "common/base/limits.hpp"

namespace parley::twilsock {
namespace {

constexpr std::string_view kMagic = "TWILSOCK V3.0 ";
constexpr std::string_view kCrlf = "\r\n";

Error malformed(std::string_view what, std::size_t position) {
  return {.code = Errc::protocol_error,
          .message = "packet: " + std::string(what) + " at byte " + std::to_string(position)};
}

Error too_large(std::string_view what) {
  return {.code = Errc::limit_exceeded, .message = "packet: " + std::string(what) + " is too large"};
}

}  // namespace

Result<Frame> split_frame(std::string_view bytes, const FrameLimits& most) {
  if (bytes.size() > most.message) return too_large("message");
  if (!bytes.starts_with(kMagic)) return malformed("no \"TWILSOCK V3.0 \"", 0);

  const char* const digits = bytes.data() + kMagic.size();
  std::size_t header_size = 0;
  const auto [end, error] = std::from_chars(digits, bytes.data() + bytes.size(), header_size);
  if (error != std::errc{}) return malformed("no header size", kMagic.size());
  if (header_size > most.header) return too_large("header");

  auto at = static_cast<std::size_t>(end - bytes.data());
  if (at < bytes.size() && bytes[at] == ' ') ++at;  // older clients
  if (bytes.substr(at, 2) != kCrlf) return malformed("no line end after the header size", at);
  at += kCrlf.size();
  if (bytes.size() - at < header_size) return malformed("header beyond the end", bytes.size());
  const auto header = bytes.substr(at, header_size);
  at += header_size;
  if (bytes.substr(at, 2) != kCrlf) return malformed("no line end after the header", at);
  return Frame{header, bytes.substr(at + kCrlf.size())};
}

Result<std::string_view> take_payload(std::string_view rest, std::size_t declared) {
  if (rest.size() < declared) return malformed("payload beyond the end", rest.size());
  const auto trailer = rest.substr(declared);
  if (!trailer.empty() && trailer != kCrlf) return malformed("bytes after the payload", declared);
  return rest.substr(0, declared);
}

std::string join_frame(std::string_view header, std::string_view payload, bool trailer) {
  std::string out;
  out.reserve(kMagic.size() + header.size() + payload.size() + 16);
  out.append(kMagic).append(std::to_string(header.size())).append(kCrlf);
  out.append(header).append(kCrlf).append(payload);
  if (trailer && !payload.empty()) out.append(kCrlf);
  return out;
}

}  // namespace parley::twilsock
