#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <string_view>

namespace parley::token_server {

/// One thing worth proving later. No secret, token, password, name of a person or identity in clear.
struct AuditEvent {
  std::string_view what;   ///< e.g. "login", "refresh_reused", "key_added"
  std::string caller{};    ///< Caller::name, or empty
  std::string identity{};  ///< fingerprint (redact_identity), or empty
  std::string address{};   ///< the peer's, or empty
  std::string outcome{};   ///< "ok", or the reason
};

/// An append-only file of JSON lines, each with the SHA-256 of itself and of the line before: a line that was
/// changed, removed or put in breaks the chain. What the chain cannot show is a cut tail: keep the head that
/// `verify` prints elsewhere.
///
/// Any thread may append; several processes may share a file (each append locks it).
class AuditLog {
 public:
  /// Fails with Errc::storage_error if the file cannot be opened or made (mode 0600), or its last line is not
  /// a link.
  static Result<std::unique_ptr<AuditLog>> open(const std::string& path, const Clock& clock);
  ~AuditLog();

  /// The line is with the operating system when this returns. Fails with Errc::storage_error, and writes
  /// nothing, if the file cannot be written, was moved or deleted, is shorter than it was, or its last line
  /// is not a link, or if another process keeps it locked (after some seconds).
  Result<void> append(const AuditEvent& event);

  /// Would append() find the file, and may it be written? Writes nothing and waits for nobody. Any thread.
  /// Fails with Errc::storage_error: it was moved or deleted, may not be written, or its disk is full.
  Result<void> check() const;

 private:
  struct Impl;
  explicit AuditLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct AuditChain {
  std::uint64_t lines = 0;
  std::string head;  ///< hash of the last line; 64 zeros if there is none
};

/// Reads the whole file. With `noted`, what an earlier call gave: the chain must still have that head at that
/// line, so nothing up to there was cut off or written anew.
///
/// Fails with Errc::storage_error naming the first line that does not fit.
Result<AuditChain> verify_audit_log(const std::string& path, const std::optional<AuditChain>& noted = {});

}  // namespace parley::token_server
