#include "chat_service/src/shell/receivers.hpp"

#include <algorithm>

namespace parley::chat_service {
namespace {

/// The longest ones, until what is left is no more than allowed.
std::vector<Receivers::Slow> beyond(std::size_t allowed, std::size_t total,
                                    std::vector<Receivers::Slow> queues) {
  std::sort(queues.begin(), queues.end(),
            [](const auto& a, const auto& b) { return a.queued_bytes > b.queued_bytes; });
  std::size_t count = 0;
  for (; count < queues.size() && total > allowed; ++count) total -= queues[count].queued_bytes;
  queues.resize(count);
  return queues;
}

}  // namespace

net::MessageStream& Receivers::add(ConnectionId id, StreamPtr stream, TimePoint now) {
  auto& receiver = receivers_[id];
  receiver.since = now;
  receiver.stream = std::move(stream);
  return *receiver.stream;
}

Receivers::StreamPtr Receivers::remove(ConnectionId id) {
  auto node = receivers_.extract(id);
  return node ? std::move(node.mapped().stream) : nullptr;
}

net::MessageStream* Receivers::find(ConnectionId id) {
  const auto found = receivers_.find(id);
  return found == receivers_.end() ? nullptr : found->second.stream.get();
}

Duration Receivers::age(ConnectionId id, TimePoint now) const {
  const auto found = receivers_.find(id);
  return found == receivers_.end() ? Duration::zero() : now - found->second.since;
}

std::optional<Receivers::Slow> Receivers::send(ConnectionId id,
                                               const std::shared_ptr<const std::string>& frame,
                                               TimePoint now) {
  const auto found = receivers_.find(id);
  if (found == receivers_.end()) return std::nullopt;
  auto& [stream, backlog, since] = found->second;
  const std::size_t queued = stream->queued_bytes();
  if (backlog.is_too_much(queued, allowed_.each, now)) return Slow{id, queued};
  ++frames_sent_;
  bytes_sent_ += frame->size();
  stream->send(frame);
  return std::nullopt;
}

std::vector<Receivers::Slow> Receivers::review(TimePoint now) {
  std::vector<Slow> slow, patient;
  std::size_t total = 0;
  for (auto& [id, receiver] : receivers_) {
    const std::size_t queued = receiver.stream->queued_bytes();
    if (queued == 0) continue;
    const bool too_much = receiver.backlog.is_too_much(queued, allowed_.each, now);
    (too_much ? slow : patient).push_back({id, queued});
    if (!too_much) total += queued;
  }
  reviewed_at_ = bytes_sent_;
  queued_at_review_ = total;
  for (const Slow& one : beyond(allowed_.all, total, std::move(patient))) slow.push_back(one);
  return slow;
}

std::size_t Receivers::queued_bytes() const {
  std::size_t total = 0;
  for (const auto& [id, receiver] : receivers_) total += receiver.stream->queued_bytes();
  return total;
}

}  // namespace parley::chat_service
