#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include <parley/seams.hpp>

/// What the service stores, as plain values. Attributes are JSON text throughout.
namespace parley::chat_service {

/// Calendar time as stored and sent: milliseconds since 1970.
using Millis = std::int64_t;

Millis to_millis(WallTime time);
/// "2026-11-20T12:09:16.910Z"
std::string to_iso(Millis time);

/// Row number in its table, never shown outside.
using Id = std::int64_t;

struct User {
  Id id = 0;
  std::string sid{};  ///< US...
  std::string identity{};
  std::optional<std::string> friendly_name{};
  std::string attributes = "{}";
  bool online = false;
  bool notifiable = false;
  Id info_map = 0;           ///< sync object: what others may know
  Id conversations_map = 0;  ///< sync object: this user's list
  Millis date_created = 0;
  Millis date_updated = 0;
};

struct Conversation {
  Id id = 0;
  std::string sid{};  ///< CH...
  std::optional<std::string> unique_name{};
  std::optional<std::string> friendly_name{};
  std::string attributes = "{}";
  bool is_public = false;
  std::string created_by{};
  bool creator_demoted = false;  ///< an admin has removed the creator, who is nobody special since
  Id document = 0;               ///< sync objects
  Id roster = 0;
  Id list = 0;
  std::int64_t next_index = 0;  ///< of the next message; never goes back
  std::int64_t messages_count = 0;
  std::int64_t participants_count = 0;
  std::optional<std::int64_t> last_message_index{};  ///< of the newest message that still exists
  Millis last_message_date = 0;
  Millis date_created = 0;
  Millis date_updated = 0;
};

/// Of a participant, stored as these numbers. What somebody may do is decided by policy::Relation, not by
/// this.
enum class Role { creator = 0, member = 1, outsider = 2, admin = 3 };

struct Participant {
  Id id = 0;
  std::string sid{};  ///< MB...
  Id conversation = 0;
  std::optional<Id> user{};              ///< nothing: a non-chat participant
  std::string identity{};                ///< "" for non-chat
  std::string user_info{};               ///< name of the user's info map, "" for non-chat
  std::string type = "chat";             ///< "chat", "sms", "whatsapp", "email"
  std::optional<std::string> binding{};  ///< JSON text, non-chat only
  std::string attributes = "{}";
  Role role = Role::member;
  std::optional<std::int64_t> last_read{};  ///< message index
  std::optional<Millis> last_read_date{};
  std::string notification_level = "default";
  Millis date_created = 0;
  Millis date_updated = 0;
};

struct Message {
  std::string sid{};  ///< IM...
  Id conversation = 0;
  std::int64_t index = 0;
  std::string author{};
  std::string participant_sid{};
  std::optional<std::string> body{};
  std::optional<std::string> subject{};
  std::string attributes = "{}";
  std::optional<std::string> last_updated_by{};
  bool has_media = false;
  std::optional<std::string> content_sid{};        ///< HX...: the template it was made of
  std::optional<std::string> content_variables{};  ///< JSON text
  Millis date_created = 0;
  Millis date_updated = 0;
};

/// An uploaded file. Belongs to its author alone until a message names it.
struct Medium {
  Id id = 0;
  std::string sid{};               ///< ME...
  std::string author{};            ///< identity
  std::string category = "media";  ///< or "body", "history"
  std::optional<std::string> filename{};
  std::string content_type{};
  std::int64_t size = 0;  ///< bytes
  std::string blob{};     ///< SHA-256 of the bytes in hex
  std::optional<Id> conversation{};
  std::optional<std::string> message_sid{};
  Millis date_created = 0;
  Millis date_updated = 0;
};

/// What another network says of one message's delivery to one participant.
struct Receipt {
  std::string sid{};  ///< DY...
  Id conversation = 0;
  std::string message_sid{};
  std::string participant_sid{};
  std::optional<std::string> channel_message_sid{};  ///< the other network's name for the message
  std::string status{};                              ///< sent, delivered, read, undelivered, failed
  std::int64_t error_code = 0;                       ///< 0: none
  Millis date_created = 0;
  Millis date_updated = 0;
};

/// A user does not want to hear of an identity.
struct Block {
  Id user = 0;
  std::string identity{};  ///< of whom; there need be no such user
  Millis date_created = 0;
};

/// Somebody was asked to join and has neither joined nor declined.
struct Invitation {
  Id conversation = 0;
  Id user = 0;
  std::string identity{};
  std::string created_by{};  ///< identity
  Millis date_created = 0;
};

}  // namespace parley::chat_service
