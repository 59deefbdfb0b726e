#include "common/protocol/token/explain.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/protocol/token/explain_topics.hpp"
#include "common/protocol/token/payload.hpp"

namespace parley::token {
namespace {

bool refused_here(const Finding& finding) {
  return finding.severity == Severity::refused && finding.who != Party::twilio &&
         finding.who != Party::clients;
}

bool is_whole(const Jwt& jwt) { return read_header(jwt.header) && read_payload(jwt.payload); }

// The verifier has the last word: what the topics found must lead to its verdict.
void agree(const Result<Claims>& verdict, std::vector<Finding>& findings) {
  if (verdict) {
    for (auto& finding : findings)
      if (refused_here(finding)) finding.severity = Severity::warning;
    return;
  }
  const Error error = verdict.error();
  const auto first = std::find_if(findings.begin(), findings.end(), refused_here);
  if (first == findings.end() || first->code != error.server_code)
    findings.insert(findings.begin(),
                    {Severity::refused, Party::chat_service, error.server_code, error.message});
}

void explain_all(const Examined& token, Explanation& out) {
  Findings findings(out.findings);
  explain_header(token, findings);
  explain_issuer(token, findings);
  out.signature = explain_signature(token, findings);
  explain_times(token, findings);
  explain_grants(token, findings);
  out.readable = true;
  out.facts = facts_of(token);
}

}  // namespace

std::string_view to_string(Party party) {
  switch (party) {
    case Party::twilio:
      return "Twilio";
    case Party::chat_service:
      return "chat_service";
    case Party::clients:
      return "clients";
    case Party::twilio_and_chat_service:
      break;
  }
  return "Twilio and chat_service";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
    case Severity::refused:
      break;
  }
  return "refused";
}

bool Explanation::is_refused() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::refused; });
}

Explanation explain(std::string_view pasted, const KeyRing& keys, const VerifyPolicy& policy, WallTime now) {
  Explanation out;
  Findings findings(out.findings);
  const Pasted unwrapped = unwrap(pasted);
  for (const auto& note : unwrapped.notes) findings.note(Party::clients, note);

  const auto jwt = split_jwt(unwrapped.token);
  const bool whole = jwt && is_whole(*jwt);
  if (!whole) explain_shape(unwrapped.token, findings);
  json::Value header, payload;
  if (read_loosely(unwrapped.token, header, payload))
    explain_all({whole ? &*jwt : nullptr, header, payload, header_of(header), payload_of(payload), keys,
                 policy, unix_seconds(now)},
                out);
  if (keys.empty() || policy.service_sids.empty()) return out;
  agree(verify(unwrapped.token, keys, policy, now), out.findings);
  return out;
}

}  // namespace parley::token
