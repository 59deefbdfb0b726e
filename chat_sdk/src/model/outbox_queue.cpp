#include "chat_sdk/src/model/outbox_queue.hpp"

#include "chat_sdk/src/model/file_name.hpp"

namespace parley::detail {
namespace {

constexpr BackoffSettings kRetryBackoff{std::chrono::seconds(1), std::chrono::seconds(30), 0.8, 1.2};
constexpr std::size_t kMaxFailed = 1000;

OutgoingState shown_state(OutboxEntry::State state) {
  switch (state) {
    case OutboxEntry::State::queued:
      return OutgoingState::queued;
    case OutboxEntry::State::checking:
    case OutboxEntry::State::uploading:
    case OutboxEntry::State::sending:
      return OutgoingState::sending;
    case OutboxEntry::State::blocked:
      return OutgoingState::blocked;
    case OutboxEntry::State::failed:
      return OutgoingState::failed;
  }
  return OutgoingState::failed;
}

}  // namespace

OutgoingMessage OutboxEntry::shown() const {
  OutgoingMessage outgoing{.local_id = id,
                           .text = message->text,
                           .attributes = message->attributes,
                           .created_at = created_at,
                           .state = shown_state(state),
                           .error = error};
  for (const auto& file : message->files) outgoing.files.push_back(file_name_of(file));
  return outgoing;
}

OutboxEntry& OutboxQueue::add(const std::string& channel_sid, std::string id, NewMessage message) {
  auto entry = std::make_unique<Entry>();
  const auto lane =
      lanes_.try_emplace(channel_sid, Lane{.channel_sid = channel_sid, .backoff = Backoff(kRetryBackoff)});
  entry->lane = &lane.first->second;
  entry->id = id;
  entry->message = std::make_shared<const NewMessage>(std::move(message));
  return *entries_.emplace(std::move(id), std::move(entry)).first->second;
}

void OutboxQueue::enqueue(Entry& entry, TimePoint deadline) {
  forget_deadline(entry);
  failed_.erase(entry.number);
  if (!entry.lane->queue.contains(entry.number)) {
    entry.number = ++last_number_;
    entry.lane->queue.emplace(entry.number, &entry);
    queued_.emplace(entry.number, &entry);
  }
  entry.deadline = deadline;
  deadlines_.emplace(deadline, entry.number);
}

void OutboxQueue::leave_queue(Entry& entry) {
  forget_deadline(entry);
  entry.lane->queue.erase(entry.number);
  queued_.erase(entry.number);
}

void OutboxQueue::move_to_failed(Entry& entry) {
  leave_queue(entry);
  failed_.emplace(entry.number, &entry);
  if (failed_.size() > kMaxFailed) forget(*failed_.begin()->second);
}

void OutboxQueue::forget(Entry& entry) {
  leave_queue(entry);
  failed_.erase(entry.number);
  entries_.erase(std::string(entry.id));
}

OutboxEntry* OutboxQueue::find(const std::string& id) const {
  const auto at = entries_.find(id);
  return at == entries_.end() ? nullptr : at->second.get();
}

OutboxEntry* OutboxQueue::find(const std::string& channel_sid, const std::string& id) const {
  Entry* entry = find(id);
  return entry && entry->lane->channel_sid == channel_sid ? entry : nullptr;
}

OutboxEntry* OutboxQueue::find(std::uint64_t number, Entry::State state) const {
  const auto at = queued_.find(number);
  return at != queued_.end() && at->second->state == state ? at->second : nullptr;
}

OutboxEntry* OutboxQueue::take_expired(TimePoint now) {
  if (deadlines_.empty() || deadlines_.begin()->first > now) return nullptr;
  const std::uint64_t number = deadlines_.begin()->second;
  deadlines_.erase(deadlines_.begin());
  return queued_.at(number);
}

std::optional<TimePoint> OutboxQueue::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

std::vector<OutgoingMessage> OutboxQueue::shown(const std::string& channel_sid) const {
  const auto lane = lanes_.find(channel_sid);
  if (lane == lanes_.end()) return {};
  auto entries = lane->second.queue;
  for (const auto& [number, entry] : failed_)
    if (entry->lane == &lane->second) entries.emplace(number, entry);
  std::vector<OutgoingMessage> messages;
  messages.reserve(entries.size());
  for (const auto& [number, entry] : entries) messages.push_back(entry->shown());
  return messages;
}

}  // namespace parley::detail
