#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "common/base/sid.hpp"
#include "common/base/utf8.hpp"
#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

constexpr std::string_view kPartNames[] = {"header", "payload", "signature"};

std::vector<std::string_view> parts_of(std::string_view token) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= token.size();) {
    const auto end = std::min(token.find('.', begin), token.size());
    parts.push_back(token.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool has_any(std::string_view text, std::string_view characters) {
  return text.find_first_of(characters) != text.npos;
}

// Decoded as other base64 libraries would: white space and padding left out, either alphabet.
Result<std::string> decode_loosely(std::string_view part) {
  std::string text;
  for (char c : part) {
    if (has_any({&c, 1}, " \t\r\n=")) continue;
    text += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return base64url_decode(text);
}

bool is_letters_and_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// What a text without dots may be.
std::string without_dots(std::string_view text) {
  for (const char* prefix : {"SK", "AC", "IS", "CR"})
    if (is_sid(text, prefix))
      return "This is a SID (" + std::string(prefix) +
             "...), not a token: an access token is three parts joined by dots.";
  if (text.size() == 32 && is_letters_and_digits(text))
    return "This is no token, but it has the form of a secret (an API key's secret or an auth token). If it "
           "was shown to anybody, replace it. An access token is three parts joined by dots.";
  return "This is not an access token, which is three parts of letters and digits joined by dots and begins "
         "with \"eyJ\".";
}

void explain_count(std::string_view token, std::size_t parts, Findings& out) {
  if (parts == 1) return out.refused(kInvalidToken, without_dots(token));
  if (parts == 2)
    return out.refused(kInvalidToken,
                       "The token has two parts, not three: the signature is missing. It was cut, or never "
                       "signed.");
  if (parts == 5)
    return out.refused(kInvalidToken,
                       "The token has five parts: it is encrypted (JWE), as Twilio Flex gives its agents. "
                       "Nobody but Twilio can read it; chat needs an access token of three parts.");
  out.refused(kInvalidToken,
              "The token has " + std::to_string(parts) + " parts joined by dots; an access token has three.");
}

// Nothing if the part is base64url.
std::string encoding_cause(std::string_view part) {
  if (base64url_decode(part)) return {};
  if (has_any(part, " \t\r\n"))
    return "has white space or line breaks inside: it was wrapped when it was copied. Join the lines.";
  if (part.find('=') != part.npos)
    return "ends with \"=\": base64url in tokens has no padding. Leave it out.";
  if (has_any(part, "+/"))
    return "has \"+\" or \"/\": it was written with the ordinary base64 alphabet. Tokens use base64url: "
           "\"-\" and "
           "\"_\".";
  if (part.find('%') != part.npos) return "is percent-encoded, as in a URL. Decode it first.";
  const auto foreign =
      part.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  if (foreign == part.npos)
    return "has a length or an end that base64url cannot have: a character is missing or too many.";
  return "has characters that base64url does not, from \"" + printable(part.substr(foreign), 20) + "\" on.";
}

// Nothing if the text is one JSON object that names nothing twice.
std::string json_cause(std::string_view text) {
  if (json::parse_unique_object(text)) return {};
  if (!is_valid_utf8(text)) return "is not UTF-8 text";
  const auto value = json::parse(text);
  if (!value)
    return text.starts_with("eyJ") ? "is encoded twice"
                                   : "is not JSON (or nested too deeply); it was damaged or cut";
  if (!value->is_object()) return "is JSON, but not an object";
  const auto repeated = json::find_repeated_member(text);
  return repeated
             ? "names \"" + printable(*repeated, 60) + "\" twice; which of them counts depends on the reader"
             : "is not one JSON object";
}

void explain_part(std::string_view name, std::string_view part, Findings& out) {
  const std::string the_part = "The token's " + std::string(name) + " ";
  if (auto cause = encoding_cause(part); !cause.empty()) out.refused(kInvalidToken, the_part + cause);
  if (name == "signature") return;
  const auto text = decode_loosely(part);
  if (!text) return;
  if (auto cause = json_cause(*text); !cause.empty()) out.refused(kInvalidToken, the_part + cause + ".");
}

std::string json_without_token(std::string_view text) {
  const auto value = json::parse_object(text);
  if (!value) return "This looks like JSON, not like a token: an access token begins with \"eyJ\".";
  if (value->contains("error") || value->contains("message"))
    return "This is the JSON of an error, not a token: the token endpoint did not give one. Read what it "
           "says.";
  if (value->contains("grants"))
    return "This is a token's decoded payload; give the encoded token itself, which begins with \"eyJ\".";
  return "This is JSON without a member \"token\"; an access token begins with \"eyJ\".";
}

}  // namespace

void explain_shape(std::string_view token, Findings& out) {
  if (token.empty()) return out.refused(kInvalidToken, "There is no token: the text is empty.");
  if (token.size() > limits::kTokenBytes)
    return out.refused(kInvalidToken,
                       "The text has " + std::to_string(token.size()) + " bytes; a token here has " +
                           std::to_string(limits::kTokenBytes) +
                           " at most. Put less into it: attributes do not belong into tokens.");
  if (token[0] == '{' || token[0] == '[') return out.refused(kInvalidToken, json_without_token(token));
  const auto parts = parts_of(token);
  if (parts.size() != 3) explain_count(token, parts.size(), out);
  if (parts.size() != 2 && parts.size() != 3) return;
  for (std::size_t i = 0; i < parts.size(); ++i) explain_part(kPartNames[i], parts[i], out);
}

bool read_loosely(std::string_view token, json::Value& header, json::Value& payload) {
  if (token.size() > limits::kTokenBytes) return false;
  const auto parts = parts_of(token);
  if (parts.size() < 2) return false;
  const auto header_text = decode_loosely(parts[0]);
  const auto payload_text = decode_loosely(parts[1]);
  if (!header_text || !payload_text) return false;
  auto header_read = json::parse_object(*header_text);
  auto payload_read = json::parse_object(*payload_text);
  if (!header_read || !payload_read) return false;
  header = std::move(*header_read);
  payload = std::move(*payload_read);
  return true;
}

}  // namespace parley::token
