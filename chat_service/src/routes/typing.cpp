#include <algorithm>
#include <nlohmann/json.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service::routes {
namespace {

constexpr int kTypingTimeoutSeconds = 5;
constexpr std::size_t kFormBytes = 1024;

// The body is a form, not JSON. Nothing is stored: whoever is not there misses it.
Result<Answer> tell_typing(Scope& scope, const Call& call) {
  if (call.request.body.size() > kFormBytes)
    return errors::bad_request("body: at most " + std::to_string(kFormBytes) + " bytes");
  const auto form = http::parse_query(call.request.body, /*plus_is_space=*/true);
  const auto sid = http::find_param(form, "ChannelSid");
  if (!sid) return errors::bad_request("ChannelSid: expected the SID of a conversation");
  const auto seen = chat_service::conversations::find_allowed(scope, *sid, policy::Action::send);
  if (!seen) return seen.error();

  auto others = scope.tables.participants.identities(seen->conversation.id);
  std::erase(others, scope.caller.identity);
  const json::OrderedValue payload{{"channel_sid", seen->conversation.sid},
                                   {"identity", scope.caller.identity},
                                   {"typing_timeout", kTypingTimeoutSeconds}};
  scope.effects.push_back(Announced{kTypingType, json::dump(payload), std::move(others)});
  return Answer{.body = json::dump({{"typing_timeout", kTypingTimeoutSeconds}})};
}

constexpr Route kRoutes[] = {
    {"POST", "/Client/v2/Services/{service}/TypingIndicator", tell_typing},
    {"POST", "/v1/typing", tell_typing},  // where the oldest clients send it
};

}  // namespace

std::span<const Route> typing() { return kRoutes; }

}  // namespace parley::chat_service::routes
