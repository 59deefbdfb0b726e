#include "common/protocol/token/identity.hpp"

#include "common/base/limits.hpp"
#include "common/base/sid.hpp"
#include "common/base/text_rules.hpp"
#include "common/base/utf8.hpp"

namespace parley::token {
namespace {

constexpr int kReserved = 50203;
constexpr int kLooksLikeSid = 50206;
constexpr int kTooLong = 50207;

Error refuse(std::string_view expected, int server_code = 0) {
  return {.code = Errc::invalid_argument,
          .message = "identity: expected " + std::string(expected),
          .server_code = server_code};
}

}  // namespace

Result<void> check_identity(std::string_view identity) {
  if (identity.empty()) return refuse("a string that is not empty");
  if (identity.size() > limits::kIdentityBytes)
    return refuse("at most " + std::to_string(limits::kIdentityBytes) + " bytes", kTooLong);
  if (!is_valid_utf8(identity)) return refuse("valid UTF-8");
  if (!is_clean(identity, TextKind::identifier)) return refuse(kCleanIdentifier);
  if (is_sid(identity, "US")) return refuse("a name that does not look like a user SID", kLooksLikeSid);
  if (identity == "system") return refuse("a name that is not reserved", kReserved);
  return {};
}

}  // namespace parley::token
