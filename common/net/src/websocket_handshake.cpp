#include "common/net/src/websocket_handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <algorithm>
#include <array>
#include <span>

#include "common/base/encoding.hpp"
#include "common/base/random.hpp"
#include "common/base/trim.hpp"
#include "common/net/src/http_writer.hpp"

namespace parley::net {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kKeyCharacters = 24;  // as many in Base64

bool has_token(const http::Fields& fields, std::string_view field, std::string_view token) {
  for (const auto& [name, value] : fields) {
    if (!http::equal_ignoring_case(name, field)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      if (http::equal_ignoring_case(trim_blanks(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  return base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool is_key(std::string_view key) {
  std::array<unsigned char, kKeyCharacters> decoded;
  return key.size() == kKeyCharacters && key.ends_with("==") && key[kKeyCharacters - 3] != '=' &&
         EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(key.data()),
                         static_cast<int>(key.size())) > 0;
}

HandshakeAnswer refuse(int status) {
  auto response = error_response(status);
  if (status == 426) response.headers.emplace_back("Sec-WebSocket-Version", "13");
  HandshakeAnswer answer{.status = status, .bytes = {}};
  write_response(response, {.keep_alive = false}, answer.bytes);
  return answer;
}

}  // namespace

bool is_websocket_upgrade(const http::Request& request) {
  return has_token(request.headers, "Upgrade", "websocket");
}

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key).append(kGuid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64(digest);
}

std::string make_handshake_key() {
  std::array<std::uint8_t, kKeyBytes> bytes;
  SecureRandom().fill(bytes);
  return base64(bytes);
}

std::string write_handshake(std::string_view authority, std::string_view target, std::string_view key) {
  std::string request = "GET " + std::string(target) + " HTTP/1.1\r\n";
  write_field("Host", authority, request);
  request += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  write_field("Sec-WebSocket-Key", key, request);
  return request + "User-Agent: parley\r\n\r\n";
}

std::optional<std::string_view> find_wrong_field(const http::Fields& answer, std::string_view key) {
  if (!has_token(answer, "Upgrade", "websocket")) return "Upgrade";
  if (!has_token(answer, "Connection", "upgrade")) return "Connection";
  const auto accept = http::find_header(answer, "Sec-WebSocket-Accept");
  if (!accept || trim_blanks(*accept) != accept_key(key)) return "Sec-WebSocket-Accept";
  for (const std::string_view unasked : {"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"})
    if (!trim_blanks(http::find_header(answer, unasked).value_or("")).empty()) return unasked;
  return std::nullopt;
}

HandshakeAnswer answer_handshake(const http::Request& request) {
  const auto version = http::find_header(request.headers, "Sec-WebSocket-Version");
  if (version && trim_blanks(*version) != "13") return refuse(426);
  const auto key = http::find_header(request.headers, "Sec-WebSocket-Key");
  const bool is_right = version && request.method == "GET" && !request.is_http_1_0 &&
                        has_token(request.headers, "Connection", "upgrade") && key &&
                        is_key(trim_blanks(*key));
  if (!is_right) return refuse(400);
  HandshakeAnswer answer;
  answer.bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  write_field("Sec-WebSocket-Accept", accept_key(trim_blanks(*key)), answer.bytes);
  answer.bytes += "Server: parley\r\n\r\n";
  return answer;
}

}  // namespace parley::net
