#include "chat_sdk/src/model/channel_subscriptions.hpp"

namespace parley::detail {
namespace {

sync::ObjectType type_of(ChannelSubscriptions::Part part) {
  switch (part) {
    case ChannelSubscriptions::Part::document:
      return sync::ObjectType::document;
    case ChannelSubscriptions::Part::roster:
      return sync::ObjectType::map;
    case ChannelSubscriptions::Part::messages:
      break;
  }
  return sync::ObjectType::list;
}

std::string& object_of(ChannelRecord& record, ChannelSubscriptions::Part part) {
  switch (part) {
    case ChannelSubscriptions::Part::document:
      return record.document_sid;
    case ChannelSubscriptions::Part::roster:
      return record.roster_sid;
    case ChannelSubscriptions::Part::messages:
      break;
  }
  return record.messages_sid;
}

}  // namespace

void ChannelSubscriptions::add(const RecordPtr& record, Part part, const conversations::SyncObject& object) {
  object_of(*record, part) = object.sid;
  objects_.insert_or_assign(object.sid, Object{record, part});
  subscriber_.add(object.sid, type_of(part), object.last_event_id);
}

void ChannelSubscriptions::remove(const RecordPtr& record) {
  for (const auto& object : {record->document_sid, record->roster_sid, record->messages_sid}) {
    objects_.erase(object);
    subscriber_.remove(object);
  }
}

const ChannelSubscriptions::Object* ChannelSubscriptions::find(std::string_view object_sid) const {
  const auto at = objects_.find(object_sid);
  return at == objects_.end() ? nullptr : &at->second;
}

bool ChannelSubscriptions::live(const ChannelRecord& record) const {
  return subscriber_.established(record.messages_sid);
}

}  // namespace parley::detail
