#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/config/problems.hpp"

/// The configuration of all programs: one JSON file, checked as a whole against config.schema.json.
namespace parley::config {

/// A key that signs tokens.
struct ApiKey {
  std::string api_key_sid;
  std::string api_key_secret;  ///< never printed; from the file, a file of its own, or the environment
};

// Grants beside chat; a text left empty is left out of the tokens.

struct SyncGrant {
  std::string service_sid;
};
struct VideoGrant {
  std::string room;
};
struct VoiceGrant {
  bool incoming_allowed = false;
  std::string outgoing_application_sid;
  std::string outgoing_params;  ///< JSON text of an object, or empty
  std::string push_credential_sid;
};

/// What chat_service does for an account's users.
struct Chat {
  std::vector<std::string> admins{};                  ///< identities that may do everything
  std::vector<std::string> admin_role_sids{};         ///< and whoever's token bears one of these roles
  std::optional<std::chrono::hours> keep_messages{};  ///< nothing: for ever
  std::string content_templates = "[]";               ///< JSON text, an array of objects with a sid
  bool public_channels = true;
  bool edit_any_message_attributes = false;
  std::string who_may_add = "anybody";  ///< or shared_conversation, admins
};

/// An account, the key that signs its tokens and the chat service they are for.
struct Account {
  std::string key;  ///< its path in the file: "account" or "accounts[1]"
  std::string name = "default";
  std::string account_sid;
  std::string api_key_sid;
  std::string api_key_secret;  ///< never printed
  std::string chat_service_sid;
  std::vector<ApiKey> previous_keys{};  ///< sign nothing, but their tokens are still good
  std::string algorithm = "HS256";      ///< or HS384, HS512
  std::string region{};                 ///< e.g. "ie1"; empty: none
  std::string push_credential_sid{};
  std::string deployment_role_sid{};
  Chat chat{};
  std::optional<SyncGrant> sync{};
  std::optional<VideoGrant> video{};
  std::optional<VoiceGrant> voice{};
};

/// A back end's key, known by the SHA-256 of its text.
struct BackendKey {
  std::string name;
  std::string sha256;                             ///< 64 lower-case hex digits
  std::vector<std::string> identities{};          ///< patterns with `*`; empty: any identity
  std::optional<unsigned> requests_per_minute{};  ///< nothing: not limited
  std::string key{};                              ///< its path, e.g. "token_server.callers[0].keys[1]"
};

struct DevelopmentCallers {};
struct BackendKeyCallers {
  std::vector<BackendKey> keys;  ///< those of the configuration, then those of keys_file
  std::string keys_file{};       ///< kept by `token_server key`; may not exist; empty: none
};
struct UserCallers {};
struct OidcCallers {
  std::string issuer;
  std::vector<std::string> audiences;
  std::vector<std::string> algorithms;  ///< RS256, ES256
  std::string jwks_file{};              ///< this or the next
  std::string jwks_url{};
  std::string jwks_ca_file{};  ///< PEM; empty: the system's authorities
  std::string identity_claim = "sub";
  std::vector<std::string> identities{};  ///< patterns with `*`; empty: any identity
  std::chrono::seconds clock_skew{30};
};

/// One entry of token_server.callers.
struct CallerEntry {
  std::string key;                                  ///< its path, "token_server.callers[0]"
  std::optional<std::chrono::seconds> token_ttl{};  ///< nothing: token_server.token_ttl_seconds
  std::vector<std::string> accounts{};  ///< names it may use, the first by default; empty: the first account
  std::variant<DevelopmentCallers, BackendKeyCallers, UserCallers, OidcCallers> who;
};

struct Tls {
  std::string certificate_file;
  std::string private_key_file;
};

struct TokenServerLimits {
  std::size_t max_connections = 20'000;
  std::size_t connections_per_address = 2'000;
  unsigned requests_per_minute_per_address = 6'000;  ///< of callers that are not a back end
  unsigned requests_per_minute_per_identity = 600;
};

inline constexpr const char* kDefaultTokenMetrics = "127.0.0.1:4001";
inline constexpr const char* kNoMetrics = "off";

struct TokenServer {
  std::string listen = "127.0.0.1:4000";
  std::chrono::seconds token_ttl{3600};
  std::vector<CallerEntry> callers{};  ///< empty: the server does not start
  std::optional<Tls> tls{};
  bool allow_plain_http = false;               ///< off loopback without TLS: something in front has it
  std::vector<std::string> allowed_origins{};  ///< web pages that may call from a browser
  std::vector<std::string> trusted_proxies{};  ///< addresses whose X-Forwarded-For is believed
  bool get_with_password = false;              ///< GET with identity and password in the query
  std::string database = "parley-data/token_server.db";  ///< users and refresh tokens
  std::string audit_log = "parley-data/token_audit.log";
  std::chrono::seconds refresh_idle{14 * 86400};      ///< life of one refresh token
  std::chrono::seconds refresh_absolute{90 * 86400};  ///< then the caller must prove itself anew
  std::optional<std::string> metrics_listen{};        ///< nothing: kDefaultTokenMetrics; or kNoMetrics
  unsigned workers = 1;                               ///< threads that serve requests
  std::chrono::seconds drain{5};                      ///< for requests in flight at the end
  TokenServerLimits limits{};
};

struct ServiceLimits {
  std::size_t max_connections = 20'000;
  std::size_t connections_per_address = 5'000;
  std::optional<std::size_t> connections_per_user{};          ///< nothing: the service's own
  std::optional<std::size_t> inits_per_second_per_address{};  ///< nothing: the service's own
  std::optional<std::size_t> send_queue_bytes{};     ///< nothing: the service's own
  std::optional<std::size_t> total_queue_bytes{};    ///< nothing: the service's own
  std::optional<std::size_t> total_inbound_bytes{};  ///< nothing: the service's own
};

struct Media {
  std::string directory{};  ///< empty: beside the database
  std::optional<std::size_t> max_megabytes{};
  std::optional<std::size_t> max_user_megabytes{};
  std::optional<std::size_t> min_free_megabytes{};
  std::vector<std::string> content_types{};  ///< empty: all
  std::optional<std::chrono::seconds> url_life{};
};

/// What messages may take of the database; nothing: the service's own.
struct MessageLimits {
  std::optional<std::size_t> max_user_megabytes{};
  std::optional<std::size_t> min_free_megabytes{};
};

/// Requests of one user, and of one connection; nothing: the service's own.
struct Throttle {
  std::optional<unsigned> per_second{};
  std::optional<unsigned> burst{};
};

struct ChatService {
  std::string listen = "127.0.0.1:4010";
  std::string public_url{};                      ///< empty: as `listen`
  std::string database = "parley-data/chat.db";  ///< or ":memory:"; relative to the working directory
  std::optional<Tls> tls{};
  bool allow_plain_http = false;               ///< off loopback without TLS: something in front has it
  std::vector<std::string> allowed_origins{};  ///< web pages that may connect; empty: any
  std::vector<std::string> trusted_proxies{};  ///< whose X-Forwarded-For is believed
  std::string metrics_listen{};                ///< empty: no metrics
  std::chrono::seconds drain{3};               ///< for clients to leave at the end
  Media media{};
  MessageLimits messages{};
  Throttle throttle{};
  ServiceLimits limits{};
};

struct DemoApp {
  std::string token_url = "http://127.0.0.1:4000/v1/token";
  std::string chat_url = "ws://127.0.0.1:4010/v3/wsconnect";
};

/// A section that the file leaves out has its defaults; the account may be left to the environment only.
struct Config {
  std::vector<Account> accounts;  ///< at least one; `account` in the file is the short form for just one
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

/// Whose files are opened and examined. The values of all sections are checked for everybody, and everybody
/// needs the files with the accounts' secrets; but a program has no business with the files of another one,
/// which it may not even be allowed to look at.
enum class FilesOf {
  all,           ///< both servers': of a program that runs them itself
  token_server,  ///< keys_file, the private key of its section
  chat_service,  ///< content_templates_file, the private key of its section
};

/// Reads and checks a file; TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET and
/// TWILIO_CHAT_SERVICE_SID replace what it says. An empty path: no file, only the environment.
/// Files with secrets that others may read are refused (on Windows this is not looked at), and so is what is
/// no regular file.
Loaded load(const std::string& path, const Environment& environment, FilesOf files = FilesOf::all);

/// The same for a text; `name` stands for the file in problems.
Loaded parse(std::string_view text, const std::string& name, const Environment& environment,
             FilesOf files = FilesOf::all);

}  // namespace parley::config
