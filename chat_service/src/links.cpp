#include "chat_service/src/links.hpp"

#include "common/base/encoding.hpp"

namespace parley::chat_service {
namespace {

std::string join(std::string head, std::string_view middle, std::string_view tail) {
  head += middle;
  head += tail;
  return head;
}

std::string_view plural(sync::ObjectType type) {
  switch (type) {
    case sync::ObjectType::document:
      return "/Documents/";
    case sync::ObjectType::list:
      return "/Lists/";
    case sync::ObjectType::map:
      break;
  }
  return "/Maps/";
}

}  // namespace

Links::Links(std::string base, const std::string& service_sid)
    : chat_(base + "/Client/v2/Services/" + service_sid),
      legacy_(base + "/Client/v1/Services/" + service_sid),
      sync_(base + "/v3/Services/" + service_sid),
      media_(base + "/v1/Services/" + service_sid + "/Media") {}

std::string Links::conversation(std::string_view sid) const { return join(chat_, "/Conversations/", sid); }

std::string Links::participant(std::string_view conversation_sid, std::string_view sid) const {
  return join(conversation(conversation_sid), "/Participants/", sid);
}

std::string Links::message(std::string_view conversation_sid, std::string_view sid) const {
  return join(conversation(conversation_sid), "/Messages/", sid);
}

std::string Links::invitation(std::string_view conversation_sid, std::string_view identity) const {
  return join(conversation(conversation_sid), "/Invites/", percent_encode(identity));
}

std::string Links::my_conversations(std::string_view user_sid) const {
  return join(chat_, "/Users/", user_sid) + "/Conversations";
}

std::string Links::legacy_conversations(std::string_view user_sid) const {
  return join(legacy_, "/Users/", user_sid) + "/Conversations";
}

std::string Links::my_conversation(std::string_view user_sid, std::string_view conversation_sid) const {
  return join(my_conversations(user_sid), "/", conversation_sid);
}

std::string Links::user(std::string_view identity) const {
  return join(chat_, "/Users/", percent_encode(identity));
}

std::string Links::block(std::string_view identity, std::string_view blocked) const {
  return join(blocks(identity), "/", percent_encode(blocked));
}

std::string Links::sync_object(sync::ObjectType type, std::string_view sid) const {
  return join(sync_, plural(type), sid);
}

std::string Links::sync_item(sync::ObjectType type, std::string_view sid, std::string_view key) const {
  return join(sync_object(type, sid), "/Items/", percent_encode(key));
}

}  // namespace parley::chat_service
