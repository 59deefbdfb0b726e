#pragma once
#include <string>
#include <string_view>

#include "common/protocol/sync/event.hpp"

namespace parley::chat_service {

/// The absolute URLs that the service hands out. Clients send them back as they are; the host is never read.
class Links {
 public:
  /// `base` like "http://127.0.0.1:4010", without a slash at the end.
  Links(std::string base, const std::string& service_sid);

  std::string conversations() const { return chat_ + "/Conversations"; }
  std::string conversation(std::string_view sid) const;
  std::string participant(std::string_view conversation_sid, std::string_view sid) const;
  std::string message(std::string_view conversation_sid, std::string_view sid) const;
  std::string invitation(std::string_view conversation_sid, std::string_view identity) const;
  std::string my_conversations(std::string_view user_sid) const;
  /// The same list as the legacy client knows it.
  std::string legacy_conversations(std::string_view user_sid) const;
  std::string my_conversation(std::string_view user_sid, std::string_view conversation_sid) const;
  std::string users() const { return chat_ + "/Users"; }
  std::string user(std::string_view identity) const;
  /// Of that user.
  std::string blocks(std::string_view identity) const { return user(identity) + "/Blocks"; }
  std::string block(std::string_view identity, std::string_view blocked) const;
  std::string typing() const { return chat_ + "/TypingIndicator"; }
  /// With two %s: conversation and message SID.
  std::string receipts() const { return chat_ + "/Conversations/%s/Messages/%s/Receipts"; }
  std::string media() const { return media_; }
  std::string media_set() const { return media_ + "Set"; }
  std::string sync_object(sync::ObjectType type, std::string_view sid) const;
  std::string sync_item(sync::ObjectType type, std::string_view sid, std::string_view key) const;

 private:
  std::string chat_;
  std::string legacy_;
  std::string sync_;
  std::string media_;
};

}  // namespace parley::chat_service
