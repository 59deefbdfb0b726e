#include "token_server/sessions/login_guard.hpp"

#include <algorithm>

#include "common/base/crypto.hpp"
#include "common/net/client_address.hpp"

namespace parley::token_server {
namespace {

// Of one size, however long the name.
std::string user_key(const std::string& name) { return sha256(name); }

}  // namespace

std::optional<LoginGuard::Refusal> LoginGuard::start(const Attempt& attempt, TimePoint now) {
  const std::string user = user_key(attempt.user), address = net::address_group(attempt.address);
  const auto user_wait = attempt.user.empty() ? std::nullopt : users_.wait(user, now);
  const auto address_wait = addresses_.wait(address, now);
  if (!user_wait && !address_wait) {
    if (!attempt.user.empty()) users_.add(user, now);
    addresses_.add(address, now);
    return std::nullopt;
  }
  const Duration wait =
      std::max(user_wait.value_or(Duration::zero()), address_wait.value_or(Duration::zero()));
  const bool first_of_user = user_wait && users_.tell_once(user);
  const bool first_of_address = address_wait && addresses_.tell_once(address);
  return Refusal{std::chrono::ceil<std::chrono::milliseconds>(wait), first_of_user || first_of_address};
}

void LoginGuard::succeeded(const Attempt& attempt) {
  users_.forget(user_key(attempt.user));
  addresses_.take_back(net::address_group(attempt.address));
}

void LoginGuard::take_back(const Attempt& attempt) {
  users_.take_back(user_key(attempt.user));
  addresses_.take_back(net::address_group(attempt.address));
}

}  // namespace parley::token_server
