#include "token_server/oidc/key_source.hpp"

#include "common/base/limits.hpp"
#include "common/net/url.hpp"
#include "common/os/read_file.hpp"

namespace parley::token_server {
namespace {

constexpr auto kFetchTimeout = std::chrono::seconds(5);
constexpr std::size_t kAuthoritiesBytes = 4 * 1024 * 1024;

Error bad_config(std::string message) {
  return {.code = Errc::invalid_config, .message = std::move(message)};
}

bool is_loopback(const net::Url& url) {
  return net::ListenAddress{.host = url.host, .port = url.port}.is_loopback();
}

}  // namespace

KeySource::KeySource(boost::asio::any_io_executor executor, const OidcSettings& settings, const Clock& clock,
                     Listener listener)
    : executor_(std::move(executor)),
      settings_(settings),
      clock_(clock),
      listener_(std::move(listener)),
      timer_(executor_),
      self_(std::make_shared<KeySource*>(this)) {}

Result<void> KeySource::start() {
  if (settings_.jwks_file.empty() == settings_.jwks_url.empty())
    return bad_config("jwks_file, jwks_url: expected one of them");
  return settings_.jwks_url.empty() ? read_file() : read_url();
}

Result<void> KeySource::read_file() {
  const auto content = os::read_file(settings_.jwks_file, limits::kJwksBytes);
  if (!content) return bad_config("jwks_file: " + content.error().message);
  auto keys = JwkSet::parse(content->text);
  if (!keys) return bad_config("jwks_file: " + keys.error().message);
  warn_of_skipped(*keys);
  if (keys->empty()) return bad_config("jwks_file: no public key for RS256 or ES256 in it");
  keys_ = std::move(*keys);
  return {};
}

Result<void> KeySource::read_url() {
  auto url = net::parse_url(settings_.jwks_url);
  if (!url) return bad_config("jwks_url: " + url.error().message);
  if (url->scheme != "https" && !(url->scheme == "http" && is_loopback(*url)))
    return bad_config("jwks_url: expected https, or http on loopback");
  const auto& authorities = settings_.jwks_ca_file;
  if (!authorities.empty())
    if (const auto content = os::read_file(authorities, kAuthoritiesBytes); !content)
      return bad_config("jwks_ca_file: " + content.error().message);
  url_ = std::move(*url);
  return {};
}

void KeySource::begin() {
  if (!url_.host.empty()) fetch_if_due();
}

const JwkSet* KeySource::keys() {
  if (url_.host.empty()) return &keys_;
  fetch_if_due();
  return schedule_.usable(clock_.now()) ? &keys_ : nullptr;
}

void KeySource::refresh() {
  if (url_.host.empty() || fetching()) return;
  schedule_.on_started();
  fetch();
}

bool KeySource::search() {
  if (fetching()) return true;
  if (url_.host.empty() || !schedule_.may_search(clock_.now())) return false;
  schedule_.on_search_started(clock_.now());
  fetch();
  return true;
}

Error KeySource::unavailable() const {
  return {.code = Errc::unreachable,
          .message = "the issuer's keys cannot be had: " + last_failure_,
          .retry_after = schedule_.retry_after(clock_.now())};
}

void KeySource::fetch_if_due() {
  if (!schedule_.due(clock_.now())) return;
  schedule_.on_started();
  fetch();
}

void KeySource::fetch() {
  timer_.cancel();
  net::HttpCall call{.url = url_, .headers = {{"Accept", "application/jwk-set+json, application/json"}}};
  call.tls.ca_file = settings_.jwks_ca_file;
  call.timeout = kFetchTimeout;
  call.max_body_bytes = limits::kJwksBytes;
  pending_ = net::http_call(executor_, std::move(call),
                            [this](Result<http::Response> response) { on_answer(std::move(response)); });
}

void KeySource::on_answer(Result<http::Response> response) {
  pending_ = nullptr;
  if (response)
    take(read_jwks_answer(*response));
  else
    take(response.error());
  wait_for_next();
  listener_.settled();
}

void KeySource::take(Result<FetchedKeys> fetched) {
  if (!fetched) return fail("its keys cannot be fetched: ", fetched.error().message);
  warn_of_skipped(fetched->keys);
  // An issuer that publishes none has failed: with the keys from before its people can still come in.
  if (fetched->keys.empty()) return fail("", "it publishes no key that can be used");
  if (schedule_.failing()) warn("its keys can be fetched again");
  keys_ = std::move(fetched->keys);
  schedule_.on_fetched(clock_.now(), fetched->max_age);
}

void KeySource::fail(const char* doing, std::string why) {
  last_failure_ = std::move(why);
  warn(doing + last_failure_);
  schedule_.on_failed(clock_.now(), random_.uniform());
}

// Once for each set that is not like the one before.
void KeySource::warn_of_skipped(const JwkSet& keys) {
  if (keys.skipped() == skipped_) return;
  skipped_ = keys.skipped();
  for (const auto& line : skipped_) warn("a key of it is not used: " + line);
}

void KeySource::warn(const std::string& what) const {
  if (listener_.warn) listener_.warn("issuer " + settings_.issuer + ": " + what);
}

void KeySource::wait_for_next() {
  const auto next = schedule_.next_fetch();
  if (!next) return;
  timer_.expires_after(*next - clock_.now());
  timer_.async_wait([self = std::weak_ptr(self_)](boost::system::error_code cancelled) {
    const auto alive = self.lock();
    if (cancelled || !alive) return;
    (*alive)->fetch_if_due();
    if (!(*alive)->fetching()) (*alive)->wait_for_next();  // by our clock it is not time yet
  });
}

}  // namespace parley::token_server
