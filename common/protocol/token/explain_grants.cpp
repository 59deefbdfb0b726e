#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/sid.hpp"
#include "common/protocol/token/explain_topics.hpp"
#include "common/protocol/token/identity.hpp"

namespace parley::token {
namespace {

constexpr std::string_view kProducts[] = {"chat",  "ip_messaging", "data_sync", "video",   "rtc",
                                          "voice", "task_router",  "player",    "identity"};

void explain_identity(const Examined& token, const json::Value& grants, Findings& out) {
  const std::string& identity = token.payload.identity;
  if (!grants.contains("identity"))
    return out.refused(kInvalidGrants,
                       "There is no identity in grants: nobody knows who the token is for. It belongs inside "
                       "grants, not beside it.");
  if (identity.empty())
    return out.refused(kInvalidGrants, "identity is " + shown(grants, "identity") +
                                           "; it must be a text that is not empty. Turn numbers into text "
                                           "before you mint.");
  const auto checked = check_identity(identity);
  if (!checked && token.policy.check_identity)
    out.refused(kInvalidGrants, checked.error().message + ".", Party::chat_service);
  else if (!checked)
    out.warning(Party::twilio, checked.error().message + ".");
}

bool is_served(const Examined& token) {
  const auto& served = token.policy.service_sids;
  return std::find(served.begin(), served.end(), token.payload.chat.service_sid) != served.end();
}

void explain_service(const Examined& token, const json::Value& chat, Findings& out) {
  const std::string& service = token.payload.chat.service_sid;
  if (service.empty())
    return out.refused(kInvalidGrants, "service_sid of the chat grant is " + shown(chat, "service_sid") +
                                           "; it must be the SID of the chat service (IS...). Often an "
                                           "environment variable is not set.");
  const bool open = token.policy.service_sids.empty() || is_served(token);
  if (!is_sid(service, "IS"))
    return out.refused(kInvalidGrants,
                       "service_sid of the chat grant is " + shown(chat, "service_sid") +
                           "; it must be IS and 32 digits 0-9 and a-f, the SID of a chat "
                           "service.",
                       open ? Party::twilio : Party::twilio_and_chat_service);
  if (!open)
    out.refused(kInvalidGrants,
                "The chat grant is for the service " + service +
                    ", which is not the configured one (account.chat_service_sid). Mint for that one, or ask "
                    "the service that the token names.",
                Party::chat_service);
}

void explain_sid(const json::Value& chat, const char* member, std::string_view prefix, Findings& out) {
  const auto found = chat.find(member);
  if (found == chat.end()) return;
  if (found->is_string() && is_sid(found->get_ref<const std::string&>(), prefix)) return;
  out.warning(Party::twilio, std::string(member) + " of the chat grant is " + shown(chat, member) +
                                 "; a SID of this kind is " + std::string(prefix) + " and 32 digits.");
}

void explain_chat(const Examined& token, const json::Value& grants, Findings& out) {
  const bool old_name = !grants.contains("chat");
  const json::Value& chat = old_name ? grants["ip_messaging"] : grants["chat"];
  if (token.payload.chat.count > 1)
    out.refused(
        kInvalidGrants,
        "There are two chat grants: \"chat\" and its old name \"ip_messaging\". Leave the latter out.");
  if (!chat.is_object())
    return out.refused(kInvalidGrants, "The chat grant is " +
                                           shown(grants, old_name ? "ip_messaging" : "chat") +
                                           "; it must be an object with a service_sid.");
  if (old_name)
    out.warning(
        Party::twilio,
        "The chat grant has its old name \"ip_messaging\"; it is \"chat\" for years. Update the helper "
        "library.");
  if (token.payload.chat.count == 1) explain_service(token, chat, out);
  explain_sid(chat, "push_credential_sid", "CR", out);
  explain_sid(chat, "deployment_role_sid", "RL", out);
}

void explain_others(const json::Value& grants, Findings& out) {
  for (const auto& [name, grant] : grants.items())
    if (std::find(std::begin(kProducts), std::end(kProducts), name) == std::end(kProducts))
      out.note(Party::twilio_and_chat_service,
               "The grant \"" + printable(name, 40) + "\" is of no known product and opens nothing.");
}

std::string grant_names(const json::Value& grants) {
  std::string names;
  for (const auto& [name, grant] : grants.items())
    if (name != "identity" && names.size() < 200) names += (names.empty() ? "" : ", ") + printable(name, 40);
  return names.empty() ? "none at all" : names;
}

std::string no_grants(const Examined& token) {
  if (token.payload_json.contains("scope"))
    return "There are no grants but a scope: an old capability token (Client, TaskRouter). Chat needs an "
           "access "
           "token with a chat grant.";
  return "grants is " + shown(token.payload_json, "grants") +
         "; it must be an object with the identity and a chat grant.";
}

}  // namespace

void explain_grants(const Examined& token, Findings& out) {
  if (!token.payload.has_grants) return out.refused(kInvalidGrants, no_grants(token));
  const json::Value& grants = token.payload_json["grants"];
  explain_identity(token, grants, out);
  if (token.payload.chat.count == 0)
    out.refused(kInvalidGrants, "There is no chat grant (the token has " + grant_names(grants) +
                                    "), so it does not open chat. Add one with the service's SID.");
  else
    explain_chat(token, grants, out);
  explain_others(grants, out);
}

}  // namespace parley::token
