#include "chat_service/src/domain/contact.hpp"

#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "common/protocol/conversations/direct_name.hpp"

namespace parley::chat_service::contact {
namespace {

using parley::conversations::DirectPair;

std::optional<DirectPair> pair_of(const std::optional<std::string>& unique_name) {
  return unique_name ? parley::conversations::parse_direct_name(*unique_name) : std::nullopt;
}

bool share_a_conversation(Scope& scope, const std::string& identity) {
  const auto user = scope.tables.users.find(scope.service_sid(), identity);
  return user && scope.tables.participants.share_a_conversation(scope.caller.id, user->id);
}

}  // namespace

Result<void> check_adding(Scope& scope, const std::string& identity) {
  const AddRule rule = scope.tenant.who_may_add;
  policy::Contact contact{.admin = scope.is_admin};
  contact.blocked = scope.tables.blocks.has(scope.service_sid(), identity, scope.caller.identity);
  contact.acquainted = rule == AddRule::shared_conversation && share_a_conversation(scope, identity);
  return policy::check_adding(rule, contact);
}

Result<void> check_place(const Scope& scope, const Conversation& conversation, std::string_view identity) {
  const auto pair = pair_of(conversation.unique_name);
  if (!pair || pair->contains(identity) || scope.is_admin) return {};
  return errors::only_for_the_two();
}

Result<void> check_new(Scope& scope, const conversations::Fields& fields) {
  const auto pair = pair_of(fields.unique_name);
  if (!pair) return {};
  if (!pair->contains(scope.caller.identity)) return errors::only_for_the_two();
  if (fields.is_public)
    return errors::bad_request("type: expected private for the name of a 1x1 conversation");
  return check_adding(scope, pair->peer_of(scope.caller.identity));
}

Result<void> check_renaming(const Scope& scope, const std::optional<std::string>& from,
                            const std::optional<std::string>& to) {
  if (pair_of(to)) return errors::only_for_the_two();
  if (pair_of(from) && !scope.is_admin) return errors::only_for_the_two();
  return {};
}

bool is_blocked(Scope& scope, const Conversation& conversation, const User& user) {
  const auto pair = pair_of(conversation.unique_name);
  return pair && pair->contains(user.identity) && !users::is_admin(scope, user.identity) &&
         scope.tables.blocks.has(scope.service_sid(), pair->peer_of(user.identity), user.identity);
}

}  // namespace parley::chat_service::contact
