#include "chat_sdk/src/model/direct_channels.hpp"

#include "chat_sdk/src/model/checks.hpp"
#include "common/protocol/conversations/direct_name.hpp"

namespace parley::detail {
namespace {

constexpr Duration kInvitationDelay = std::chrono::milliseconds(200);
constexpr Duration kInvitationTimeout = std::chrono::seconds(10);  // for the winner of a race to invite us

Error foreign_channel() {
  return {.code = Errc::conflict,
          .message = "the name of this 1x1 channel belongs to somebody else's channel"};
}

Error never_invited() {
  return {.code = Errc::conflict,
          .message = "the name of this 1x1 channel is taken and its owner does not invite this user"};
}

bool is_hidden(const Error& error) { return error.code == Errc::not_found || error.code == Errc::forbidden; }

}  // namespace

DirectChannels::DirectChannels(const ServiceAccess& service, ChannelRegistry& registry, Joining& joining)
    : context_(service.context),
      timers_(service.timers),
      rest_(service.rest),
      registry_(registry),
      urls_(service.urls),
      joining_(joining) {}

bool DirectChannels::belongs_to_the_two(const AttemptPtr& attempt, const std::string& creator) const {
  return creator == attempt->peer || creator == urls_.configuration().identity;
}

void DirectChannels::open_or_create(std::string peer, std::string description, Done<Channel> done) {
  if (auto error = check_identity_argument("peer", peer)) return done(*error);
  const auto& self = urls_.configuration().identity;
  if (peer == self)
    return done(Error{.code = Errc::invalid_argument, .message = "peer: expected somebody else's identity"});
  std::string name = conversations::direct_name(self, peer);
  if (auto error = check_name("peer", name)) return done(*error);
  if (auto error = check_description(description)) return done(*error);
  const auto attempt =
      std::make_shared<Attempt>(Attempt{std::move(peer), std::move(description), std::move(name),
                                        std::move(done), context_.now + kInvitationTimeout});
  look_up(attempt);
}

void DirectChannels::look_up(const AttemptPtr& attempt) {
  rest_.get(urls_.my_conversation(attempt->name), {}, [this, attempt](Result<http::Response> reply) {
    if (!reply) return is_hidden(reply.error()) ? create_new(attempt) : attempt->done(reply.error());
    const auto existing = conversations::decode_conversation(reply->body);
    existing ? take_existing(attempt, *existing) : attempt->done(existing.error());
  });
}

void DirectChannels::take_existing(const AttemptPtr& attempt, const conversations::Conversation& existing) {
  if (!belongs_to_the_two(attempt, existing.created_by)) return attempt->done(foreign_channel());
  complete(attempt, existing.sid);
}

void DirectChannels::create_new(const AttemptPtr& attempt) {
  conversations::ConversationChange change{attempt->name, std::nullopt, std::nullopt, /*is_public=*/false};
  if (!attempt->description.empty()) change.friendly_name = attempt->description;
  rest_.post(urls_.conversations(), conversations::encode_conversation_change(change),
             [this, attempt](Result<http::Response> reply) {
               if (!reply)
                 return reply.error().code == Errc::conflict ? wait_for_invitation(attempt)
                                                             : attempt->done(reply.error());
               const auto created = conversations::decode_conversation(reply->body);
               created ? complete(attempt, created->sid) : attempt->done(created.error());
             });
}

// Joins and invites; both may have been done already by an attempt that broke off half-way.
void DirectChannels::complete(const AttemptPtr& attempt, const std::string& sid) {
  joining_.join(sid, [this, attempt, sid](Result<Channel> channel) {
    if (!channel) return attempt->done(channel.error());
    const auto record = registry_.by_sid(sid);
    if (record && record->member(attempt->peer)) return attempt->done(*channel);
    joining_.invite(sid, attempt->peer, [attempt, channel = *channel](Result<Member> invited) {
      invited ? attempt->done(channel) : attempt->done(invited.error());
    });
  });
}

void DirectChannels::wait_for_invitation(const AttemptPtr& attempt) {
  rest_.get(urls_.conversation(attempt->name), {}, [this, attempt](Result<http::Response> reply) {
    if (!reply && !is_hidden(reply.error())) return attempt->done(reply.error());
    if (reply) {
      const auto existing = conversations::decode_conversation(reply->body);
      if (!existing) return attempt->done(existing.error());
      if (!belongs_to_the_two(attempt, existing->created_by)) return attempt->done(foreign_channel());
      if (existing->status == "joined") return complete(attempt, existing->sid);
    }
    if (context_.now >= attempt->give_up_at) return attempt->done(never_invited());
    timers_.after(kInvitationDelay, [this, attempt](Result<void> time) {
      time ? wait_for_invitation(attempt) : attempt->done(time.error());
    });
  });
}

}  // namespace parley::detail
