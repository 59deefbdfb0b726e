#pragma once
#include <map>
#include <string>
#include <string_view>

#include "chat_sdk/src/model/channel_record.hpp"
#include "common/protocol/sync/subscriber.hpp"

namespace parley::detail {

/// Which Sync objects of which channels are subscribed.
class ChannelSubscriptions {
 public:
  enum class Part {
    document,  ///< name, description, attributes, last message
    roster,    ///< the members
    messages,  ///< the messages
  };
  struct Object {
    RecordPtr record;
    Part part;
  };

  explicit ChannelSubscriptions(sync::Subscriber& subscriber) : subscriber_(subscriber) {}

  /// Follows a Sync object of the channel from what `object` says on, and notes its SID in the record.
  void add(const RecordPtr& record, Part part, const conversations::SyncObject& object);
  /// Ends all of the channel's.
  void remove(const RecordPtr& record);
  /// nullptr for an object of no channel. Valid until the next change.
  const Object* find(std::string_view object_sid) const;
  /// True if the channel's messages are followed without a gap.
  bool live(const ChannelRecord& record) const;

 private:
  sync::Subscriber& subscriber_;
  std::map<std::string, Object, std::less<>> objects_;  // by Sync object
};

}  // namespace parley::detail
