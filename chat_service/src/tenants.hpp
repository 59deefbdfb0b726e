#pragma once
#include <map>
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/core.hpp"
#include "chat_service/src/links.hpp"

namespace parley::chat_service {

/// Names one user of all tenants: "IS.../identity".
using UserKey = std::string;

inline UserKey user_key(std::string_view service_sid, std::string_view identity) {
  return std::string(service_sid).append("/").append(identity);
}

inline UserKey user_of(const Caller& caller) { return user_key(caller.service_sid, caller.identity); }

struct UserName {
  std::string_view service_sid;
  std::string_view identity;
};
/// What a key was made of; valid as long as the key.
inline UserName split_user_key(const UserKey& key) {
  const auto slash = key.find('/');
  const std::string_view text = key;
  return {text.substr(0, slash), text.substr(slash + 1)};
}

/// The services of this process, and which of them a token is for.
class Tenants {
 public:
  struct Room {
    Tenant tenant;
    Links links;
  };

  /// At least one.
  Tenants(const std::vector<Tenant>& tenants, const std::string& public_url);
  Tenants(const Tenants&) = delete;
  Tenants& operator=(const Tenants&) = delete;

  /// Null if unknown.
  const Room* find(std::string_view service_sid) const;
  const std::map<std::string, Room, std::less<>>& all() const { return rooms_; }
  /// The one that was given first: serves what belongs to no tenant in particular.
  const Room& first() const { return *first_; }

  /// The service named by the token's chat grant decides which keys and algorithms are good. A key that is
  /// only good for another service gives 20106, as a grant for a service unknown here does. `latest_now`: see
  /// token::VerifyPolicy.
  Result<twilsock::Principal> authenticate(std::string_view token, WallTime now, WallTime latest_now) const;
  /// What the bearer of a token that was accepted may be.
  Caller caller(const twilsock::Principal& principal) const;

 private:
  Error refusal(std::string_view token, WallTime now, WallTime latest_now) const;

  std::map<std::string, Room, std::less<>> rooms_;
  const Room* first_ = nullptr;
  token::KeyRing all_keys_;
  std::vector<token::Algorithm> all_algorithms_;
};

}  // namespace parley::chat_service
