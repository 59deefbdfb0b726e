#include "chat_service/program/credentials.hpp"

#include <algorithm>
#include <map>

#include "common/base/random.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service {
namespace {

constexpr const char* kVariables[] = {"TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET",
                                      "TWILIO_CHAT_SERVICE_SID"};
constexpr std::size_t kSecretBytes = 16;  // 32 characters, as the vendor's

}  // namespace

bool names_account(const config::Environment& environment) {
  return std::any_of(std::begin(kVariables), std::end(kVariables),
                     [&](const char* name) { return environment(name).has_value(); });
}

config::Environment environment_or_fresh_account(const config::Environment& environment, Random& random) {
  if (names_account(environment)) return environment;
  const std::map<std::string, std::string> account{{"TWILIO_ACCOUNT_SID", make_sid("AC", random)},
                                                   {"TWILIO_API_KEY", make_sid("SK", random)},
                                                   {"TWILIO_API_SECRET", random_hex(random, kSecretBytes)},
                                                   {"TWILIO_CHAT_SERVICE_SID", make_sid("IS", random)}};
  return [account, environment](const char* name) {
    const auto found = account.find(name);
    return found == account.end() ? environment(name) : std::optional(found->second);
  };
}

}  // namespace parley::chat_service
