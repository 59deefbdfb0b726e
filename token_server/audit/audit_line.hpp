#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "token_server/audit/audit_log.hpp"

namespace parley::token_server {

/// The longest line that is written or read, its end included.
inline constexpr std::size_t kAuditLineBytes = 8 * 1024;

/// The place of a line in the chain.
struct AuditLink {
  std::uint64_t seq = 0;  ///< 1, 2, 3, ...; 0: before the first line
  std::string hash = std::string(64, '0');
};

struct AuditLine {
  std::string text;  ///< with its line end
  AuditLink link;
};

/// The line after `previous`. Members that are too long are cut.
AuditLine encode_audit_line(const AuditEvent& event, WallTime time, const AuditLink& previous);

/// What a line says of its own place, and of the one before.
struct DecodedAuditLine {
  AuditLink link;
  std::string previous;
};

/// Reads a line without its end. Fails in words: "expected ..." with what is wrong, nothing of the line.
Result<DecodedAuditLine> decode_audit_line(std::string_view line);

}  // namespace parley::token_server
