#include "bench/support/twilsock_wire.hpp"

#include <charconv>

#include "common/protocol/token/access_token.hpp"

namespace parley::bench {
namespace {

constexpr std::string_view kMask = "\x37\xfa\x21\x3d";
constexpr std::string_view kAckSuffix =
    R"(","method":"reply","payload_type":"application/json","status":{"code":200,"status":"OK"},"payload_size":0})";

// One binary message from a client: header, mask, masked payload.
void put_frame(std::string& out, std::string_view payload) {
  const auto size = payload.size();
  out += '\x82';
  if (size < 126) {
    out += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    out.append({'\xfe', static_cast<char>(size >> 8), static_cast<char>(size)});
  } else {
    out += '\xff';
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  }
  out += kMask;
  const auto begin = out.size();
  out += payload;
  char* const bytes = out.data() + begin;
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] ^ kMask[i & 3]);
}

void put_packet(std::string& out, std::string_view header, std::string_view payload) {
  std::string packet = "TWILSOCK V3.0 " + std::to_string(header.size()) + "\r\n";
  packet.append(header).append("\r\n").append(payload);
  put_frame(out, packet);
}

struct ServerFrame {
  std::size_t header = 0;  // 0: not whole yet
  std::size_t size = 0;
};

ServerFrame look_at_frame(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  ServerFrame frame{2, byte(1)};
  if (frame.size == 126) {
    if (bytes.size() < 4) return {};
    frame = {4, byte(2) << 8 | byte(3)};
  } else if (frame.size == 127) {
    if (bytes.size() < 10) return {};
    frame = {10, 0};
    for (std::size_t i = 2; i < 10; ++i) frame.size = frame.size << 8 | byte(i);
  }
  return bytes.size() < frame.header + frame.size ? ServerFrame{} : frame;
}

}  // namespace

std::string token_for(const std::string& identity) {
  static const token::ApiKey key{kAccountSid, kKeySid, kKeySecret};
  token::TokenSpec spec;
  spec.identity = identity;
  spec.grants = {token::ChatGrant{.service_sid = kServiceSid}};
  return token::mint(key, spec, system_clock().wall_now()).value();
}

std::string member(std::string_view json, std::string_view name) {
  const std::string start = '"' + std::string(name) + "\":\"";
  const auto at = json.find(start);
  if (at == json.npos) fail("no member " + std::string(name) + " in " + std::string(json));
  const auto from = at + start.size();
  return std::string(json.substr(from, json.find('"', from) - from));
}

std::string upgrade_words() {
  return "GET /v3/wsconnect HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

std::string framed_packet(std::string_view header, std::string_view payload) {
  std::string frame;
  put_packet(frame, header, payload);
  return frame;
}

std::string opening_words(const std::string& token) {
  return upgrade_words() +
         framed_packet(
             R"({"id":"init","method":"init","token":")" + token +
             R"(","continuation_token":null,"metadata":{"sdk":"JS"},"registrations":[{"product":"ip_messaging",)"
             R"("type":"ers","notification_protocol_version":0,"message_types":["twilio.ipmsg.typing_indicator",)"
             R"("twilio.sync.event","com.twilio.rtd.cds.document","com.twilio.rtd.cds.list",)"
             R"("com.twilio.rtd.cds.map"]}],"tweaks":null,"capabilities":["client_update"],"payload_size":0})");
}

TwilsockWire::TwilsockWire(Loop& loop, std::uint16_t port, const std::string& token, int source)
    : Wire(loop, port, source) {
  send(opening_words(token));
}

void TwilsockWire::request(std::string_view method, std::string_view path, std::string_view body,
                           OnAnswer done, std::string_view params) {
  const std::string id = "TM" + std::to_string(++last_id_);
  std::string header =
      R"({"id":")" + id +
      R"(","method":"message","active_grant":"ip_messaging","payload_type":"application/json",)"
      R"("http_request":{"host":"aim.us1.twilio.com","path":")";
  header.append(path).append(R"(","method":")").append(method).append(R"(","params":)").append(params);
  header.append(R"(,"headers":{"Content-Type":"application/json; charset=utf-8"}},"payload_size":)");
  header.append(std::to_string(body.size())).append("}");
  waiting_.emplace(id, std::move(done));
  send_packet(header, body);
}

void TwilsockWire::send_packet(std::string_view header, std::string_view payload) {
  put_packet(out(), header, payload);
  flush();
}

std::size_t TwilsockWire::on_bytes(std::string_view bytes) {
  std::size_t taken = 0;
  if (!upgraded_) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) return 0;
    if (!bytes.starts_with("HTTP/1.1 101")) return on_refused(bytes.substr(0, end)), bytes.size();
    upgraded_ = true;
    taken = end + 4;
  }
  while (true) {
    const auto frame = look_at_frame(bytes.substr(taken));
    if (frame.header == 0) return taken;
    if (bytes[taken] == '\x88') return on_ended(), bytes.size();
    if (bytes[taken] != '\x82')
      fail("a frame that is not a binary message: " + std::to_string(bytes[taken] & 0xff));
    last_frame_bytes_ = frame.header + frame.size;
    on_packet(bytes.substr(taken + frame.header, frame.size));
    taken += frame.header + frame.size;
  }
}

// The service writes {"method":"...","id":"...": that order is part of its golden frames.
void TwilsockWire::on_packet(std::string_view packet) {
  constexpr std::string_view kMethod = R"({"method":")";
  const auto header = packet.find('{');
  auto rest = packet.substr(header);
  if (!rest.starts_with(kMethod)) fail("an unknown packet");
  rest.remove_prefix(kMethod.size());
  const auto method = rest.substr(0, rest.find('"'));
  constexpr std::string_view kId = R"(","id":")";
  rest.remove_prefix(method.size() + kId.size());
  const auto id = rest.substr(0, rest.find('"'));
  if (method == "reply") return on_reply(packet, id);
  if (method == "close") return on_refused(packet);
  acknowledge(id);
  if (method == "notification") on_notification(packet);
}

void TwilsockWire::on_reply(std::string_view packet, std::string_view id) {
  if (id == "init") {
    ready_ = packet.find(R"("code":200)") != packet.npos;
    if (!ready_) on_refused(packet);
    return;
  }
  const auto found = waiting_.find(std::string(id));
  if (found == waiting_.end()) return;
  constexpr std::string_view kStatus = R"("http_status":{"code":)";
  Answer answer;
  const auto status = packet.find(kStatus);
  if (status != packet.npos)
    std::from_chars(packet.data() + status + kStatus.size(), packet.data() + packet.size(), answer.status);
  const auto header_end = packet.find("}\r\n");
  answer.body = packet.substr(header_end + 3);
  const auto done = std::move(found->second);
  waiting_.erase(found);
  done(answer);
}

void TwilsockWire::acknowledge(std::string_view id) {
  char header[256];
  char* end = header;
  const auto put = [&](std::string_view text) { end = std::copy(text.begin(), text.end(), end); };
  const auto size = 7 + id.size() + kAckSuffix.size();
  put("TWILSOCK V3.0 ");
  end = std::to_chars(end, end + 4, size).ptr;
  put("\r\n{\"id\":\"");
  put(id);
  put(kAckSuffix);
  put("\r\n");
  put_frame(out(), {header, static_cast<std::size_t>(end - header)});
}

}  // namespace parley::bench
