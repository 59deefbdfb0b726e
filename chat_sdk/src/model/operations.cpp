#include <parley/detail/operations.hpp>

#include "chat_sdk/src/model/checks.hpp"
#include "chat_sdk/src/model/model.hpp"
#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

Error not_a_member() { return {.code = Errc::not_found, .message = "not a member of this channel any more"}; }

// For replies of which only the outcome counts.
template <class T>
Done<http::Response> outcome_only(Done<T> done) {
  return [done = std::move(done)](Result<http::Response> reply) { reply ? done({}) : done(reply.error()); };
}

// Goes on with the channel when everything is known of it, which is at once for most.
template <class T>
void with_loaded(Model& model, const std::string& sid, const Done<T>& done,
                 std::function<void(const RecordPtr&)> then) {
  if (!model.registry.by_sid(sid)) return done(not_a_member());
  model.opener.open(sid, {}, [done, then = std::move(then)](const Result<RecordPtr>& record) {
    record ? then(*record) : done(record.error());
  });
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

void Operations::send_message(std::string sid, NewMessage message, std::vector<std::string> media_sids,
                              Done<Message> done) {
  if (media_sids.empty())
    if (auto error = check(message)) return done(*error);
  RestRequest request{.method = "POST", .url = model_.urls.messages(sid), .lane = "messages of " + sid};
  request.body = conversations::encode_new_message(message.text, message.attributes, media_sids);
  model_.rest.send(std::move(request), [done](Result<http::Response> reply) {
    auto stored = decoded(reply, conversations::decode_message);
    stored ? done(to_message(std::move(*stored))) : done(stored.error());
  });
}

void Operations::get_messages(std::string sid, GetMessages query, Done<MessagePage> done) {
  if (auto error = check(query)) return done(*error);
  const auto params = page_query(query);
  if (!params) return done(MessagePage{{}, std::nullopt, reversed(query)});  // before the first message
  with_loaded(model_, sid, done, [this, query, params, done](const RecordPtr& record) {
    model_.rest.get(record->messages_items_url, *params, [query, done](Result<http::Response> reply) {
      const auto page = decoded(reply, conversations::decode_sync_page);
      page ? done(to_message_page(*page, query)) : done(page.error());
    });
  });
}

void Operations::invite(std::string sid, std::string identity, Done<Member> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  model_.joining.invite(sid, identity, std::move(done));
}

void Operations::set_read(std::string sid, std::int64_t index, Done<Unread> done) {
  if (index < 0) return done(Error{.code = Errc::invalid_argument, .message = "index: expected 0 or more"});
  const auto record = model_.registry.by_sid(sid);
  if (!record) return done(not_a_member());
  ++record->reads_in_flight;
  model_.rest.post(model_.urls.my_conversation(sid), conversations::encode_read_horizon(index),
                   [this, record, done](Result<http::Response> reply) {
                     --record->reads_in_flight;
                     const auto own = decoded(reply, conversations::decode_conversation);
                     if (!own) return done(own.error());
                     model_.unread.apply(record, *own);
                     done(record->state().unread);
                   });
}

void Operations::set_all_read(std::string sid, Done<Unread> done) {
  with_loaded(model_, sid, done, [this, sid, done](const RecordPtr& record) {
    const auto last = record->state().last_message_index;
    last ? set_read(sid, *last, done) : done(record->state().unread);
  });
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

}  // namespace parley::detail
