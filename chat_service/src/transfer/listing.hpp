#pragma once
#include <string>
#include <vector>

#include <parley/error.hpp>

/// What is in a database, for the operator: one JSON object each, as a line of text.
namespace parley::chat_service {

using Lines = std::vector<std::string>;

/// `service_sid` empty: of all services.
Result<Lines> list_users(const std::string& database, const std::string& service_sid);
Result<Lines> list_channels(const std::string& database, const std::string& service_sid);
/// The channel, then its participants.
Result<Lines> show_channel(const std::string& database, const std::string& service_sid,
                           const std::string& sid_or_name);

struct UserName {
  std::string service_sid;
  std::string identity;
};
/// Fails with Errc::not_found, or Errc::conflict if several services have such a user.
Result<UserName> find_user(const std::string& database, const std::string& service_sid,
                           const std::string& identity);
/// Whom that user has blocked.
Result<Lines> list_blocks(const std::string& database, const UserName& name);

struct ChannelName {
  std::string service_sid;
  std::string sid;
};
/// Fails with Errc::not_found, or Errc::conflict if several services have a channel of that name.
Result<ChannelName> find_channel(const std::string& database, const std::string& service_sid,
                                 const std::string& sid_or_name);

}  // namespace parley::chat_service
