#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

constexpr std::string_view kContentType = "twilio-fpa;v=1";

void explain_type(const Examined& token, Findings& out) {
  if (token.header.typ == "JWT") return;
  out.refused(kInvalidHeader, "typ in the header is " + shown(token.header_json, "typ") +
                                  "; it must be \"JWT\", in capitals.");
}

std::string content_type_cause(const Examined& token) {
  if (!token.header_json.contains("cty"))
    return "The header has no cty. This is the mark of a token made by hand with a JWT library: add "
           "\"cty\":\"twilio-fpa;v=1\" to the header, or mint with a Twilio helper library.";
  const std::string cause = "cty in the header is " + shown(token.header_json, "cty");
  if (token.header.cty.starts_with("twilio-"))
    return cause + ": another or an older kind of Twilio token. An access token has \"twilio-fpa;v=1\".";
  return cause + "; an access token has \"twilio-fpa;v=1\", without blanks.";
}

void explain_algorithm_cause(const Examined& token, Findings& out) {
  const std::string& alg = token.header.alg;
  if (alg == "none")
    out.refused(
        kInvalidHeader,
        "alg is \"none\": the token is not signed at all. Nobody accepts that; if you did not make it "
        "yourself, somebody is trying whether you do.");
  else if (alg.starts_with("RS") || alg.starts_with("ES") || alg.starts_with("PS") || alg == "EdDSA")
    out.refused(
        kInvalidHeader,
        "alg is " + shown(token.header_json, "alg") +
            ", a signature with a key pair, as OpenID providers use it. An access token is signed with "
            "HS256 and an API key's secret.");
  else
    out.refused(kInvalidHeader, "alg in the header is " + shown(token.header_json, "alg") +
                                    "; it must be \"HS256\", in capitals.");
}

void explain_algorithm(const Examined& token, Findings& out) {
  const auto algorithm = parse_algorithm(token.header.alg);
  if (!algorithm) return explain_algorithm_cause(token, out);
  const auto& allowed = token.policy.algorithms;
  const std::string name(to_string(*algorithm));
  if (std::find(allowed.begin(), allowed.end(), *algorithm) == allowed.end())
    out.refused(kInvalidHeader,
                "alg is " + name + ", which is not among the algorithms configured here; mint with HS256.",
                Party::chat_service);
  if (*algorithm != Algorithm::hs256)
    out.warning(Party::twilio, "alg is " + name +
                                   ". Helper libraries can make it, but Twilio's guidance names HS256 only; "
                                   "prefer HS256.");
}

void explain_extras(const Examined& token, Findings& out) {
  const auto region = token.header_json.find("twr");
  if (region != token.header_json.end() && !region->is_string())
    out.warning(Party::twilio, "twr (the home region) is " + shown(token.header_json, "twr") +
                                   "; it must be a text such as \"ie1\", or absent.");
  else if (region != token.header_json.end())
    out.note(Party::twilio, "The token names the home region " + shown(token.header_json, "twr") +
                                ": the API key and the service must belong to it. chat_service does not "
                                "look at it.");
  if (token.header_json.contains("kid"))
    out.note(Party::twilio_and_chat_service,
             "The header has a kid, which access tokens do not use: the key is named by iss.");
}

}  // namespace

void explain_header(const Examined& token, Findings& out) {
  explain_type(token, out);
  if (token.header.cty != kContentType) out.refused(kInvalidHeader, content_type_cause(token));
  explain_algorithm(token, out);
  explain_extras(token, out);
}

}  // namespace parley::token
