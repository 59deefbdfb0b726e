#include "common/protocol/twilsock/notification_contexts.hpp"

namespace parley::twilsock {
namespace {

Error wrong_context(const std::string& what) { return {.code = Errc::protocol_error, .message = what}; }

}  // namespace

void NotificationContexts::add_of_init(MessageTypes types) {
  of_init_.add(types);
  unite();
}

Result<void> NotificationContexts::apply(const NotificationContext& context, std::string_view payload) {
  const std::string& id = context.context_id;
  if (id.empty() || id.size() > limits::kNotificationContextIdBytes)
    return wrong_context("notification_ctx_id: 1 to " + std::to_string(limits::kNotificationContextIdBytes) +
                         " bytes");
  if (!context.put) {
    put_.erase(id);
    unite();
    return {};
  }
  const auto types = decode_notification_types(payload);
  if (!types) return types.error();
  if (!put_.contains(id) && put_.size() == limits::kNotificationContexts)
    return wrong_context("notification_ctx_id: at most " + std::to_string(limits::kNotificationContexts) +
                         " contexts");
  put_[id] = *types;
  unite();
  return {};
}

void NotificationContexts::unite() {
  wanted_ = of_init_;
  for (const auto& [id, types] : put_) wanted_.add(types);
}

}  // namespace parley::twilsock
