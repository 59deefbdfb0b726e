#include "token_server/oidc/claims_check.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/json.hpp"
#include "common/base/text_rules.hpp"
#include "common/protocol/token/identity.hpp"
#include "token_server/oidc/jose_header.hpp"

namespace parley::token_server {
namespace {

using json::Value;
using std::chrono::seconds;

constexpr double kLastSecond = 253'402'300'799.0;        // of the year 9999; milliseconds are beyond it
constexpr std::int64_t kLastWallSecond = 9'000'000'000;  // what WallTime can hold, rounded down
constexpr std::size_t kSubjectBytes = 255;               // OpenID Connect Core §2

/// The members of one payload, with the rules of this room for each kind.
class ClaimsReader {
 public:
  ClaimsReader(const Value& claims, const OidcSettings& settings, WallTime now)
      : claims_(claims),
        settings_(settings),
        now_(std::chrono::floor<seconds>(now).time_since_epoch().count()) {}

  Result<void> check_issuer() const;
  Result<void> check_audience() const;
  Result<std::int64_t> check_times() const;
  Result<std::string> read_subject() const;
  Result<std::string> read_identity() const;

 private:
  const Value* find(const char* name) const;
  /// The text of a claim; nothing if it is absent, or no text.
  std::optional<std::string> text(const char* name) const;
  /// Whole seconds since 1970; nothing if it is absent, or no time.
  std::optional<std::int64_t> time(const char* name) const;
  Result<void> check_not_ahead(const char* name) const;
  Result<void> check_verified(const char* name, const char* proof) const;
  bool is_ours(const Value& audience) const;
  bool is_id_token() const;

  const Value& claims_;
  const OidcSettings& settings_;
  std::int64_t now_;
};

Error refuse(const std::string& claim, std::string_view what) {
  return refuse_foreign_token(claim + " " + std::string(what));
}

const Value* ClaimsReader::find(const char* name) const {
  const auto member = claims_.find(name);
  return member == claims_.end() ? nullptr : &*member;
}

std::optional<std::string> ClaimsReader::text(const char* name) const {
  const Value* value = find(name);
  if (!value || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<std::int64_t> ClaimsReader::time(const char* name) const {
  const Value* value = find(name);
  if (!value || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  if (!(number >= 0 && number <= kLastSecond)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

Result<void> ClaimsReader::check_issuer() const {
  if (settings_.issuer.empty() || text("iss") != settings_.issuer)
    return refuse("iss", "is not the configured issuer");
  // A logout token has the issuer, the audience and the subject of an ID token.
  if (find("events")) return refuse("events", "makes it a security event, not a proof of who asks");
  return {};
}

bool ClaimsReader::is_ours(const Value& audience) const {
  const auto& ours = settings_.audiences;
  return audience.is_string() &&
         std::find(ours.begin(), ours.end(), audience.get_ref<const std::string&>()) != ours.end();
}

// Access tokens look like ID tokens, and only the latter say by `azp` for whom they were made (OpenID Connect
// Core §2). The claims of RFC 9068 and the like make it an access token, whatever else is there.
bool ClaimsReader::is_id_token() const {
  for (const char* of_access_tokens : {"scope", "scp", "client_id"})
    if (find(of_access_tokens)) return false;
  if (const auto type = text("typ"); type == "ID" || type == "Bearer") return type == "ID";
  return find("nonce") || find("at_hash") || find("c_hash");
}

Result<void> ClaimsReader::check_audience() const {
  const Value* audience = find("aud");
  if (!audience) return refuse("aud", "is missing");
  const Value* party = find("azp");
  if (party && !party->is_string()) return refuse("azp", "is not a text");
  if (audience->is_string())
    return is_ours(*audience) ? Result<void>() : refuse("aud", "does not name this server");
  if (!audience->is_array() ||
      !std::all_of(audience->begin(), audience->end(), [](const Value& one) { return one.is_string(); }))
    return refuse("aud", "is neither a text nor a list of texts");
  if (std::none_of(audience->begin(), audience->end(), [this](const Value& one) { return is_ours(one); }))
    return refuse("aud", "does not name this server");
  if (audience->size() > 1 && party && !is_ours(*party) && is_id_token())
    return refuse("azp", "is another client than the configured audiences");
  return {};
}

Result<void> ClaimsReader::check_not_ahead(const char* name) const {
  if (!find(name)) return {};
  const auto value = time(name);
  if (!value) return refuse(name, "is not a time in seconds");
  if (*value > now_ + settings_.clock_skew.count())
    return refuse(name, "is in the future; compare the clocks of the two machines");
  return {};
}

Result<std::int64_t> ClaimsReader::check_times() const {
  const auto expiry = time("exp");
  if (!expiry) return refuse("exp", "is missing or not a time in seconds");
  if (*expiry + settings_.clock_skew.count() <= now_)
    return refuse("exp", "is over: it expired " + std::to_string(now_ - *expiry) + " s ago");
  if (auto ok = check_not_ahead("nbf"); !ok) return ok.error();
  if (auto ok = check_not_ahead("iat"); !ok) return ok.error();
  return *expiry;
}

Result<std::string> ClaimsReader::read_subject() const {
  auto subject = text("sub");
  if (!subject || subject->empty()) return refuse("sub", "is missing or not a text");
  if (subject->size() > kSubjectBytes || !is_clean(*subject, TextKind::identifier))
    return refuse("sub", "is longer than 255 bytes or has control or invisible characters");
  return std::move(*subject);
}

// Whoever may write any address into a profile of his could be anybody here.
Result<void> ClaimsReader::check_verified(const char* name, const char* proof) const {
  if (settings_.identity_claim != name) return {};
  const Value* value = find(proof);
  // As a text it comes from issuers that write every claim as one.
  if (value && (*value == true || *value == "true")) return {};
  return refuse(proof, "is not true: the issuer has not verified the identity");
}

Result<std::string> ClaimsReader::read_identity() const {
  const auto& name = settings_.identity_claim;
  if (auto ok = check_verified("email", "email_verified"); !ok) return ok.error();
  if (auto ok = check_verified("phone_number", "phone_number_verified"); !ok) return ok.error();
  auto identity = text(name.c_str());
  if (!identity) return refuse(name, "is missing or not a text");
  if (const auto ok = token::check_identity(*identity); !ok)
    return refuse(name, "cannot be an identity: " + ok.error().message);
  return std::move(*identity);
}

}  // namespace

Result<OidcSubject> check_claims(std::string_view payload, const OidcSettings& settings, WallTime now) {
  const auto claims = json::parse_unique_object(payload);
  if (!claims) return refuse_foreign_token("its payload is not one JSON object with each member once");
  const ClaimsReader reader(*claims, settings, now);
  if (auto ok = reader.check_issuer(); !ok) return ok.error();
  if (auto ok = reader.check_audience(); !ok) return ok.error();
  const auto expiry = reader.check_times();
  if (!expiry) return expiry.error();
  auto subject = reader.read_subject();
  if (!subject) return subject.error();
  auto identity = reader.read_identity();
  if (!identity) return identity.error();
  return OidcSubject{std::move(*identity), std::move(*subject)};
}

}  // namespace parley::token_server
