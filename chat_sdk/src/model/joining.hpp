#pragma once
#include <string>

#include "chat_sdk/src/model/channel_opener.hpp"

namespace parley::detail {

/// How this user and others become members of a channel.
class Joining {
 public:
  Joining(const ServiceAccess& service, ChannelRegistry& registry, ChannelOpener& opener)
      : rest_(service.rest), urls_(service.urls), registry_(registry), opener_(opener) {}

  /// Becomes a member (already being one is fine), then opens the channel and makes it the current one.
  void join(const std::string& sid, Done<Channel> done);
  /// Opens a channel of which this user is a member and makes it the current one.
  void open(const std::string& sid, Done<Channel> done) { open(sid, /*new_member=*/false, std::move(done)); }
  /// Makes an identity a member; completes with it, also if it was one.
  void invite(const std::string& sid, const std::string& identity, Done<Member> done);

 private:
  void open(const std::string& sid, bool new_member, Done<Channel> done);
  void find_member(const std::string& sid, const std::string& identity, const Error& otherwise,
                   Done<Member> done);

  RestCalls& rest_;
  ServiceUrls& urls_;
  ChannelRegistry& registry_;
  ChannelOpener& opener_;
};

}  // namespace parley::detail
