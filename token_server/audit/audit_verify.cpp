#include <fstream>

#include "token_server/audit/append_file.hpp"
#include "token_server/audit/audit_line.hpp"
#include "token_server/audit/audit_log.hpp"

namespace parley::token_server {
namespace {

class Verifier {
 public:
  Verifier(const std::string& path, const std::optional<AuditChain>& noted) : path_(path), noted_(noted) {}

  Result<AuditChain> run() {
    // What is appended meanwhile is left for the next time.
    const auto size = settled_size(path_);
    if (!size) return size.error();
    std::ifstream file(path_, std::ios::binary);
    char line[kAuditLineBytes];
    for (std::uint64_t done = 0; done < *size; done += static_cast<std::uint64_t>(file.gcount())) {
      file.getline(line, sizeof line);
      // A last line without its end is taken, too; one that is too long is not.
      if (auto fits = check(line, file.good()); !fits) return fits.error();
    }
    if (noted_ && noted_->lines > last_.seq)
      return wrong("line " + std::to_string(last_.seq) + " is the last",
                   std::to_string(noted_->lines) + " lines: the end was cut off");
    return AuditChain{last_.seq, last_.hash};
  }

 private:
  Result<void> check(std::string_view line, bool complete) {
    const std::string where = "line " + std::to_string(last_.seq + 1);
    if (!complete) return wrong(where, "a whole line: the write was cut short");
    auto decoded = decode_audit_line(line);
    if (!decoded)
      return Error{.code = Errc::storage_error,
                   .message = path_ + ": " + where + ": " + decoded.error().message};
    if (decoded->link.seq != last_.seq + 1)
      return wrong(where, "the number " + std::to_string(last_.seq + 1));
    if (decoded->previous != last_.hash) return wrong(where, "the hash of the line before as `prev`");
    last_ = std::move(decoded->link);
    if (noted_ && noted_->lines == last_.seq && noted_->head != last_.hash)
      return wrong(where, "the hash that was noted: the lines up to here were written anew");
    return {};
  }

  Error wrong(const std::string& where, const std::string& expected) const {
    return {.code = Errc::storage_error, .message = path_ + ": " + where + ": expected " + expected};
  }

  const std::string& path_;
  const std::optional<AuditChain>& noted_;
  AuditLink last_;
};

}  // namespace

Result<AuditChain> verify_audit_log(const std::string& path, const std::optional<AuditChain>& noted) {
  return Verifier(path, noted).run();
}

}  // namespace parley::token_server
