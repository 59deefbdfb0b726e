#include "common/config/rules.hpp"

#include <algorithm>
#include <set>

namespace parley::config {
namespace {

std::string at(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

void accounts_have_names_of_their_own(const Config& config, Problems& problems) {
  std::set<std::string> names;
  for (const auto& account : config.accounts)
    if (!names.insert(account.name).second)
      problems.push_back({account.key + ".name", "expected a name that no other account has"});
}

void previous_keys_are_other_keys(const Config& config, Problems& problems) {
  for (const auto& account : config.accounts) {
    std::set<std::string> sids{account.api_key_sid};
    for (std::size_t i = 0; i < account.previous_keys.size(); ++i)
      if (!sids.insert(account.previous_keys[i].api_key_sid).second)
        problems.push_back({at(account.key + ".previous_keys", i) + ".api_key_sid",
                            "expected a key that is neither the current one nor listed twice"});
  }
}

void outgoing_params_have_an_application(const Config& config, Problems& problems) {
  for (const auto& account : config.accounts)
    if (account.voice && !account.voice->outgoing_params.empty() &&
        account.voice->outgoing_application_sid.empty())
      problems.push_back({account.key + ".grants.voice.outgoing_application_sid",
                          "expected with outgoing_params, but it is missing"});
}

void callers_name_accounts_that_exist(const Config& config, Problems& problems) {
  for (const auto& caller : config.token_server.callers)
    for (std::size_t i = 0; i < caller.accounts.size(); ++i)
      if (std::none_of(config.accounts.begin(), config.accounts.end(),
                       [&](const Account& account) { return account.name == caller.accounts[i]; }))
        problems.push_back({at(caller.key + ".accounts", i), "expected the name of an account"});
}

template <class Type>
void comes_once(const char* type, const Config& config, Problems& problems) {
  bool seen = false;
  for (const auto& caller : config.token_server.callers) {
    if (!std::holds_alternative<Type>(caller.who)) continue;
    if (seen)
      problems.push_back(
          {caller.key + ".type", std::string("expected ") + type + " once, but it is there twice"});
    seen = true;
  }
}

void development_is_alone(const Config& config, Problems& problems) {
  const auto& callers = config.token_server.callers;
  const auto is_development = [](const CallerEntry& caller) {
    return std::holds_alternative<DevelopmentCallers>(caller.who);
  };
  const auto open = std::find_if(callers.begin(), callers.end(), is_development);
  if (open != callers.end() && !std::all_of(callers.begin(), callers.end(), is_development))
    problems.push_back(
        {open->key + ".type", "expected development alone: it would open what the other callers close"});
}

void backend_keys_are_told_apart(const Config& config, Problems& problems) {
  std::set<std::string> names, hashes;
  for (const auto& caller : config.token_server.callers) {
    const auto* backends = std::get_if<BackendKeyCallers>(&caller.who);
    if (!backends) continue;
    for (const auto& key : backends->keys) {
      if (!names.insert(key.name).second)
        problems.push_back({key.key + ".name", "expected a name that no other key has"});
      if (!hashes.insert(key.sha256).second)
        problems.push_back({key.key + ".sha256", "expected a key that is not there already"});
    }
  }
}

void authorities_belong_to_a_url(const Config& config, Problems& problems) {
  for (const auto& caller : config.token_server.callers)
    if (const auto* oidc = std::get_if<OidcCallers>(&caller.who);
        oidc && !oidc->jwks_ca_file.empty() && !oidc->jwks_url.starts_with("https:"))
      problems.push_back({caller.key + ".jwks_ca_file", "expected with a jwks_url that is https only"});
}

void refresh_tokens_end_in_time(const Config& config, Problems& problems) {
  if (config.token_server.refresh_idle > config.token_server.refresh_absolute)
    problems.push_back(
        {"token_server.refresh.idle_seconds", "expected at most absolute_seconds (without it: 7776000)"});
}

constexpr void (*kRules[])(const Config&, Problems&) = {
    accounts_have_names_of_their_own,
    previous_keys_are_other_keys,
    outgoing_params_have_an_application,
    callers_name_accounts_that_exist,
    [](const Config& config, Problems& out) { comes_once<DevelopmentCallers>("development", config, out); },
    [](const Config& config, Problems& out) { comes_once<UserCallers>("users", config, out); },
    development_is_alone,
    backend_keys_are_told_apart,
    authorities_belong_to_a_url,
    refresh_tokens_end_in_time,
};

}  // namespace

Problems check_rules(const Config& config) {
  Problems problems;
  for (const auto rule : kRules) rule(config, problems);
  return problems;
}

}  // namespace parley::config
