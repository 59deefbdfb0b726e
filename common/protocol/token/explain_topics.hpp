#pragma once
#include <cstdint>
#include <string>

#include "common/base/json.hpp"
#include "common/protocol/token/claims.hpp"
#include "common/protocol/token/explain.hpp"
#include "common/protocol/token/jwt.hpp"

/// The topics of explain(), each of which adds its findings. Inner to this room.
namespace parley::token {

/// A token that could be taken apart, and what it is judged by.
struct Examined {
  const Jwt* jwt;  ///< null: its parts can be read, but not as they stand
  const json::Value& header_json;
  const json::Value& payload_json;
  Header header;
  Payload payload;
  const KeyRing& keys;
  const VerifyPolicy& policy;
  std::int64_t now;
};

/// Collects findings.
class Findings {
 public:
  explicit Findings(std::vector<Finding>& out) : out_(out) {}

  void refused(int code, std::string text, Party who = Party::twilio_and_chat_service) {
    out_.push_back({Severity::refused, who, code, std::move(text)});
  }
  void warning(Party who, std::string text) { out_.push_back({Severity::warning, who, 0, std::move(text)}); }
  void note(Party who, std::string text) { out_.push_back({Severity::note, who, 0, std::move(text)}); }

 private:
  std::vector<Finding>& out_;
};

/// The JSON of a text's first two parts, read as leniently as possible, so that there is more to tell about a
/// damaged token.
bool read_loosely(std::string_view token, json::Value& header, json::Value& payload);

/// Why a text cannot be taken apart as a token.
void explain_shape(std::string_view token, Findings& out);
void explain_header(const Examined& token, Findings& out);
void explain_issuer(const Examined& token, Findings& out);
SignatureState explain_signature(const Examined& token, Findings& out);
void explain_times(const Examined& token, Findings& out);
void explain_grants(const Examined& token, Findings& out);

Facts facts_of(const Examined& token);

/// A member's text in quotes for a finding, or what stands there instead: "absent", "a number", ...
std::string shown(const json::Value& object, const char* member);

}  // namespace parley::token
