#pragma once
#include <map>
#include <string>

#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"
#include "chat_sdk/src/model/channel_subscriptions.hpp"
#include "common/base/backoff.hpp"

namespace parley::detail {

struct AskedPage;

/// Keeps unread counts as the service counts them, and reads what is needed to know the first unread message
/// and which are one's own.
class UnreadCounts {
 public:
  UnreadCounts(const ServiceAccess& service, ChannelSubscriptions& subscriptions, ChannelRegistry& registry);

  /// Takes over what the service says of this user's state in the channel.
  void apply(const RecordPtr& record, const conversations::Conversation& own_state);
  /// To be called when something changed: asks for what is needed to know the count, if anything is.
  void check(const RecordPtr& record);
  /// The count, and the horizon that it is relative to, are as the service has them.
  bool is_current(const RecordPtr& record) const {
    return subscriptions_.live(*record) && record->unread().is_counted() && !record->unread().wants_recount();
  }
  /// Asks the service for it, again and again until it answers.
  void recount(const RecordPtr& record);
  /// The connection was given up: nothing is asked again until recount().
  void give_up() {
    recounts_.clear();
    settling_.clear();
  }

 private:
  /// Reads messages if the counter wants to know more of them, see UnreadCounter::unsettled_from(), again and
  /// again until they come.
  void settle(const RecordPtr& record);
  /// What is asked for again and again until it comes.
  struct Asking {
    Backoff backoff{kReadBackoff};
    bool again = false;  ///< it was asked for while the answer was on its way
  };
  using Askings = std::map<std::string, Asking>;  // by channel SID
  using Ask = void (UnreadCounts::*)(const std::string& sid);

  /// Asks, unless that is under way.
  void begin(Askings& askings, const std::string& sid, Ask ask);
  /// Asks once more, after the back-off.
  void ask_later(Askings& askings, const std::string& sid, Ask ask);

  void read_unsettled(const std::string& sid);
  void on_page(const RecordPtr& record, const AskedPage& asked, const Result<http::Response>& reply);
  void ask_count(const std::string& sid);
  void on_answer(const RecordPtr& record, const Result<http::Response>& reply);
  bool is_member(const RecordPtr& record) const;

  Context& context_;
  Timers& timers_;
  RestCalls& rest_;
  ServiceUrls& urls_;
  ChannelSubscriptions& subscriptions_;
  ChannelRegistry& registry_;
  Askings recounts_, settling_;
};

}  // namespace parley::detail
