#include "chat_sdk/src/model/operations.hpp"

#include "chat_sdk/src/model/checks.hpp"
#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

constexpr int kAlreadyMember = 50433;

Error not_a_member() { return {.code = Errc::not_found, .message = "not a member of this channel any more"}; }

// For replies of which only the outcome counts.
template <class T>
Done<http::Response> outcome_only(Done<T> done) {
  return [done = std::move(done)](Result<http::Response> reply) { reply ? done({}) : done(reply.error()); };
}

}  // namespace

Operations::Operations(Context& context, RestCalls& rest, Directory& directory, ServiceUrls& urls)
    : context_(context), rest_(rest), directory_(directory), urls_(urls) {}

void Operations::create_group_channel(NewGroupChannel channel, Done<Channel> done) {
  if (auto error = check(channel)) return done(*error);
  conversations::ConversationChange change{channel.name, std::nullopt, channel.attributes,
                                           /*is_public=*/true};
  if (!channel.description.empty()) change.friendly_name = channel.description;
  rest_.post(urls_.conversations(), conversations::encode_conversation_change(change),
             [this, done](Result<http::Response> reply) {
               if (!reply) return done(reply.error());
               const auto created = conversations::decode_conversation(reply->body);
               if (!created) return done(created.error());
               join_sid(created->sid, done);
             });
}

void Operations::join_sid(const std::string& sid, Done<Channel> done) {
  rest_.post(urls_.participants(sid), conversations::encode_participant(urls_.configuration().identity),
             [this, sid, done](Result<http::Response> reply) {
               const bool member = reply || reply.error().server_code == kAlreadyMember;
               member ? open(sid, done) : done(reply.error());
             });
}

void Operations::open(const std::string& sid, Done<Channel> done) {
  directory_.open(sid, [this, done](Result<RecordPtr> record) {
    if (!record) return done(record.error());
    directory_.set_current((*record)->handle());
    done((*record)->handle());
  });
}

// A public channel is found by name among all; on a service without public channels (the vendor's) only
// those that invited this user are, under "my conversations".
void Operations::join_channel(std::string name, Done<Channel> done) {
  if (auto error = check_name("name", name)) return done(*error);
  if (const auto known = directory_.by_name(name)) return open(known->state().sid, std::move(done));
  rest_.get(urls_.conversation(name), {}, [this, name, done](Result<http::Response> reply) {
    if (!reply && reply.error().code != Errc::not_found && reply.error().code != Errc::forbidden)
      return done(reply.error());
    if (!reply) return find_channel(name, done);
    const auto found = conversations::decode_conversation(reply->body);
    found ? join_sid(found->sid, done) : done(found.error());
  });
}

void Operations::find_channel(std::string sid_or_name, Done<Channel> done) {
  if (auto error = check_name("sid_or_name", sid_or_name)) return done(*error);
  auto known = directory_.by_sid(sid_or_name);
  if (!known) known = directory_.by_name(sid_or_name);
  if (known) return open(known->state().sid, std::move(done));
  rest_.get(urls_.my_conversation(sid_or_name), {}, [this, done](Result<http::Response> reply) {
    if (!reply) return done(reply.error());
    const auto found = conversations::decode_conversation(reply->body);
    if (!found) return done(found.error());
    if (found->status != "joined") return done(not_a_member());
    open(found->sid, done);
  });
}

void Operations::send_message(const std::string& sid, const NewMessage& message, Done<Message> done,
                              const std::vector<std::string>& media_sids) {
  if (media_sids.empty())
    if (auto error = check(message)) return done(*error);
  rest_.post(urls_.messages(sid),
             conversations::encode_new_message(message.text, message.attributes, media_sids),
             [done](Result<http::Response> reply) {
               if (!reply) return done(reply.error());
               auto stored = conversations::decode_message(reply->body);
               stored ? done(to_message(std::move(*stored))) : done(stored.error());
             });
}

void Operations::get_messages(const std::string& sid, GetMessages query, Done<MessagePage> done) {
  if (auto error = check(query)) return done(*error);
  const auto record = directory_.by_sid(sid);
  if (!record) return done(not_a_member());
  const auto params = page_query(query);
  if (!params) return done(MessagePage{{}, std::nullopt, reversed(query)});  // before the first message
  rest_.get(record->messages_items_url, *params, [query, done](Result<http::Response> reply) {
    if (!reply) return done(reply.error());
    const auto page = conversations::decode_sync_page(reply->body);
    page ? done(to_message_page(*page, query)) : done(page.error());
  });
}

void Operations::invite(const std::string& sid, std::string identity, Done<Member> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  rest_.post(urls_.participants(sid), conversations::encode_participant(identity),
             [this, sid, identity, done](Result<http::Response> reply) {
               if (reply) {
                 const auto added = conversations::decode_participant(reply->body);
                 return added ? done(to_member(*added)) : done(added.error());
               }
               const auto record = directory_.by_sid(sid);
               const auto* member = record ? record->member(identity) : nullptr;
               const bool already = reply.error().server_code == kAlreadyMember && member;
               already ? done(*member) : done(reply.error());
             });
}

void Operations::set_read(const std::string& sid, std::int64_t index, Done<Unread> done) {
  if (index < 0) return done(Error{.code = Errc::invalid_argument, .message = "index: expected 0 or more"});
  const auto record = directory_.by_sid(sid);
  if (!record) return done(not_a_member());
  ++record->reads_in_flight;
  rest_.post(urls_.my_conversation(sid), conversations::encode_read_horizon(index),
             [this, record, done](Result<http::Response> reply) {
               --record->reads_in_flight;
               if (!reply) return done(reply.error());
               const auto mine = conversations::decode_conversation(reply->body);
               if (!mine) return done(mine.error());
               directory_.set_mine(record, *mine);
               done(record->state().unread);
             });
}

void Operations::leave(const std::string& sid, Done<void> done) {
  rest_.remove(urls_.participant(sid, urls_.configuration().identity),
               [this, sid, done](Result<http::Response> reply) {
                 if (!reply) return done(reply.error());
                 directory_.drop(sid);
                 done({});
               });
}

void Operations::remove_member(const std::string& sid, std::string identity, Done<void> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  rest_.remove(urls_.participant(sid, identity), outcome_only(std::move(done)));
}

void Operations::block(const std::string& identity, Done<void> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  if (identity == urls_.configuration().identity)
    return done(
        Error{.code = Errc::invalid_argument, .message = "identity: expected somebody else's identity"});
  rest_.post(urls_.blocks(), conversations::encode_participant(identity), outcome_only(std::move(done)));
}

void Operations::unblock(const std::string& identity, Done<void> done) {
  if (auto error = check_identity_argument("identity", identity)) return done(*error);
  rest_.remove(urls_.block(identity), outcome_only(std::move(done)));
}

void Operations::blocked(Done<std::vector<std::string>> done) {
  rest_.get(urls_.blocks(), {}, [done = std::move(done)](Result<http::Response> reply) {
    reply ? done(conversations::decode_blocks(reply->body)) : done(reply.error());
  });
}

void Operations::destroy(const std::string& sid, Done<void> done) {
  rest_.remove(urls_.conversation(sid), [this, sid, done](Result<http::Response> reply) {
    if (!reply) return done(reply.error());
    directory_.drop(sid);
    done({});
  });
}

}  // namespace parley::detail
