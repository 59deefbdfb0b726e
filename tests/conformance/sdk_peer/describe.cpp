#include "tests/conformance/sdk_peer/describe.hpp"

#include <optional>
#include <variant>

namespace parley::sdk_peer {
namespace {

template <class List>
Json each(const List& list) {
  Json all = Json::array();
  for (const auto& one : list) all.push_back(describe(one));
  return all;
}

Json index_or_null(std::optional<std::int64_t> index) { return index ? Json(*index) : Json(); }

Json told(const char* event, const Channel& channel, Json more = Json::object()) {
  Json line{{"event", event}, {"channel", channel.name()}, {"channel_sid", channel.sid()}};
  line.update(more);
  return line;
}

struct Teller {
  Json operator()(const PresentState& e) const {
    Json line{{"event", "present"}};
    line.update(describe(e));
    return line;
  }
  Json operator()(const ConnectionChanged& e) const {
    return {{"event", "connection"}, {"state", to_string(e.status.state)}};
  }
  Json operator()(const CacheRestored&) const { return {{"event", "restored"}}; }
  Json operator()(const CacheFailed& e) const {
    return {{"event", "cache_failed"}, {"error", e.error.to_string()}};
  }
  Json operator()(const ChannelJoined& e) const { return told("joined", e.channel, describe(e.channel)); }
  Json operator()(const ChannelLeft& e) const { return told("left", e.channel); }
  Json operator()(const MemberUpdated& e) const { return told("member", e.channel, describe(e.member)); }
  Json operator()(const MessageAdded& e) const { return told("message", e.channel, describe(e.message)); }
  Json operator()(const MessageUpdated& e) const { return told("updated", e.channel, describe(e.message)); }
  Json operator()(const MessageRemoved& e) const {
    return told("removed", e.channel, {{"index", e.message.index}});
  }
  Json operator()(const MessagePending& e) const { return told("pending", e.channel, describe(e.message)); }
  Json operator()(const MessageSent& e) const {
    return told("sent", e.channel, {{"local_id", e.local_id}, {"index", e.message.index}});
  }
  Json operator()(const MessageFailed& e) const { return told("failed", e.channel, describe(e.message)); }
  Json operator()(const UnreadChanged& e) const { return told("unread", e.channel, describe(e.unread)); }
  Json operator()(const auto&) const { return nullptr; }
};

}  // namespace

Json describe(const Medium& medium) {
  return {{"sid", medium.sid},
          {"filename", medium.filename},
          {"type", medium.content_type},
          {"size", medium.size}};
}
Json describe(const IndexRange& range) { return Json::array({range.first, range.last}); }

Json describe(const Channel& channel) { return {{"sid", channel.sid()}, {"channel", channel.name()}}; }

Json describe(const ChannelState& state) {
  Json line{{"loaded", state.loaded},
            {"last_message_index", index_or_null(state.last_message_index)},
            {"last_read_index", index_or_null(state.last_read_index)},
            {"known", each(state.known_history)}};
  line.update(describe(state.unread));
  return line;
}

Json describe(const Member& member) {
  return {{"identity", member.identity}, {"last_read_index", member.last_read_index.value_or(-1)}};
}

Json describe(const Message& message) {
  return {{"sid", message.sid},   {"index", message.index},           {"author", message.author},
          {"body", message.text}, {"attributes", message.attributes}, {"media", each(message.media)}};
}

Json describe(const MessagePage& page) {
  return {{"messages", each(page.messages)},
          {"older", page.older.has_value()},
          {"newer", page.newer.has_value()},
          {"current", page.current}};
}

Json describe(const OutgoingMessage& message) {
  return {{"local_id", message.local_id},
          {"body", message.text},
          {"state", message.state == OutgoingState::failed ? "failed" : "waiting"},
          {"code", message.error ? Json(to_string(message.error->code)) : Json()}};
}

Json describe(const PresentState& present) {
  return {{"state", to_string(present.status.state)}, {"channels", each(present.channels)}};
}

Json describe(const Unread& unread) {
  return {{"unread", unread.count},
          {"exact", unread.exact},
          {"first_unread_index", index_or_null(unread.first_unread_index)}};
}

Json describe(const std::vector<OutgoingMessage>& messages) { return {{"messages", each(messages)}}; }
Json describe(const std::string& url) { return {{"url", url}}; }
Json describe(std::uint64_t size) { return {{"size", size}}; }

Json describe(const Event& event) { return std::visit(Teller(), event); }

Json success(Json more) {
  Json line{{"ok", true}};
  line.update(more);
  return line;
}

Json failure(const Error& error) {
  return {{"ok", false},
          {"error", error.to_string()},
          {"code", to_string(error.code)},
          {"server_code", error.server_code}};
}

Json failure(const std::string& why) { return {{"ok", false}, {"error", why}}; }

}  // namespace parley::sdk_peer
