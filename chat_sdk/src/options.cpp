#include <parley/options.hpp>
#include <parley/status.hpp>

namespace parley {

Endpoint Endpoint::twilio(std::string region) {
  return {.url = "wss://tsock." + region + ".twilio.com/v3/wsconnect",
          .region = region,
          .knows_mutation_ids = false};
}

Endpoint Endpoint::service(std::string url) { return {std::move(url), "us1"}; }

Endpoint Endpoint::stream(std::shared_ptr<net::InProcessListener> listener) {
  return {"", "us1", std::move(listener)};
}

ProxyOptions ProxyOptions::from_environment() { return {}; }

ProxyOptions ProxyOptions::none() { return {Use::none, "", ""}; }

ProxyOptions ProxyOptions::through(std::string url, std::string no_proxy) {
  return {Use::given, std::move(url), std::move(no_proxy)};
}

CacheOptions CacheOptions::sqlite(std::string directory, std::string identity) {
  CacheOptions options;
  options.directory = std::move(directory);
  options.identity = std::move(identity);
  return options;
}

std::string_view to_string(ConnectionState state) {
  switch (state) {
    case ConnectionState::offline:
      return "offline";
    case ConnectionState::connecting:
      return "connecting";
    case ConnectionState::connected:
      return "connected";
    case ConnectionState::waiting:
      return "waiting";
    case ConnectionState::denied:
      return "denied";
  }
  return "";
}

}  // namespace parley
