#include "chat_sdk/src/model/message_history.hpp"

#include "chat_sdk/src/model/history_cache.hpp"

namespace parley::detail {
namespace {

// Of a channel that was written to more than that since the last process, only what is read is known.
constexpr std::int64_t kMaxMissed = 100;

}  // namespace

void MessageHistory::restore(const std::vector<IndexRange>& ranges) {
  for (const auto& range : ranges) known_.add(range);
}

void MessageHistory::learn(IndexRange range, const std::vector<Message>& messages) {
  known_.add(range);
  current_.add(range);
  if (cache_) cache_->put(sid_, range, messages);
}

void MessageHistory::leave() {
  if (cache_) cache_->forget(sid_);
}

void MessageHistory::update(const Message& message) {
  ++edition_;
  if (cache_) cache_->update(sid_, message);
}

void MessageHistory::remove(std::int64_t index) {
  ++edition_;
  if (cache_) cache_->remove(sid_, index);
}

std::int64_t MessageHistory::told_from(std::int64_t newest) const {
  const auto restored = known_.highest();
  const bool is_near = restored && *restored < newest && newest - *restored <= kMaxMissed;
  return is_near ? *restored : newest;
}

}  // namespace parley::detail
