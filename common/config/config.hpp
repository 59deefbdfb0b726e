#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/config/problems.hpp"

/// The configuration of all programs: one JSON file, checked as a whole against config.schema.json.
namespace parley::config {

struct Account {
  std::string account_sid;
  std::string api_key_sid;
  std::string api_key_secret;  ///< never printed
  std::string chat_service_sid;
};

struct TokenServer {
  std::string listen = "127.0.0.1:4000";  ///< loopback
  std::chrono::seconds token_ttl{3600};
};

struct ServiceLimits {
  std::optional<std::size_t> max_connections{};
  std::optional<std::size_t> send_queue_bytes{};
};

struct ChatService {
  std::string listen = "127.0.0.1:4010";
  std::string public_url{};                      ///< empty: as `listen`
  std::string database = "parley-data/chat.db";  ///< or ":memory:"; relative to the working directory
  std::string media_directory{};                 ///< empty: not given
  ServiceLimits limits{};
};

struct DemoApp {
  std::string token_url = "http://127.0.0.1:4000/v1/token";
  std::string chat_url = "ws://127.0.0.1:4010/v3/wsconnect";
};

/// A section that the file leaves out has its defaults; `account` may be left to the environment only.
struct Config {
  Account account;
  TokenServer token_server;
  ChatService chat_service;
  DemoApp demo_app;
};

/// Value of an environment variable, or nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The environment of this process.
Environment process_environment();

/// A configuration, or every problem that was found.
using Loaded = boost::system::result<Config, Problems>;

/// Reads and checks a file; TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET and
/// TWILIO_CHAT_SERVICE_SID replace what it says. An empty path: no file, only the environment.
Loaded load(const std::string& path, const Environment& environment);

/// The same for a text; `name` stands for the file in problems.
Loaded parse(std::string_view text, const std::string& name, const Environment& environment);

}  // namespace parley::config
