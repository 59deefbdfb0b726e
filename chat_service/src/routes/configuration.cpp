#include <algorithm>
#include <nlohmann/json.hpp>

#include "chat_service/src/content_templates.hpp"
#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/paging.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/json.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::routes {
namespace {

using json::OrderedValue;

OrderedValue links(const Scope& scope, std::string my_conversations) {
  const Links& links = scope.links;
  return {{"my_conversations", std::move(my_conversations)},
          {"conversations", links.conversations()},
          {"users", links.users()},
          {"current_user", links.user(scope.caller.identity)},
          {"typing", links.typing()},
          {"media_service", links.media()},
          {"media_set_service", links.media_set()},
          {"messages_receipts", links.receipts()}};
}

// Not more than what is taken: sizes are rounded down, though not to nothing.
std::uint64_t megabytes(std::uint64_t bytes) { return std::max<std::uint64_t>(1, bytes / (1024 * 1024)); }

// PT0S: with any other interval the client would show counters that are a hundred times as old.
OrderedValue options(const CoreOptions& core) {
  const OrderedValue mime_types{"text/plain", "text/html"};
  return {{"reachability_enabled", true},
          {"user_infos_to_subscribe", 100},
          {"http_cache_interval", "PT0S"},
          {"consumption_report_interval", "PT5S"},
          {"typing_timeout", 5},
          {"media_attachments_count_limit", limits::kMessageMedia},
          {"media_attachment_size_limit_in_mb", megabytes(core.media.max_bytes)},
          {"media_attachments_total_size_limit_in_mb", megabytes(core.media.max_bytes)},
          {"email_histories_allowed_mime_types", mime_types},
          {"email_bodies_allowed_mime_types", mime_types}};
}

Answer configuration_with(const Scope& scope, std::string my_conversations) {
  const OrderedValue body{{"identity", scope.caller.identity},
                          {"user_sid", scope.caller.sid},
                          {"account_sid", scope.account_sid()},
                          {"service_sid", scope.service_sid()},
                          {"links", links(scope, std::move(my_conversations))},
                          {"sync_objects",
                           {{"my_user_info", users::info_map_name(scope.caller)},
                            {"my_conversations", users::conversations_map_name(scope.caller)}}},
                          {"options", options(scope.options)}};
  return {.body = json::dump(body)};
}

Result<Answer> get_configuration(Scope& scope, const Call&) {
  return configuration_with(scope, scope.links.my_conversations(scope.caller.sid));
}

Result<Answer> get_legacy_configuration(Scope& scope, const Call&) {
  return configuration_with(scope, scope.links.legacy_conversations(scope.caller.sid));
}

/// Where the page of templates begins: their numbers are the rows.
struct Slice {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Slice slice_of(const RowWindow& window, std::size_t count) {
  const auto at = [&](Id row) { return std::min(static_cast<std::size_t>(std::max<Id>(row, 0)), count); };
  const std::size_t end =
      window.backwards() ? at(window.before - 1) : std::min(at(window.after) + window.limit, count);
  return {window.backwards() ? end - std::min(end, window.limit) : at(window.after), end};
}

// next_token must be null on the last page: the client asks for ever if it is missing.
Result<Answer> get_templates(Scope& scope, const Call& call) {
  const auto window = input::window(call);
  if (!window) return window.error();
  const auto templates = content_templates::read(scope.tenant.content_templates);
  if (!templates) return errors::internal();
  const auto [begin, end] = slice_of(*window, templates->size());
  OrderedValue page = OrderedValue::array();
  for (std::size_t i = begin; i < end; ++i) page.push_back(OrderedValue((*templates)[i]));
  paging::Neighbours neighbours{.page_size = window->limit};
  if (begin > 0) neighbours.before = static_cast<Id>(begin) + 1;
  if (end < templates->size()) neighbours.after = static_cast<Id>(end);
  return Answer{.body = json::dump({{"templates", std::move(page)}, {"meta", paging::meta(neighbours)}})};
}

constexpr Route kRoutes[] = {
    {"GET", "/Client/v2/Configuration", get_configuration},
    {"GET", "/Client/v1/Configuration", get_legacy_configuration},
    {"GET", "/Client/v2/ContentTemplates", get_templates},
};

}  // namespace

std::span<const Route> configuration() { return kRoutes; }

}  // namespace parley::chat_service::routes
