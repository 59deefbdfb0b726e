#pragma once
#include <string>
#include <vector>

#include <parley/client.hpp>

#include "chat_sdk/src/model/directory.hpp"

namespace parley::detail {

/// What a user asks of channels, as sequences of REST calls. Arguments are checked before anything is sent.
class Operations {
 public:
  Operations(Context& context, RestCalls& rest, Directory& directory, ServiceUrls& urls);

  void create_group_channel(NewGroupChannel channel, Done<Channel> done);
  void join_channel(std::string name, Done<Channel> done);
  void find_channel(std::string sid_or_name, Done<Channel> done);

  /// `media_sids`: of the message's files, which were uploaded before.
  void send_message(const std::string& sid, const NewMessage& message, Done<Message> done,
                    const std::vector<std::string>& media_sids = {});
  void get_messages(const std::string& sid, GetMessages query, Done<MessagePage> done);
  void invite(const std::string& sid, std::string identity, Done<Member> done);
  void set_read(const std::string& sid, std::int64_t index, Done<Unread> done);
  void leave(const std::string& sid, Done<void> done);
  void remove_member(const std::string& sid, std::string identity, Done<void> done);
  void block(const std::string& identity, Done<void> done);
  void unblock(const std::string& identity, Done<void> done);
  void blocked(Done<std::vector<std::string>> done);
  void destroy(const std::string& sid, Done<void> done);

  /// Becomes a member (already being one is fine), then opens the channel and makes it the current one.
  void join_sid(const std::string& sid, Done<Channel> done);
  void open(const std::string& sid, Done<Channel> done);

 private:
  Context& context_;
  RestCalls& rest_;
  Directory& directory_;
  ServiceUrls& urls_;
};

}  // namespace parley::detail
