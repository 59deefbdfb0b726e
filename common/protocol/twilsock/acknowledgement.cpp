#include "common/protocol/twilsock/acknowledgement.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/limits.hpp"

namespace parley::twilsock {
namespace {

constexpr std::string_view kMagic = "TWILSOCK V3.0 ";
constexpr std::string_view kStart = "\r\n{\"id\":\"";
constexpr std::string_view kEnd =
    "\",\"method\":\"reply\",\"payload_type\":\"application/"
    "json\",\"status\":{\"code\":200,\"status\":\"OK\"},"
    "\"payload_size\":0}\r\n";

/// Characters that need no look at JSON's or UTF-8's rules.
bool is_plain(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; }

}  // namespace

bool is_plain_acknowledgement(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || !bytes.ends_with(kEnd)) return false;
  bytes.remove_prefix(kMagic.size());
  std::size_t declared = 0;
  const auto [digits_end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), declared);
  if (error != std::errc{}) return false;
  bytes.remove_prefix(static_cast<std::size_t>(digits_end - bytes.data()));
  if (!bytes.starts_with(kStart) || bytes.size() < kStart.size() + kEnd.size()) return false;
  constexpr std::size_t kLineEnds = 4;  // around the header
  if (bytes.size() != declared + kLineEnds) return false;
  const auto id = bytes.substr(kStart.size(), bytes.size() - kStart.size() - kEnd.size());
  return !id.empty() && id.size() <= limits::kPacketIdBytes && std::all_of(id.begin(), id.end(), is_plain);
}

}  // namespace parley::twilsock
