#include "chat_sdk/src/options_check.hpp"

#include <fstream>
#include <string>
#include <system_error>

#include "common/base/path.hpp"
#include "common/net/pin.hpp"
#include "common/net/proxy.hpp"
#include "common/net/url.hpp"

namespace parley::detail {
namespace {

using Wrong = std::optional<Error>;

// What is added to the time of day must stay a time.
constexpr Duration kLongest = std::chrono::hours(24 * 365 * 100);
// Of what the user wrote, in a message.
constexpr std::size_t kShownBytes = 100;

Wrong wrong(std::string_view option, const std::string& what) {
  return Error{.code = Errc::invalid_argument, .message = "options." + std::string(option) + ": " + what};
}

/// Without what may be secret: the user information, the query.
std::string shown(std::string_view url) {
  const auto user_end = url.rfind('@');  // a password that is not encoded may hold anything
  if (user_end != std::string_view::npos) url.remove_prefix(user_end + 1);
  url = url.substr(0, url.find_first_of("?#"));
  std::string text(url.substr(0, kShownBytes));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return "'" + text + "'";
}

Wrong check_url(const Endpoint& endpoint) {
  constexpr const char* kName = "endpoint.url";
  if (endpoint.listener) return std::nullopt;
  if (endpoint.url.empty()) return wrong(kName, "expected a ws or wss URL, got none");
  const auto scheme = endpoint.url.find("://");
  if (scheme == std::string::npos)
    return wrong(kName, "expected a ws or wss URL, got " + shown(endpoint.url));
  const auto url = net::parse_url(endpoint.url);
  const bool other_scheme = url && url->scheme != "ws" && url->scheme != "wss";
  if (other_scheme) return wrong(kName, "expected a ws or wss URL, got " + shown(endpoint.url));
  if (!url)
    return wrong(kName, "expected a ws or wss URL, got " + shown(endpoint.url) + ": " + url.error().message);
  return std::nullopt;
}

/// Line by line, since bundles are long and the first certificate is enough.
bool has_certificate(std::istream& file) {
  std::string line;
  for (std::size_t lines = 0; lines < 1'000'000 && std::getline(file, line); ++lines)
    if (line.starts_with("-----BEGIN ") && line.find("CERTIFICATE-----") != std::string::npos) return true;
  return false;
}

Wrong check_ca_file(const std::string& name) {
  constexpr const char* kName = "tls.ca_file";
  if (name.empty()) return std::nullopt;
  std::error_code error;
  const auto path = to_path(name);
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    return wrong(kName, "expected a file, there is none at '" + name + "'");
  if (std::filesystem::is_directory(status))
    return wrong(kName, "expected a file, '" + name + "' is a directory");
  if (!std::filesystem::is_regular_file(status)) return std::nullopt;  // a pipe can be read once
  std::ifstream file(path);
  if (!file) return wrong(kName, "cannot read '" + name + "'; look at its permissions");
  if (!has_certificate(file))
    return wrong(kName, "expected certificates in PEM, found none in '" + name + "'");
  return std::nullopt;
}

Wrong check_pins(const ClientOptions& options) {
  const auto& pins = options.tls.pins;
  for (std::size_t i = 0; i < pins.size(); ++i)
    if (!net::is_pin(pins[i]))
      return wrong("tls.pins[" + std::to_string(i) + "]", "expected sha256/ and 44 characters of Base64");
  if (!pins.empty() && !options.endpoint.listener && options.endpoint.url.starts_with("ws:"))
    return wrong("tls.pins", "expected none for a ws URL, which has no TLS; give a wss one");
  return std::nullopt;
}

Wrong check_proxy(const ProxyOptions& proxy) {
  if (proxy.use != ProxyOptions::Use::given) return std::nullopt;
  const auto parsed = net::parse_proxy(proxy.url);
  if (!parsed) return wrong("proxy.url", parsed.error().message);
  return std::nullopt;
}

Wrong check_duration(const char* option, Duration value) {
  if (value <= Duration::zero()) return wrong(option, "expected a duration longer than zero");
  if (value > kLongest) return wrong(option, "expected a hundred years at most");
  return std::nullopt;
}

Wrong check_times(const ClientOptions& options) {
  const struct {
    const char* name;
    Duration value;
  } durations[] = {{"timeouts.connect", options.timeouts.connect},
                   {"timeouts.dial", options.timeouts.dial},
                   {"timeouts.request", options.timeouts.request},
                   {"timeouts.probe", options.timeouts.probe},
                   {"timeouts.silence", options.timeouts.silence},
                   {"retry.min", options.retry.min},
                   {"retry.max", options.retry.max}};
  for (const auto& [name, value] : durations)
    if (auto found = check_duration(name, value)) return found;
  if (options.timeouts.probe > options.timeouts.silence)
    return wrong("timeouts.probe", "expected no more than timeouts.silence");
  if (options.retry.min > options.retry.max) return wrong("retry.min", "expected no more than retry.max");
  return std::nullopt;
}

Wrong check_rest(const ClientOptions& options) {
  if (options.post && options.callbacks) return wrong("post", "expected none beside options.callbacks");
  if (options.outbox.lifetime < Duration::zero())
    return wrong("outbox.lifetime", "expected no negative duration");
  if (options.cache.history_per_channel < 0) return wrong("cache.history_per_channel", "expected 0 or more");
  return std::nullopt;
}

}  // namespace

std::optional<Error> check_options(const ClientOptions& options) {
  if (auto found = check_url(options.endpoint)) return found;
  if (!options.tokens) return wrong("tokens", "expected a token source, got none");
  if (auto found = check_ca_file(options.tls.ca_file)) return found;
  if (auto found = check_pins(options)) return found;
  if (auto found = check_proxy(options.proxy)) return found;
  if (auto found = check_times(options)) return found;
  return check_rest(options);
}

}  // namespace parley::detail
