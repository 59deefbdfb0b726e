#include "chat_service/src/upkeep.hpp"

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/domain/messages.hpp"

namespace parley::chat_service {
namespace {

constexpr auto kInterval = std::chrono::hours(1);
constexpr auto kPause = std::chrono::milliseconds(20);
constexpr std::size_t kRows = 200;
constexpr std::size_t kMessages = 50;  // each of them is an event for its watchers

Millis ago(const Scope& scope, std::chrono::hours age) {
  return scope.retention_now - std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
}

/// The oldest messages of a conversation, up to a step's share of them.
void remove_from_beginning(Scope& scope, Id id, Millis before) {
  auto conversation = scope.tables.conversations.find(id);
  if (!conversation) return;
  bool changed = false;
  for (const Message& message : scope.tables.messages.oldest(id, kMessages)) {
    if (message.date_created >= before) break;
    changed |= messages::erase(scope, *conversation, message);
  }
  if (changed)
    conversations::save(scope, *conversation);
  else
    scope.tables.conversations.update(*conversation);
}

}  // namespace

void Upkeep::begin_round() {
  conversation_ = 0;
  for (const auto& [sid, room] : tenants_.all())
    if (room.tenant.keep_messages) jobs_.push_back({Kind::messages, &room});
  const Tenants::Room* any = &tenants_.first();
  jobs_.push_back({Kind::tombstones, any});
  jobs_.push_back({Kind::mutations, any});
}

const Tenants::Room& Upkeep::room() {
  if (jobs_.empty()) begin_round();
  return *jobs_.back().room;
}

void Upkeep::step(Scope& scope) {
  more_ = false;
  switch (jobs_.back().kind) {
    case Kind::mutations:
      more_ = forget_mutations(scope);
      break;
    case Kind::tombstones:
      more_ = prune_tombstones(scope);
      break;
    case Kind::messages:
      more_ = remove_old_messages(scope);
      break;
  }
}

bool Upkeep::finish_step(TimePoint now) {
  if (!more_) {
    jobs_.pop_back();
    conversation_ = 0;
  }
  next_ = now + (jobs_.empty() ? Duration(kInterval) : Duration(kPause));
  return jobs_.empty();
}

bool Upkeep::forget_mutations(Scope& scope) const {
  return scope.tables.mutations.forget_before(ago(scope, options_.mutation_memory), kRows) == kRows;
}

bool Upkeep::prune_tombstones(Scope& scope) const {
  return scope.tables.sync.prune_tombstones_before(ago(scope, options_.tombstone_memory), kRows) == kRows;
}

bool Upkeep::remove_old_messages(Scope& scope) {
  const Millis before = ago(scope, *scope.tenant.keep_messages);
  const auto conversations = scope.tables.messages.oldest_dates(scope.service_sid(), conversation_, kRows);
  for (const OldestMessage& one : conversations) {
    if (one.date && *one.date < before) {
      remove_from_beginning(scope, one.conversation, before);
      return true;
    }
    conversation_ = one.conversation;
  }
  return conversations.size() == kRows;
}

}  // namespace parley::chat_service
