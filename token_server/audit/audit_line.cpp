#include "token_server/audit/audit_line.hpp"

#include <nlohmann/json.hpp>

#include "common/base/crypto.hpp"
#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"

namespace parley::token_server {
namespace {

constexpr std::size_t kMemberBytes = 128;  // five of them fit into a line, even if each byte is escaped
constexpr std::string_view kHashMember = R"(,"hash":")";
constexpr std::string_view kEnd = R"("})";
constexpr std::size_t kHashDigits = 64;

// The hash is over the object without its last member.
std::string hash_of(std::string_view body) { return sha256_hex(body); }

std::string cut(std::string_view text) { return std::string(text.substr(0, kMemberBytes)); }

Error wrong(std::string expected) {
  return {.code = Errc::storage_error, .message = "expected " + std::move(expected)};
}

}  // namespace

AuditLine encode_audit_line(const AuditEvent& event, WallTime time, const AuditLink& previous) {
  json::OrderedValue object;
  object["seq"] = previous.seq + 1;
  object["time"] = format_iso8601(time);
  object["event"] = cut(event.what);
  object["caller"] = cut(event.caller);
  object["identity"] = cut(event.identity);
  object["address"] = cut(event.address);
  object["outcome"] = cut(event.outcome);
  object["prev"] = previous.hash;
  std::string text = json::dump(object);
  AuditLink link{previous.seq + 1, hash_of(text)};
  text.pop_back();
  text.append(kHashMember).append(link.hash).append(kEnd).append("\n");
  return {std::move(text), std::move(link)};
}

Result<DecodedAuditLine> decode_audit_line(std::string_view line) {
  const std::size_t tail = kHashMember.size() + kHashDigits + kEnd.size();
  const std::size_t at = line.size() < tail ? 0 : line.size() - tail;
  if (line.size() < tail || line.substr(at, kHashMember.size()) != kHashMember || !line.ends_with(kEnd))
    return wrong("a line that ends with its hash");
  const std::string hash(line.substr(at + kHashMember.size(), kHashDigits));
  const std::string body = std::string(line.substr(0, at)) + "}";
  if (hash_of(body) != hash) return wrong("a line whose hash is that of its text");
  const auto object = json::parse_unique_object(body);
  if (!object) return wrong("a line of JSON");
  json::Reader reader(*object, "");
  const auto seq = reader.integer("seq");
  auto previous = reader.string("prev");
  if (reader.failed() || seq < 1) return wrong("a line with its number and the hash before it");
  return DecodedAuditLine{{static_cast<std::uint64_t>(seq), hash}, std::move(previous)};
}

}  // namespace parley::token_server
