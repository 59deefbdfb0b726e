#pragma once
#include <map>
#include <string>

#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"
#include "chat_sdk/src/model/channel_subscriptions.hpp"
#include "common/base/backoff.hpp"

namespace parley::detail {

/// Keeps read horizons and unread counts as the service counts them, and knows the first unread message.
class UnreadCounts {
 public:
  UnreadCounts(const ServiceAccess& service, ChannelSubscriptions& subscriptions, ChannelRegistry& registry);

  /// Takes over what the service says of this user's state in the channel.
  void apply(const RecordPtr& record, const conversations::Conversation& own_state);
  /// Asks the service for it, again and again until it answers.
  void recount(const RecordPtr& record);
  /// Reads where the first unread message is, if the one that should be may have been removed.
  void find_first(const RecordPtr& record);
  /// The connection was given up: nothing is asked again until recount().
  void give_up() { recounts_.clear(); }

 private:
  struct Recount {
    Backoff backoff;
    bool again = false;  ///< it was asked for while the answer was on its way
  };

  void ask(const std::string& sid);
  void on_answer(const RecordPtr& record, const Result<http::Response>& reply);
  bool is_member(const RecordPtr& record) const;

  Context& context_;
  Timers& timers_;
  RestCalls& rest_;
  ServiceUrls& urls_;
  ChannelSubscriptions& subscriptions_;
  ChannelRegistry& registry_;
  std::map<std::string, Recount> recounts_;  // by channel SID
};

}  // namespace parley::detail
