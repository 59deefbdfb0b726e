#include <parley/detail/operations.hpp>

#include "chat_sdk/src/model/checks.hpp"
#include "chat_sdk/src/model/model.hpp"
#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

std::optional<Error> check_index(std::int64_t index) {
  if (index >= 0) return std::nullopt;
  return Error{.code = Errc::invalid_argument, .message = "index: expected 0 or more"};
}

// For replies of which only the outcome counts.
template <class T>
Done<http::Response> outcome_only(Done<T> done) {
  return [done = std::move(done)](Result<http::Response> reply) { reply ? done({}) : done(reply.error()); };
}

}  // namespace

void Operations::create_group_channel(NewGroupChannel channel, Done<Channel> done) {
  if (auto error = check(channel)) return done(*error);
  conversations::ConversationChange change{channel.name, std::nullopt, channel.attributes,
                                           /*is_public=*/true};
  if (!channel.description.empty()) change.friendly_name = channel.description;
  model_.rest.post(model_.urls.conversations(), conversations::encode_conversation_change(change),
                   [this, done](Result<http::Response> reply) {
                     const auto created = decoded(reply, conversations::decode_conversation);
                     if (!created) return done(created.error());
                     model_.joining.join(created->sid, done);
                   });
}

void Operations::direct_channel(std::string peer, std::string description, Done<Channel> done) {
  model_.direct_channels.open_or_create(std::move(peer), std::move(description), std::move(done));
}

// A public channel is found by name among all; on a service without public channels (the vendor's) only
// those that invited this user are, under "my conversations".
void Operations::join_channel(std::string name, Done<Channel> done) {
  if (auto error = check_name("name", name)) return done(*error);
  if (const auto known = model_.registry.by_name(name))
    return model_.joining.open(known->state().sid, std::move(done));
  model_.rest.get(model_.urls.conversation(name), {}, [this, name, done](Result<http::Response> reply) {
    if (!reply && reply.error().code != Errc::not_found && reply.error().code != Errc::forbidden)
      return done(reply.error());
    if (!reply) return find_channel(name, done);
    const auto found = conversations::decode_conversation(reply->body);
    found ? model_.joining.join(found->sid, done) : done(found.error());
  });
}

void Operations::find_channel(std::string sid_or_name, Done<Channel> done) {
  if (auto error = check_name("sid_or_name", sid_or_name)) return done(*error);
  auto known = model_.registry.by_sid(sid_or_name);
  if (!known) known = model_.registry.by_name(sid_or_name);
  if (known) return model_.joining.open(known->state().sid, std::move(done));
  model_.rest.get(model_.urls.my_conversation(sid_or_name), {}, [this, done](Result<http::Response> reply) {
    const auto found = decoded(reply, conversations::decode_conversation);
    if (!found) return done(found.error());
    if (found->status != "joined") return done(not_a_member());
    model_.joining.open(found->sid, done);
  });
}

void Operations::invite(std::string sid, std::string identity, Done<Member> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  model_.joining.invite(sid, identity, std::move(done));
}

void Operations::leave(std::string sid, Done<void> done) {
  model_.rest.remove(model_.urls.participant(sid, model_.urls.configuration().identity),
                     [this, sid, done](Result<http::Response> reply) {
                       if (!reply) return done(reply.error());
                       model_.my_conversations.drop(sid);
                       done({});
                     });
}

void Operations::remove_member(std::string sid, std::string identity, Done<void> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  model_.rest.remove(model_.urls.participant(sid, identity), outcome_only(std::move(done)));
}

void Operations::block(std::string identity, Done<void> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  if (identity == model_.urls.configuration().identity)
    return done(
        Error{.code = Errc::invalid_argument, .message = "identity: expected somebody else's identity"});
  model_.rest.post(model_.urls.blocks(), conversations::encode_participant(identity),
                   outcome_only(std::move(done)));
}

void Operations::unblock(std::string identity, Done<void> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  model_.rest.remove(model_.urls.block(identity), outcome_only(std::move(done)));
}

void Operations::blocked(Done<std::vector<std::string>> done) {
  model_.rest.get(model_.urls.blocks(), {}, [done = std::move(done)](Result<http::Response> reply) {
    reply ? done(conversations::decode_blocks(reply->body)) : done(reply.error());
  });
}

void Operations::destroy(std::string sid, Done<void> done) {
  model_.rest.remove(model_.urls.conversation(sid), [this, sid, done](Result<http::Response> reply) {
    if (!reply) return done(reply.error());
    model_.my_conversations.drop(sid);
    done({});
  });
}

void LocalOperations::get_messages(std::string sid, GetMessages query, Done<MessagePage> done) {
  if (auto error = check(query)) return done(*error);
  model_.cached_history.read(sid, query, [this, sid, query, done](std::optional<MessagePage> page) {
    if (page) return done(std::move(*page));
    when_usable_([this, sid, query, done](const Result<void>& usable) {
      usable ? model_.history.read(sid, query, done) : done(usable.error());
    });
  });
}

void LocalOperations::set_read(std::string sid, std::int64_t index, Done<Unread> done) {
  if (auto error = check_index(index)) return done(*error);
  move_horizon(
      sid, [index](const ChannelState&) { return HorizonMove{index}; }, std::move(done));
}

void LocalOperations::set_unread(std::string sid, std::int64_t index, Done<Unread> done) {
  if (auto error = check_index(index)) return done(*error);
  const Horizon before = index == 0 ? Horizon() : Horizon(index - 1);
  move_horizon(
      sid,
      [before](const ChannelState&) {
        return HorizonMove{before, /*back=*/true};
      },
      std::move(done));
}

void LocalOperations::set_all_read(std::string sid, Done<Unread> done) {
  move_horizon(
      sid, [](const ChannelState& state) { return HorizonMove{state.last_message_index}; }, std::move(done));
}

// Of a channel that is only listed the newest message may not be known: it is loaded first.
void LocalOperations::move_horizon(const std::string& sid,
                                   const std::function<HorizonMove(const ChannelState&)>& choose,
                                   Done<Unread> done) {
  const auto record = model_.registry.by_sid(sid);
  if (!record) return done(not_a_member());
  const ChannelState& state = record->state();
  if (state.last_message_index || state.loaded)
    return model_.read_horizons.move(sid, choose(state), std::move(done));
  when_usable_([this, sid, choose, done](const Result<void>& usable) {
    if (!usable) return done(usable.error());
    model_.opener.open_known(sid, [this, sid, choose, done](const Result<RecordPtr>& opened) {
      opened ? move_horizon(sid, choose, done) : done(opened.error());
    });
  });
}

void LocalOperations::retry(std::string sid, std::string local_id, Done<Message> done) {
  model_.outbox.retry(sid, local_id, std::move(done));
}

void LocalOperations::discard(std::string sid, std::string local_id, Done<void> done) {
  model_.outbox.discard(sid, local_id, std::move(done));
}

void LocalOperations::outgoing(std::string sid, Done<std::vector<OutgoingMessage>> done) {
  done(model_.outbox.outgoing(sid));
}

void LocalOperations::flush(Duration deadline, Done<void> done) {
  model_.outbox.flush(deadline, std::move(done));
}

}  // namespace parley::detail
