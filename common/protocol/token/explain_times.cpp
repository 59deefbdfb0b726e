#include <nlohmann/json.hpp>

#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

using std::chrono::seconds;

constexpr double kMilliseconds = 1e11;      // as seconds: the year 5138
constexpr std::int64_t kLongAgo = 1e9;      // 2001: no moment of an access token
constexpr std::int64_t kNoticeAhead = 180;  // so long before the end Twilio tells clients to fetch a new one

bool in_milliseconds(const Examined& token, const char* claim) {
  const auto found = token.payload_json.find(claim);
  return found != token.payload_json.end() && found->is_number() && found->get<double>() >= kMilliseconds;
}

// Why a claim is no moment.
std::string no_moment(const Examined& token, const char* claim) {
  const std::string name(claim);
  if (in_milliseconds(token, claim))
    return name + " is " + shown(token.payload_json, claim) +
           ": milliseconds. Tokens have seconds since 1970; divide by 1000.";
  return name + " is " + shown(token.payload_json, claim) +
         "; it must be a number of seconds since 1970, not a text.";
}

void explain_not_before(const Examined& token, Findings& out) {
  const Seconds& nbf = token.payload.nbf;
  if (!nbf.present) return;
  if (!nbf.value) return out.refused(kNotYetValid, no_moment(token, "nbf"));
  const std::int64_t ahead = *nbf.value - token.now;
  if (ahead > token.policy.leeway.count())
    return out.refused(kNotYetValid,
                       "It is not valid yet: nbf is " + in_words(seconds(ahead)) +
                           " in the future. Compare the clocks of the minting machine and this one (NTP), or "
                           "leave nbf out.");
  if (ahead > 0)
    out.warning(Party::twilio,
                "nbf is " + in_words(seconds(ahead)) +
                    " in the future. chat_service tolerates that; leave nbf out, or set it some "
                    "seconds back.");
}

void explain_end(const Examined& token, Findings& out) {
  const Seconds& exp = token.payload.exp;
  if (!exp.present)
    return out.refused(kExpired,
                       "There is no exp: a token without an end is refused. Write iat plus the life.");
  if (!exp.value) return out.refused(kExpired, no_moment(token, "exp"));
  const std::int64_t over = token.now - *exp.value;
  if (over < 0) return;
  if (*exp.value < kLongAgo)
    return out.refused(kExpired,
                       "exp is " + std::to_string(*exp.value) +
                           ": that is a life, or a date gone wrong, not a moment of today. Write iat "
                           "plus the life, in seconds since 1970.");
  out.refused(kExpired, "It expired " + in_words(seconds(over)) +
                            " ago. Fetch a new one; a client that does not is missing its refresh. If it was "
                            "made just now, the minting machine's clock is behind.");
}

void explain_start(const Examined& token, Findings& out) {
  const Seconds& iat = token.payload.iat;
  if (!iat.present)
    return out.warning(Party::twilio, "There is no iat: the life cannot be told. Helper libraries write it.");
  if (!iat.value) return out.refused(kInvalidToken, no_moment(token, "iat"));
  const std::int64_t ahead = *iat.value - token.now;
  if (ahead > token.policy.leeway.count())
    out.warning(
        Party::twilio_and_chat_service,
        "It was issued " + in_words(seconds(ahead)) +
            " in the future: the minting machine's clock is ahead of this one. Set the clocks (NTP).");
}

void explain_life(const Examined& token, Findings& out) {
  const Payload& payload = token.payload;
  if (!payload.exp.value || (payload.iat.present && !payload.iat.value)) return;
  const std::int64_t life = *payload.exp.value - payload.iat.value.value_or(token.now);
  if (life <= 0 && payload.iat.value) out.refused(kExpired, "exp is not after iat: the token never lived.");
  const std::int64_t most = token.policy.max_life.count();
  if (life > most)
    out.refused(kLifeTooLong,
                "Its life is " + in_words(seconds(life)) + "; the most is " +
                    in_words(token.policy.max_life) + ". Use a shorter ttl and refresh.",
                token.policy.max_life < kMaxLife && life <= kMaxLife.count()
                    ? Party::chat_service
                    : Party::twilio_and_chat_service);
  if (*payload.exp.value > token.now + most + token.policy.leeway.count())
    out.refused(kExpired,
                "exp is " + in_words(seconds(*payload.exp.value - token.now)) +
                    " ahead, further than any good token's: the life is too long, or the minting machine's "
                    "clock is ahead.",
                Party::chat_service);
  if (life > 0 && life <= kNoticeAhead)
    out.warning(Party::clients, "Its life is only " + in_words(seconds(life)) +
                                    ": Twilio asks clients for a new token 3 min before the end, so they "
                                    "refresh without a pause. Use a ttl well above 180 s, such as 3600 s.");
}

}  // namespace

// In the order of the verifier: not-before, then all about the end.
void explain_times(const Examined& token, Findings& out) {
  explain_not_before(token, out);
  explain_end(token, out);
  explain_start(token, out);
  explain_life(token, out);
}

}  // namespace parley::token
