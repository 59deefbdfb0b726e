#include "chat_sdk/src/model/outbox_queue.hpp"

#include <algorithm>

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

const OutboxAttempts& OutboxEntry::attempts() const {
  static const OutboxAttempts none;
  return attempts_ ? *attempts_ : none;
}

OutboxAttempts& OutboxEntry::attempts() {
  if (!attempts_) attempts_ = std::make_unique<OutboxAttempts>();
  return *attempts_;
}

void OutboxEntry::forget_failures() {
  if (attempts_) attempts_->failures = 0;
}

void OutboxEntry::forget_error() {
  if (attempts_) attempts_->error.reset();
}

OutgoingMessage OutboxEntry::shown() const {
  OutgoingMessage outgoing{.local_id = id,
                           .text = message->text,
                           .attributes = message->attributes,
                           .created_at = created_at,
                           .state = shown_state(is_on_its_way_to_disk() ? before : state),
                           .error = attempts().error ? std::optional(*attempts().error) : std::nullopt};
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
  if (!entry.in_lane.is_linked()) {
    if (entry.in_order.is_linked()) failed_.erase(failed_.iterator_to(entry));
    put(entry, ++last_number_);
  }
  entry.deadline = deadline;
  deadlines_.insert(entry);
}

// Entries of this run have positive numbers.
void OutboxQueue::restore(Entry& entry, std::size_t left) {
  const std::int64_t number = -static_cast<std::int64_t>(left) - 1;
  if (entry.state == Entry::State::failed) {
    entry.number = number;
    failed_.insert(entry);
    return;
  }
  put(entry, number);
  if (entry.state != Entry::State::blocked) deadlines_.insert(entry);
}

void OutboxQueue::put(Entry& entry, std::int64_t number) {
  entry.number = number;
  entry.lane->queue.insert(entry);
  queued_.insert(entry);
}

void OutboxQueue::forget_deadline(Entry& entry) {
  if (entry.by_deadline.is_linked()) deadlines_.erase(deadlines_.iterator_to(entry));
}

void OutboxQueue::leave_queue(Entry& entry) {
  forget_deadline(entry);
  if (!entry.in_lane.is_linked()) return;
  entry.lane->queue.erase(entry.lane->queue.iterator_to(entry));
  queued_.erase(queued_.iterator_to(entry));
}

std::optional<std::string> OutboxQueue::move_to_failed(Entry& entry) {
  leave_queue(entry);
  failed_.insert(entry);
  if (failed_.size() <= kMaxFailed) return std::nullopt;
  std::string oldest = failed_.begin()->id;
  forget(*failed_.begin());
  return oldest;
}

void OutboxQueue::forget(Entry& entry) {
  leave_queue(entry);
  if (entry.in_order.is_linked()) failed_.erase(failed_.iterator_to(entry));
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

OutboxEntry* OutboxQueue::find(std::int64_t number, Entry::State state) {
  const auto at = queued_.find(number);
  return at != queued_.end() && at->state == state ? &*at : nullptr;
}

OutboxEntry* OutboxQueue::take_expired(TimePoint now) {
  if (deadlines_.empty() || deadlines_.begin()->deadline > now) return nullptr;
  Entry& entry = *deadlines_.begin();
  forget_deadline(entry);
  return &entry;
}

std::optional<TimePoint> OutboxQueue::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->deadline;
}

std::vector<OutboxEntry*> OutboxQueue::all_queued() {
  std::vector<Entry*> all;
  all.reserve(queued_.size());
  for (Entry& entry : queued_) all.push_back(&entry);
  return all;
}

std::vector<OutgoingMessage> OutboxQueue::shown(const std::string& channel_sid) const {
  const auto lane = lanes_.find(channel_sid);
  if (lane == lanes_.end()) return {};
  std::vector<const Entry*> entries;
  for (const Entry& entry : lane->second.queue) entries.push_back(&entry);
  const auto waiting = std::ssize(entries);
  for (const Entry& entry : failed_)
    if (entry.lane == &lane->second) entries.push_back(&entry);
  std::inplace_merge(entries.begin(), entries.begin() + waiting, entries.end(),
                     [](const Entry* a, const Entry* b) { return a->number < b->number; });
  std::vector<OutgoingMessage> messages;
  messages.reserve(entries.size());
  for (const Entry* entry : entries)
    if (entry->told) messages.push_back(entry->shown());
  return messages;
}

}  // namespace parley::detail
