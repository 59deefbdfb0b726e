#include "chat_sdk/src/model/channel_record.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "chat_sdk/src/model/channel_cache.hpp"
#include "chat_sdk/src/model/translation.hpp"
#include "common/protocol/conversations/direct_name.hpp"

namespace parley::detail {
namespace {

bool is_shown_otherwise(const ChannelState& a, const ChannelState& b) {
  return a.name != b.name || a.description != b.description || a.attributes != b.attributes ||
         a.muted != b.muted;
}

bool is_shown_alike(const Unread& a, const Unread& b) {
  return a.count == b.count && a.exact == b.exact && a.first_unread_index == b.first_unread_index;
}

}  // namespace

ChannelRecord::ChannelRecord(Context& context, std::string sid, std::string self_identity,
                             const MakeHandle& make_handle, bool counts_own)
    : context_(context),
      self_(std::move(self_identity)),
      handle_(make_handle(slot_)),
      unread_(self_, counts_own),
      history_(sid) {
  state_.sid = std::move(sid);
  state_.joined = true;
  publish();
}

void ChannelRecord::publish() {
  slot_->store(state_);
  if (cache_) cache_->on_changed(state_.sid);
}

// Messages that have come meanwhile were not counted.
void ChannelRecord::restore(ChannelState state) {
  state_ = std::move(state);
  unread_.set_newest(state_.last_message_index);
  unread_.restore(state_.unread, state_.last_read_index);
  put_unread();
  told_unread_ = state_.unread;
  told_ = from_cache_ = true;
  history_.restore(state_.known_history);
  slot_->store(state_);
}

void ChannelRecord::publish_roster() {
  std::vector<Member> members;
  for (const auto& [sid, entry] : roster_) members.push_back(entry.member);
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
    return std::tie(a.joined_at, a.sid) < std::tie(b.joined_at, b.sid);
  });
  state_.members = std::make_shared<const std::vector<Member>>(std::move(members));
  publish();
}

void ChannelRecord::emit(Event event) {
  if (told_) return context_.emit(std::move(event));
  kept_back_.push_back(std::move(event));
}

void ChannelRecord::mark_loaded(bool announce) {
  if (state_.loaded) return;
  state_.loaded = true;
  from_cache_ = false;
  publish();
  if (told_) return emit(ChannelUpdated{handle()});
  told_ = true;
  if (announce) emit(ChannelJoined{handle()});
  release_kept_back();
}

void ChannelRecord::mark_listed() {
  if (std::exchange(told_, true)) return;
  told_unread_ = state_.unread;
  release_kept_back();
}

void ChannelRecord::release_kept_back() {
  auto events = std::move(kept_back_);
  kept_back_.clear();
  for (auto& event : events) emit(std::move(event));
}

// The list of channels and the channel's document have these in common.
template <class Source>
void ChannelRecord::put_description(const Source& source) {
  state_.name = source.unique_name;
  state_.description = source.friendly_name;
  state_.attributes = source.attributes;
  state_.created_by = source.created_by;
  state_.created_at = source.created_at;
  state_.updated_at = source.updated_at;
  const auto pair = conversations::parse_direct_name(state_.name);
  const bool direct = pair && pair->contains(self_);
  state_.kind = direct ? ChannelKind::direct : ChannelKind::group;
  state_.peer = direct ? pair->peer_of(self_) : "";
}

void ChannelRecord::set_listed(const conversations::Conversation& entry) {
  from_cache_ = false;
  const auto before = slot_->load();
  put_description(entry);
  state_.muted = entry.muted;
  if (entry.tells_last_message) {
    state_.last_message_index = entry.last_message_index;
    begin_messages(entry.last_message_index.value_or(-1));
  }
  put_own_state(entry, /*live=*/false);
  publish();
  if (!told_) return;
  if (is_shown_otherwise(*before, state_)) emit(ChannelUpdated{handle()});
  tell_unread();
}

void ChannelRecord::mark_left() {
  state_.joined = false;
  publish();
  if (cache_) cache_->on_left(state_.sid);
  history_.leave();
  if (told_) emit(ChannelLeft{handle()});
}

void ChannelRecord::put_document(const conversations::ConversationDocument& document) {
  put_description(document);
  state_.last_message_index = document.last_message_index;
  feed_.expect(document.last_message_index);
}

void ChannelRecord::set_document(const conversations::ConversationDocument& document) {
  put_document(document);
  publish();
}

void ChannelRecord::apply_document(const sync::Event& event) {
  const auto document = conversations::decode_document(event.data);
  if (!document) return;
  const auto before = slot_->load();
  put_document(*document);
  publish();
  if (is_shown_otherwise(*before, state_)) emit(ChannelUpdated{handle()});
}

void ChannelRecord::set_roster(const std::vector<conversations::SyncItem>& items) {
  for (const auto& item : items) {
    const auto participant = conversations::decode_roster_item(item.key, item.data);
    const auto known = roster_.find(item.key);
    const bool newer = known == roster_.end() || known->second.last_event_id < item.last_event_id;
    if (participant && newer)
      roster_.insert_or_assign(item.key, RosterEntry{to_member(*participant), item.last_event_id});
  }
  publish_roster();
}

void ChannelRecord::apply_roster(const sync::Event& event) {
  const auto known = roster_.find(event.item_key);
  if (known != roster_.end() && event.id <= known->second.last_event_id)
    return;  // read with the pages already
  if (event.change == sync::Change::item_removed) {
    if (known == roster_.end()) return;
    const Member member = std::move(known->second.member);
    roster_.erase(known);
    publish_roster();
    return emit(MemberLeft{handle(), member});
  }
  const auto participant = conversations::decode_roster_item(event.item_key, event.data);
  if (!participant) return;
  const bool joined = known == roster_.end();
  const Member member = to_member(*participant);
  roster_.insert_or_assign(event.item_key, RosterEntry{member, event.id});
  publish_roster();
  joined ? emit(MemberJoined{handle(), member}) : emit(MemberUpdated{handle(), member});
}

void ChannelRecord::apply_message(const sync::Event& event) {
  auto decoded = conversations::decode_message_item(event.item_index(), event.data);
  if (!decoded && event.change == sync::Change::item_removed) {  // the last data need not come along
    decoded = conversations::Message{};
    decoded->index = event.item_index();
  }
  if (!decoded || !conversations::is_message_index(decoded->index)) return;
  const Message message = to_message(std::move(*decoded));
  switch (event.change) {
    case sync::Change::item_added:
      return message_added(message);
    case sync::Change::item_updated:
      return message_updated(message);
    case sync::Change::item_removed:
      return message_removed(message);
    default:
      return;
  }
}

void ChannelRecord::message_added(const Message& message) {
  // A replay brings a message that was changed meanwhile as one that was added.
  if (feed_.knows(message.index) && message.updated_at > message.created_at) return message_updated(message);
  if (feed_.knows(message.index)) return;
  state_.last_message_index = std::max(state_.last_message_index.value_or(-1), message.index);
  unread_.add(message);
  auto told = feed_.add(message);
  learn(told);
  put_unread();
  publish();
  announce(std::move(told));
  tell_unread();
}

void ChannelRecord::message_updated(const Message& message) {
  history_.update(message);
  if (feed_.update(message)) emit(MessageUpdated{handle(), message});
}

void ChannelRecord::begin_messages(std::int64_t last_old) {
  if (!feed_.begun()) tell(feed_.begin(history_.told_from(last_old), last_old));
}

// What the feed has passed is known: of these indexes the messages that exist are those that it let through.
bool ChannelRecord::learn(const std::vector<Message>& told) {
  const auto passed = feed_.take_passed();
  if (!passed) return false;
  learn(*passed, told);
  return true;
}

void ChannelRecord::learn(IndexRange range, const std::vector<Message>& messages) {
  history_.learn(range, messages);
  unread_.learn(range, messages);
  state_.known_history = history_.known().all();
}

void ChannelRecord::put_read(IndexRange range, const std::vector<Message>& messages) {
  learn(range, messages);
  publish_unread();
}

void ChannelRecord::interrupt_history() {
  history_.interrupt();
  unread_.interrupt();
}

void ChannelRecord::put_nobodys(IndexRange range) {
  unread_.learn(range, {});
  publish_unread();
}

void ChannelRecord::tell(std::vector<Message> messages) {
  const bool learned = learn(messages);
  if (learned) put_unread();
  if (learned) publish();
  announce(std::move(messages));
  if (learned) tell_unread();
}

void ChannelRecord::announce(std::vector<Message> messages) {
  for (auto& message : messages) emit(MessageAdded{handle(), std::move(message)});
}

void ChannelRecord::message_removed(const Message& message) {
  unread_.remove(message.index, /*counted=*/feed_.knows(message.index));
  auto removal = feed_.remove(message.index);
  // One that was read before it was told is gone from what was read.
  const bool was_read = history_.known().around(message.index).has_value();
  history_.remove(message.index);
  if (removal.was_told || was_read) emit(MessageRemoved{handle(), message});
  tell(std::move(removal.messages));
  publish_unread();
}

void ChannelRecord::put_own_state(const conversations::Conversation& own, bool live) {
  unread_.set_newest(state_.last_message_index);
  unread_.count(own.unread_count.value_or(own.messages_count), own.last_read_index, live);
  put_unread();
}

void ChannelRecord::set_own_state(const conversations::Conversation& own, bool live) {
  put_own_state(own, live);
  publish();
  tell_unread();
}

void ChannelRecord::want_horizon(std::optional<HorizonMove> wanted) {
  unread_.want(wanted);
  publish_unread();
}

void ChannelRecord::put_unread() {
  state_.unread = unread_.unread();
  state_.last_read_index = unread_.horizon();
}

void ChannelRecord::publish_unread() {
  put_unread();
  publish();
  tell_unread();
}

void ChannelRecord::tell_unread() {
  if (is_shown_alike(state_.unread, told_unread_)) return;
  told_unread_ = state_.unread;
  emit(UnreadChanged{handle(), told_unread_});
}

bool ChannelRecord::apply_my_conversation(const conversations::MyConversation& own) {
  if (own.muted != state_.muted) {
    state_.muted = own.muted;
    publish();
    emit(ChannelUpdated{handle()});
  }
  return unread_.is_news(own.last_read_index);
}

const Member* ChannelRecord::member(std::string_view identity) const {
  for (const auto& [sid, entry] : roster_)
    if (entry.member.identity == identity) return &entry.member;
  return nullptr;
}

}  // namespace parley::detail
