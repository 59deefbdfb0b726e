#include "chat_service/src/domain/receipts.hpp"

#include <algorithm>
#include <array>

#include "chat_service/src/domain/messages.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::receipts {
namespace {

constexpr std::array<std::string_view, 5> kStatuses{"sent", "delivered", "read", "undelivered", "failed"};

}  // namespace

Result<Receipt> put(Scope& scope, const Conversation& conversation, const Message& message,
                    const News& news) {
  if (std::find(kStatuses.begin(), kStatuses.end(), news.status) == kStatuses.end())
    return errors::bad_request("status: expected sent, delivered, read, undelivered or failed");
  const auto known = scope.tables.receipts.find(message, news.participant_sid);
  Receipt receipt = known.value_or(Receipt{.sid = make_sid("DY", scope.random),
                                           .conversation = conversation.id,
                                           .message_sid = message.sid,
                                           .participant_sid = news.participant_sid,
                                           .date_created = scope.now});
  receipt.status = news.status;
  receipt.error_code = news.error_code;
  if (news.channel_message_sid) receipt.channel_message_sid = news.channel_message_sid;
  receipt.date_updated = scope.now;
  scope.tables.receipts.put(receipt);
  messages::show(scope, conversation, message, messages::details_of(scope, message));
  return receipt;
}

}  // namespace parley::chat_service::receipts
