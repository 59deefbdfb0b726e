#include "tests/fuzz/connected_client/checker.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "tests/fuzz/connected_client/words.hpp"

namespace parley::fuzz {
namespace {

constexpr std::int64_t kMaxIndex = std::int64_t{1} << 53;
constexpr std::size_t kMaxRanges = 64;

bool is_index(std::int64_t index) { return index >= 0 && index <= kMaxIndex; }

bool is_listed(const detail::ChannelList& channels, const Channel& channel) {
  const auto all = channels.load();
  return std::find(all->begin(), all->end(), channel) != all->end();
}

// Of what becomes of this client's own messages, which may outlive their channel.
template <class T>
constexpr bool kIsOutgoing =
    std::is_same_v<T, MessagePending> || std::is_same_v<T, MessageSent> || std::is_same_v<T, MessageFailed>;

}  // namespace

// What was found before the user left is forgotten with the next handle, or when the user joins again.
Checker::Seen& Checker::seen(const Channel& channel) {
  const auto [at, fresh] = channels_.try_emplace(channel.sid(), Seen{channel});
  if (!fresh && !(at->second.handle == channel)) at->second = Seen{channel};
  return at->second;
}

void Checker::on_event(const Event& event, const detail::ChannelList& channels) {
  require(!closed_);
  std::visit(
      [&]<class T>(const T& one) {
        if constexpr (requires { one.channel; }) {
          const auto state = one.channel.state();
          check(*state);
          Seen& channel = seen(one.channel);
          if constexpr (std::is_same_v<T, ChannelLeft>) {
            channel.left = true;
          } else if constexpr (!kIsOutgoing<T>) {
            require(!channel.left && state->joined && is_listed(channels, one.channel));
          }
        }
        if constexpr (std::is_same_v<T, MessageAdded>) on_added(one.channel, one.message);
        if constexpr (std::is_same_v<T, MessageUpdated> || std::is_same_v<T, MessageRemoved>)
          require(is_index(one.message.index));
        if constexpr (std::is_same_v<T, MessagePending>) outgoing_[one.message.local_id] = Outgoing::pending;
        if constexpr (std::is_same_v<T, MessageSent>) on_outcome(one.local_id, Outgoing::sent);
        if constexpr (std::is_same_v<T, MessageFailed>) on_outcome(one.message.local_id, Outgoing::failed);
      },
      event);
}

// Each once, in order.
void Checker::on_added(const Channel& channel, const Message& message) {
  Seen& seen = this->seen(channel);
  require(is_index(message.index) && message.index > seen.last_added);
  seen.last_added = message.index;
}

// One that failed may be told of again, as discarded, or first of all by the next process; one that was sent
// is forgotten.
void Checker::on_outcome(const std::string& local_id, Outgoing outcome) {
  const auto at = outgoing_.find(local_id);
  const bool may_be_sent = at != outgoing_.end() && at->second == Outgoing::pending;
  const bool may_fail = at == outgoing_.end() || at->second != Outgoing::sent;
  require(outcome == Outgoing::sent ? may_be_sent : may_fail);
  outgoing_[local_id] = outcome;
}

void Checker::check(const ChannelState& state) {
  require(state.members != nullptr);
  require(std::is_sorted(state.members->begin(), state.members->end(),
                         [](const Member& a, const Member& b) { return a.joined_at < b.joined_at; }));
  require(state.known_history.size() <= kMaxRanges);
  std::int64_t free_from = 0;
  for (const auto& range : state.known_history) {
    require(range.first >= free_from && range.first <= range.last && range.last <= kMaxIndex);
    free_from = range.last + 2;
  }
  require(state.unread.count >= 0 && state.unread.count <= kMaxIndex);
  require(state.unread.first_unread_index.has_value() == (state.unread.count > 0));
  require(state.unread.first_unread_index.value_or(0) >= 0);
  require(!state.last_message_index || is_index(*state.last_message_index));
  require(!state.last_read_index || is_index(*state.last_read_index));
  require(state.kind != ChannelKind::direct || !state.peer.empty());
}

// Oldest message first, whatever the service sends; the links to the neighbours are given back to the client.
void Checker::check(const MessagePage& page, const GetMessages& query) {
  std::int64_t last = -1;
  for (const auto& message : page.messages)
    require(is_index(message.index) && message.index > std::exchange(last, message.index));
  for (const auto* link : {&page.older, &page.newer})
    require(!*link || ((*link)->anchor && (*link)->page_size == query.page_size));
}

}  // namespace parley::fuzz
