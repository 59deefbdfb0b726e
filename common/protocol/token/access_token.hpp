#pragma once
#include <chrono>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Twilio access tokens: what a client shows to prove who it is and which service it may use.
namespace parley::token {

/// The HMAC that signs a token. HS256 is the only one the cloud's guidance names.
enum class Algorithm { hs256, hs384, hs512 };

/// "HS256", "HS384" or "HS512", as in a token's header.
std::string_view to_string(Algorithm algorithm);
/// The reverse; nothing for any other text, "none" included.
std::optional<Algorithm> parse_algorithm(std::string_view name);

/// An API key of an account. The bytes of `secret` sign tokens as they are: no hex, no base64.
struct ApiKey {
  std::string account_sid;  ///< AC + 32 hex
  std::string key_sid;      ///< SK + 32 hex
  std::string secret;       ///< never printed, logged or put into an error
};

// Grants: what the token allows. A member left empty is left out of the token; so an empty grant is `{}`.

/// Chat and Conversations.
struct ChatGrant {
  std::string service_sid{};  ///< IS...
  std::string endpoint_id{};  ///< one per device
  std::string deployment_role_sid{};
  std::string push_credential_sid{};
};

struct SyncGrant {
  std::string service_sid{};
  std::string endpoint_id{};
};

struct VideoGrant {
  std::string room{};  ///< name or RM SID; empty allows any room
};

struct VoiceGrant {
  bool incoming_allowed = false;
  std::string outgoing_application_sid{};
  std::string outgoing_params{};  ///< JSON text; used together with the application SID only
  std::string push_credential_sid{};
  std::string endpoint_id{};
};

struct TaskRouterGrant {
  std::string workspace_sid{};
  std::string worker_sid{};
  std::string role{};
};

/// The object that the media API returned, passed on as it is.
struct PlayerGrant {
  std::string json = "{}";
};

using Grant = std::variant<ChatGrant, SyncGrant, VideoGrant, VoiceGrant, TaskRouterGrant, PlayerGrant>;

inline constexpr std::chrono::seconds kDefaultLife{3600};
inline constexpr std::chrono::seconds kMaxLife{86400};

struct TokenSpec {
  std::string identity;
  std::chrono::seconds ttl =
      kDefaultLife;  ///< 1 s to kMaxLife; what a server's callers may ask for is its policy
  std::optional<WallTime> not_before{};  ///< leave out unless needed: clocks differ
  std::string region{};                  ///< home region, e.g. "ie1"; empty: none
  Algorithm algorithm = Algorithm::hs256;
  std::vector<Grant>
      grants{};  ///< written in this order; of two of one kind the later one replaces the earlier
};

/// A signed token, byte for byte what the official Node helper library makes of the same input.
///
/// `now` becomes `iat`, in whole seconds. Fails with Errc::invalid_argument naming the field if a SID, the
/// secret or the identity is missing or malformed, the life is out of range, or a grant's JSON is not an
/// object. The rules for identities of users are not applied here: see check_identity().
Result<std::string> mint(const ApiKey& key, const TokenSpec& spec, WallTime now);

/// "<key SID>-<iat>": the id that mint() gives a token. Fit for logs; equal for two tokens of one second.
std::string token_id(const ApiKey& key, WallTime now);

}  // namespace parley::token
