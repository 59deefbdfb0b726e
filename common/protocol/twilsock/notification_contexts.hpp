#pragma once
#include <map>
#include <string>

#include "common/protocol/twilsock/packet.hpp"

namespace parley::twilsock {

/// What one connection is notified of: the types of its `init`, and those of each context that it has put
/// since. Older clients put a context again when they want more.
class NotificationContexts {
 public:
  void add_of_init(MessageTypes types);
  /// Puts or deletes one; `payload` is the packet's. Fails with Errc::protocol_error, naming what is wrong
  /// with it: nothing has changed then.
  Result<void> apply(const NotificationContext& context, std::string_view payload);

  bool wants(std::string_view message_type) const { return wanted_.has(message_type); }

 private:
  void unite();

  MessageTypes of_init_;
  std::map<std::string, MessageTypes> put_;
  MessageTypes wanted_;  ///< all of them
};

}  // namespace parley::twilsock
