#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/protocol/twilsock/acknowledgement.hpp"
#include "common/protocol/twilsock/packet.hpp"

using namespace parley;
using namespace parley::twilsock;

// Any bytes as a packet: decode() must neither throw nor read outside. What it accepted can be written by
// either side and is read back as the same; what the short way takes for an acknowledgement is one. Only a
// header that grew beyond its limit may be refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto packet = decode(bytes);
  if (is_plain_acknowledgement(bytes)) {
    const auto* reply = packet ? std::get_if<Reply>(&packet->body) : nullptr;
    if (!reply || reply->status.code != 200) __builtin_trap();
  }
  if (!packet) return 0;
  for (const Writer writer : {Writer::client, Writer::server}) {
    const std::string written = encode(*packet, writer);
    const auto again = decode(written);
    if (!again && again.error().code == Errc::limit_exceeded) continue;
    if (!again || encode(*again, writer) != written) __builtin_trap();
  }
  decode_backoff(packet->payload);
  decode_notification_types(packet->payload);
  return 0;
}
