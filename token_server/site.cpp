#include "token_server/site.hpp"

#include <algorithm>

#include "token_server/sessions/users.hpp"

namespace parley::token_server {
namespace {

Error bad_config(std::string message) {
  return {.code = Errc::invalid_config, .message = std::move(message)};
}

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 does not guess it

/// Fills a site step by step; the first failure is kept.
class Builder {
 public:
  Builder(const Policy& policy, WallTime now) : policy_(policy), now_(now) {}

  Result<std::shared_ptr<const Site>> build() {
    if (policy_.accounts.empty()) return bad_config("accounts: expected at least one");
    if (policy_.callers.empty()) return bad_config("callers: expected at least one entry");
    for (const auto& account : policy_.accounts) add_account(account);
    for (const auto& caller : policy_.callers) add_caller(caller);
    if (failure_) return *failure_;
    copy_the_rest();
    return std::shared_ptr<const Site>(std::move(site_));
  }

 private:
  void add_account(const AccountOptions& options) {
    auto account = make_account(options, policy_.ttl, now_);
    if (!account) return fail(account.error());
    if (!site_->accounts.emplace(options.name, std::move(*account)).second)
      fail(bad_config("accounts: expected no name twice"));
  }

  void add_caller(const CallerOptions& options) {
    auto policy = policy_for(options);
    check(policy);
    std::visit(Overloaded{[&](const DevelopmentCallers&) { add_development(std::move(policy)); },
                          [&](const BackendKeys& keys) { add_backends(keys, std::move(policy)); },
                          [&](const UserCallers&) { add_users(std::move(policy)); },
                          [&](const OidcSettings& settings) { add_issuer(settings, std::move(policy)); }},
               options.who);
  }

  CallerPolicy policy_for(const CallerOptions& options) const {
    return {
        .max_ttl = options.max_ttl.value_or(policy_.ttl),
        .accounts = options.accounts.empty() ? std::vector{policy_.accounts.front().name} : options.accounts,
        .identities = options.identities};
  }

  void check(const CallerPolicy& policy) {
    if (policy.max_ttl < std::chrono::seconds(1) || policy.max_ttl > token::kMaxLife)
      fail(bad_config("callers: expected a token life of 1 to 86400 seconds"));
    for (const auto& name : policy.accounts)
      if (!site_->accounts.contains(name)) fail(bad_config("callers: expected accounts that are configured"));
  }

  void add_development(CallerPolicy policy) {
    policy.kind = CallerKind::development;
    policy.entry = "development";
    site_->development =
        std::make_shared<const Caller>(Caller{.policy = std::move(policy), .name = "development"});
  }

  void add_backends(const BackendKeys& keys, CallerPolicy policy) {
    policy.kind = CallerKind::backend_key;
    policy.entry = "backend_keys";
    for (const auto& key : keys) site_->backends.add(key, policy);
  }

  void add_users(CallerPolicy policy) {
    policy.kind = CallerKind::user;
    policy.entry = kUsersEntry;
    site_->users = std::move(policy);
  }

  void add_issuer(const OidcSettings& settings, CallerPolicy policy) {
    policy.kind = CallerKind::oidc;
    policy.entry = "oidc:" + settings.issuer;
    site_->issuers.push_back({std::move(policy), settings});
  }

  void copy_the_rest() {
    site_->allowed_origins = policy_.allowed_origins;
    site_->trusted_proxies = policy_.trusted_proxies;
    site_->rates = policy_.rates;
    site_->offer = {.users = site_->users.has_value(),
                    .sessions = site_->users || !site_->issuers.empty(),
                    .query_credentials = policy_.get_with_password};
  }

  void fail(Error error) {
    if (!failure_) failure_ = std::move(error);
  }

  const Policy& policy_;
  WallTime now_;
  std::shared_ptr<Site> site_ = std::make_shared<Site>();
  std::optional<Error> failure_;
};

}  // namespace

const CallerPolicy* Site::policy_of(std::string_view entry) const {
  if (users && users->entry == entry) return &*users;
  const auto issuer = std::find_if(issuers.begin(), issuers.end(),
                                   [&](const auto& known) { return known.policy.entry == entry; });
  return issuer == issuers.end() ? nullptr : &issuer->policy;
}

Result<std::shared_ptr<const Site>> make_site(const Policy& policy, WallTime now) {
  return Builder(policy, now).build();
}

}  // namespace parley::token_server
