#include "token_server/callers/authenticator.hpp"

#include <algorithm>

#include "common/base/redact.hpp"
#include "token_server/callers/development_guard.hpp"

namespace parley::token_server {
namespace {

using CallerPtr = Authenticator::CallerPtr;

// One answer for all: whoever guesses learns nothing.
Error nobody_we_know(std::string message) {
  return {.code = Errc::denied, .message = std::move(message), .http_status = 401};
}

/// What follows "Bearer "; nothing for another scheme.
std::optional<std::string_view> bearer_credential(std::string_view header) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!http::equal_ignoring_case(header.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  header.remove_prefix(kScheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  while (header.ends_with(' ')) header.remove_suffix(1);
  return header;
}

std::ptrdiff_t count_of(const http::Fields& headers, std::string_view name) {
  return std::count_if(headers.begin(), headers.end(),
                       [&](const auto& field) { return http::equal_ignoring_case(field.first, name); });
}

Result<std::string_view> credential_of(const http::Request& request) {
  const auto count = count_of(request.headers, "Authorization");
  if (count > 1) return nobody_we_know("Authorization: expected once");
  const auto credential =
      count == 1 ? bearer_credential(*http::find_header(request.headers, "Authorization")) : std::nullopt;
  if (!credential || credential->empty())
    return nobody_we_know("Authorization: expected Bearer and a key or token");
  return *credential;
}

bool is_jwt(std::string_view credential) {
  return std::count(credential.begin(), credential.end(), '.') == 2;
}

CallerPtr person(const CallerPolicy& policy, const OidcSubject& subject) {
  return std::make_shared<const Caller>(Caller{.policy = policy,
                                               .name = redact_identity(policy.entry + " " + subject.subject),
                                               .subject = subject.subject,
                                               .identity = subject.identity});
}

}  // namespace

Authenticator::Authenticator(boost::asio::any_io_executor executor, std::shared_ptr<const Site> site,
                             const Clock& clock, const OidcVerifier::Warn& warn)
    : site_(std::move(site)) {
  for (const auto& issuer : site_->issuers)
    issuers_.push_back(
        {issuer.policy, std::make_shared<OidcVerifier>(executor, issuer.settings, clock, warn)});
}

Result<void> Authenticator::start() {
  for (const auto& issuer : issuers_)
    if (auto started = issuer.verifier->start(); !started) return started.error();
  return {};
}

void Authenticator::begin(const Authenticator* before) {
  for (auto& issuer : issuers_) {
    const auto& settings = issuer.verifier->settings();
    auto known = before && !settings.jwks_url.empty() ? before->verifier_of(settings) : nullptr;
    if (!known) {
      issuer.verifier->begin();
      continue;
    }
    issuer.verifier = std::move(known);
    issuer.verifier->refresh();
  }
}

std::shared_ptr<OidcVerifier> Authenticator::verifier_of(const OidcSettings& settings) const {
  const auto found = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& issuer) {
    return issuer.verifier->settings() == settings;
  });
  return found == issuers_.end() ? nullptr : found->verifier;
}

Authenticator::CallerPtr Authenticator::find_backend(const http::Request& request) const {
  const auto credential = credential_of(request);
  return credential ? site_->backends.find(*credential) : nullptr;
}

void Authenticator::authenticate(const http::Request& request, Done done) {
  if (!http::find_header(request.headers, "Authorization")) return done(development_caller(request));
  const auto credential = credential_of(request);
  if (!credential) return done(credential.error());
  check_bearer(*credential, std::move(done));
}

Result<CallerPtr> Authenticator::development_caller(const http::Request& request) const {
  if (!site_->development) return nobody_we_know("Authorization: expected Bearer and a key or token");
  if (auto local = check_local(request); !local) return local.error();
  return site_->development;
}

void Authenticator::check_bearer(std::string_view credential, Done done) {
  if (auto backend = site_->backends.find(credential)) return done(std::move(backend));
  if (!is_jwt(credential)) return done(nobody_we_know("Authorization: nobody here has this key"));
  const auto name = unverified_issuer(credential);
  const auto issuer = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& known) {
    return known.verifier->settings().issuer == name;
  });
  if (issuer == issuers_.end())
    return done(nobody_we_know("Authorization: the token's issuer is not trusted here"));
  auto checked = [done = std::move(done), policy = issuer->policy](Result<OidcSubject> subject) {
    if (!subject) return done(subject.error());
    done(person(policy, *subject));
  };
  issuer->verifier->verify(std::string(credential), std::move(checked));
}

}  // namespace parley::token_server
