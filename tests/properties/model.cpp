#include "tests/properties/model.hpp"

#include <algorithm>

namespace parley::properties {
namespace {

constexpr int kOk = 200, kCreated = 201, kDone = 204, kBadRequest = 400, kForbidden = 403, kNotFound = 404,
              kConflict = 409;

}  // namespace

std::optional<std::int64_t> Room::last_message() const {
  for (std::size_t i = messages.size(); i-- > 0;)
    if (messages[i]) return static_cast<std::int64_t>(i);
  return std::nullopt;
}

std::optional<std::int64_t> Room::unread(const std::string& who) const {
  const auto horizon = members.at(who);
  if (!horizon) return std::nullopt;
  return std::count_if(messages.begin() + *horizon + 1, messages.end(),
                       [](const auto& message) { return message.has_value(); });
}

void Model::create(const std::string& who, const std::string& sid, bool is_public) {
  Room& room = rooms[sid];
  room.sid = sid;
  room.creator = who;
  room.is_public = is_public;
}

int Model::add(const std::string& who, const std::string& sid, const std::string& whom) {
  Room& room = rooms.at(sid);
  if (room.deleted) return kNotFound;
  const bool allowed = who == whom ? room.is_visible_to(who) : room.is_insider(who);
  if (!allowed) return kForbidden;
  if (room.has_member(whom)) return kConflict;
  if (blocks.contains({whom, who})) return kForbidden;
  room.members[whom];
  return kCreated;
}

int Model::block(const std::string& who, const std::string& whom) {
  if (who == whom) return kBadRequest;
  blocks.insert({who, whom});
  return kCreated;
}

int Model::unblock(const std::string& who, const std::string& whom) {
  blocks.erase({who, whom});
  return kDone;
}

int Model::remove(const std::string& who, const std::string& sid, const std::string& whom) {
  Room& room = rooms.at(sid);
  if (room.deleted) return kNotFound;
  if (!room.is_insider(who)) return kForbidden;
  if (!room.has_member(whom)) return kNotFound;
  if (who != whom && who != room.creator) return kForbidden;
  room.members.erase(whom);
  return kDone;
}

int Model::delete_room(const std::string& who, const std::string& sid) {
  Room& room = rooms.at(sid);
  if (room.deleted) return kNotFound;
  if (who != room.creator) return kForbidden;
  room.deleted = true;
  room.members.clear();
  return kDone;
}

int Model::rename(const std::string& who, const std::string& sid, const std::string& name) {
  Room& room = rooms.at(sid);
  if (room.deleted) return kNotFound;
  if (!room.is_insider(who)) return kForbidden;
  room.friendly_name = name;
  return kOk;
}

int Model::send(const std::string& who, const std::string& sid, const std::string& text) {
  Room& room = rooms.at(sid);
  if (room.deleted) return kNotFound;
  if (!room.has_member(who)) return kForbidden;
  room.messages.push_back(Message{"", who, text});
  return kCreated;
}

int Model::may_change(const std::string& who, const Room& room, std::size_t index) const {
  if (room.deleted) return kNotFound;
  if (!room.is_insider(who)) return kForbidden;
  const auto& message = room.messages.at(index);
  if (!message) return kNotFound;
  const bool allowed = who == room.creator || (who == message->author && room.has_member(who));
  return allowed ? kOk : kForbidden;
}

int Model::edit(const std::string& who, const std::string& sid, std::size_t index, const std::string& text) {
  Room& room = rooms.at(sid);
  const int status = may_change(who, room, index);
  if (status == kOk) room.messages[index]->text = text;
  return status;
}

int Model::remove_message(const std::string& who, const std::string& sid, std::size_t index) {
  Room& room = rooms.at(sid);
  const int status = may_change(who, room, index);
  if (status != kOk) return status;
  room.messages[index].reset();
  return kDone;
}

int Model::read(const std::string& who, const std::string& sid, std::int64_t index) {
  Room& room = rooms.at(sid);
  if (room.deleted || !room.is_visible_to(who)) return kNotFound;
  if (!room.has_member(who)) return kForbidden;
  const auto count = static_cast<std::int64_t>(room.messages.size());
  room.members[who] = count == 0 ? std::nullopt : std::optional(std::min(index, count - 1));
  return kOk;
}

}  // namespace parley::properties
