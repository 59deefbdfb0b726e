#include "chat_sdk/src/model/outbox_queue.hpp"

#include "chat_sdk/src/model/file_name.hpp"

namespace parley::detail {
namespace {

constexpr BackoffSettings kRetryBackoff{std::chrono::seconds(1), std::chrono::seconds(30), 0.8, 1.2};
constexpr std::size_t kMaxFailed = 1000;

OutgoingState shown_state(OutboxEntry::State state) {
  switch (state) {
    case OutboxEntry::State::saving:
    case OutboxEntry::State::erasing:
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
                           .state = shown_state(is_on_its_way_to_disk() ? before : state),
                           .error = error ? std::optional(*error) : std::nullopt};
  for (const auto& file : message->files) outgoing.files.push_back(file_name_of(file));
  return outgoing;
}

std::uint64_t bytes_of(const NewMessage& message) {
  std::uint64_t bytes = message.text.size() + message.attributes.size();
  for (const auto& file : message.files) bytes += file.bytes.size() + file.path.size();
  return bytes;
}

OutboxEntry& OutboxQueue::add(const std::string& channel_sid, std::string id,
                              std::shared_ptr<const NewMessage> message) {
  auto entry = std::make_unique<Entry>();
  const auto lane =
      lanes_.try_emplace(channel_sid, Lane{.channel_sid = channel_sid, .backoff = Backoff(kRetryBackoff)});
  entry->lane = &lane.first->second;
  entry->id = std::move(id);
  entry->message = std::move(message);
  bytes_ += bytes_of(*entry->message);
  const std::string_view key = entry->id;
  return *entries_.emplace(key, std::move(entry)).first->second;
}

void OutboxQueue::enqueue(Entry& entry, TimePoint deadline) {
  forget_deadline(entry);
  failed_.erase(entry.number);
  if (!entry.lane->queue.contains(entry.number)) put(entry, ++last_number_);
  entry.deadline = deadline;
  deadlines_.emplace(deadline, entry.number);
}

// Entries of this run have positive numbers.
void OutboxQueue::restore(Entry& entry, std::size_t left) {
  const std::int64_t number = -static_cast<std::int64_t>(left) - 1;
  if (entry.state == Entry::State::failed) {
    entry.number = number;
    failed_.emplace(number, &entry);
    return;
  }
  put(entry, number);
  if (entry.state != Entry::State::blocked) deadlines_.emplace(entry.deadline, number);
}

void OutboxQueue::put(Entry& entry, std::int64_t number) {
  entry.number = number;
  entry.lane->queue.emplace(number, &entry);
  queued_.emplace(number, &entry);
}

void OutboxQueue::leave_queue(Entry& entry) {
  forget_deadline(entry);
  entry.lane->queue.erase(entry.number);
  queued_.erase(entry.number);
}

std::optional<std::string> OutboxQueue::move_to_failed(Entry& entry) {
  leave_queue(entry);
  failed_.emplace(entry.number, &entry);
  if (failed_.size() <= kMaxFailed) return std::nullopt;
  std::string oldest = failed_.begin()->second->id;
  forget(*failed_.begin()->second);
  return oldest;
}

void OutboxQueue::forget(Entry& entry) {
  leave_queue(entry);
  failed_.erase(entry.number);
  bytes_ -= bytes_of(*entry.message);
  entries_.erase(entries_.find(entry.id));
}

OutboxEntry* OutboxQueue::find(const std::string& id) const {
  const auto at = entries_.find(id);
  return at == entries_.end() ? nullptr : at->second.get();
}

OutboxEntry* OutboxQueue::find(const std::string& channel_sid, const std::string& id) const {
  Entry* entry = find(id);
  return entry && entry->lane->channel_sid == channel_sid ? entry : nullptr;
}

OutboxEntry* OutboxQueue::find(std::int64_t number, Entry::State state) const {
  const auto at = queued_.find(number);
  return at != queued_.end() && at->second->state == state ? at->second : nullptr;
}

OutboxEntry* OutboxQueue::take_expired(TimePoint now) {
  if (deadlines_.empty() || deadlines_.begin()->first > now) return nullptr;
  const std::int64_t number = deadlines_.begin()->second;
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
  for (const auto& [number, entry] : entries)
    if (entry->told) messages.push_back(entry->shown());
  return messages;
}

}  // namespace parley::detail
