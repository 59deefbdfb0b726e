#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "chat_sdk/src/model/channel_list.hpp"
#include "chat_sdk/src/model/channel_record.hpp"

namespace parley::detail {

/// The channels of which this user is a member, loaded or only listed, by SID and by name, and the list of
/// them that any thread may read.
class ChannelRegistry {
 public:
  /// nullptr if there is none.
  RecordPtr by_sid(std::string_view sid) const;
  RecordPtr by_name(std::string_view name) const;

  /// In no order.
  std::vector<RecordPtr> all() const;

  void add(const RecordPtr& record);
  /// Returns what was removed; nullptr if there was none.
  RecordPtr remove(std::string_view sid);
  /// To be called when a record's name is not `before` any more.
  void renamed(const RecordPtr& record, const std::string& before);

  const ChannelList& list() const { return list_; }
  void set_current(const Channel& channel) { list_.set_current(channel); }

 private:
  void add_name(const RecordPtr& record);
  void remove_name(const RecordPtr& record, const std::string& name);

  std::map<std::string, RecordPtr, std::less<>> by_sid_;
  std::map<std::string, RecordPtr, std::less<>> by_name_;
  ChannelList list_;
};

}  // namespace parley::detail
