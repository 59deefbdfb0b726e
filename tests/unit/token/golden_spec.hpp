#pragma once
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/token/samples.hpp"

/// The known-answer vectors of tests/golden/token and the input that each was made of.
namespace parley::token::samples {

inline nlohmann::json golden(int number) {
  std::ifstream file(std::string(PARLEY_GOLDEN_TOKENS) + "/vector" + std::to_string(number) + ".json");
  return nlohmann::json::parse(file);
}

inline Grant grant_of(const nlohmann::json& in) {
  const std::string kind = in.begin().key();
  const nlohmann::json& members = in.begin().value();
  const auto text = [&members](const char* name) { return members.value(name, ""); };
  if (kind == "chat")
    return ChatGrant{text("service_sid"), text("endpoint_id"), text("deployment_role_sid"),
                     text("push_credential_sid")};
  if (kind == "data_sync") return SyncGrant{text("service_sid"), text("endpoint_id")};
  if (kind == "video") return VideoGrant{text("room")};
  return VoiceGrant{members.value("incoming_allowed", false), text("outgoing_application_sid"),
                    text("outgoing_params"), text("push_credential_sid"), text("endpoint_id")};
}

inline TokenSpec spec_of(const nlohmann::json& in) {
  TokenSpec spec{.identity = in.at("identity"), .region = in.value("region", "")};
  if (in.contains("ttl")) spec.ttl = std::chrono::seconds(in["ttl"].get<int>());
  if (in.contains("nbf")) spec.not_before = at(in["nbf"]);
  spec.algorithm = *parse_algorithm(in.value("algorithm", "HS256"));
  for (const auto& member : in.at("grants")) spec.grants.push_back(grant_of(member));
  return spec;
}

}  // namespace parley::token::samples
