#include "chat_sdk/src/model/channel_registry.hpp"

namespace parley::detail {

RecordPtr ChannelRegistry::by_sid(std::string_view sid) const {
  const auto at = by_sid_.find(sid);
  return at == by_sid_.end() ? nullptr : at->second;
}

RecordPtr ChannelRegistry::by_name(std::string_view name) const {
  const auto at = by_name_.find(name);
  return at == by_name_.end() ? nullptr : at->second;
}

std::vector<RecordPtr> ChannelRegistry::all() const {
  std::vector<RecordPtr> records;
  records.reserve(by_sid_.size());
  for (const auto& [sid, record] : by_sid_) records.push_back(record);
  return records;
}

void ChannelRegistry::add(const RecordPtr& record) {
  if (!by_sid_.emplace(record->state().sid, record).second) return;
  add_name(record);
  list_.add(record->handle());
}

RecordPtr ChannelRegistry::remove(std::string_view sid) {
  const auto at = by_sid_.find(sid);
  if (at == by_sid_.end()) return nullptr;
  RecordPtr record = std::move(at->second);
  by_sid_.erase(at);
  remove_name(record, record->state().name);
  list_.remove(record->handle());
  return record;
}

void ChannelRegistry::renamed(const RecordPtr& record, const std::string& before) {
  if (by_sid(record->state().sid) != record) return;
  remove_name(record, before);
  add_name(record);
}

void ChannelRegistry::add_name(const RecordPtr& record) {
  const std::string& name = record->state().name;
  if (!name.empty()) by_name_.insert_or_assign(name, record);
}

// Documents come in no order: another channel may have taken the name before this one is heard to have lost
// it.
void ChannelRegistry::remove_name(const RecordPtr& record, const std::string& name) {
  const auto at = by_name_.find(name);
  if (at != by_name_.end() && at->second == record) by_name_.erase(at);
}

}  // namespace parley::detail
