#include <nlohmann/json.hpp>

#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service::routes {
namespace {

using json::Value;

Value links(const Scope& scope) {
  const Links& links = scope.links;
  return {{"my_conversations", links.my_conversations(scope.caller.sid)},
          {"conversations", links.conversations()},
          {"users", links.users()},
          {"current_user", links.user(scope.caller.identity)},
          {"typing", links.typing()},
          {"media_service", links.media()},
          {"media_set_service", links.media() + "Set"},
          {"messages_receipts", links.receipts()}};
}

// PT0S: with any other interval the client would show counters that are a hundred times as old.
Value options() {
  const Value mime_types{"text/plain", "text/html"};
  return {{"reachability_enabled", true},
          {"user_infos_to_subscribe", 100},
          {"http_cache_interval", "PT0S"},
          {"consumption_report_interval", "PT5S"},
          {"typing_timeout", 5},
          {"media_attachments_count_limit", 10},
          {"media_attachment_size_limit_in_mb", 150},
          {"media_attachments_total_size_limit_in_mb", 150},
          {"email_histories_allowed_mime_types", mime_types},
          {"email_bodies_allowed_mime_types", mime_types}};
}

Result<Answer> get_configuration(Scope& scope, const Call&) {
  const Value body{{"identity", scope.caller.identity},
                   {"user_sid", scope.caller.sid},
                   {"account_sid", scope.options.account_sid},
                   {"service_sid", scope.service_sid()},
                   {"links", links(scope)},
                   {"sync_objects",
                    {{"my_user_info", users::info_map_name(scope.caller)},
                     {"my_conversations", users::conversations_map_name(scope.caller)}}},
                   {"options", options()}};
  return Answer{.body = json::dump(body)};
}

// next_token must be null: the client asks for ever if it is missing.
Result<Answer> get_templates(Scope&, const Call&) {
  return Answer{.body = R"({"templates":[],"meta":{"next_token":null,"previous_token":null}})"};
}

constexpr Route kRoutes[] = {
    {"GET", "/Client/v2/Configuration", get_configuration},
    {"GET", "/Client/v1/Configuration", get_configuration},
    {"GET", "/Client/v2/ContentTemplates", get_templates},
};

}  // namespace

std::span<const Route> configuration() { return kRoutes; }

}  // namespace parley::chat_service::routes
