#pragma once
#include <string>

namespace parley::detail {

/// Whose session a store keeps: it is shown to this server only, and used for this user only.
struct SessionOwner {
  std::string url;
  std::string user;
  std::string account;

  bool operator==(const SessionOwner&) const = default;
};

/// What a store is given to keep.
std::string to_record(const SessionOwner& owner, const std::string& session);

/// The session in what a store kept; "" if that is somebody else's, or no record.
std::string session_in(const std::string& record, const SessionOwner& owner);

}  // namespace parley::detail
