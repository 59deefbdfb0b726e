#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <parley/seams.hpp>

#include "common/protocol/token/verifier.hpp"

namespace parley::chat_service {

/// Whom a participant may bring into a conversation. Admins may bring in everybody; a user's blocks hold
/// besides.
enum class AddRule {
  anybody,              ///< every user
  shared_conversation,  ///< users with whom it shares another conversation
  admins,               ///< nobody: only admins add others
};

/// One chat service (IS...) of one account: its users, conversations and media are its own.
struct Tenant {
  std::string account_sid{};  ///< AC...
  std::string service_sid{};  ///< IS...: names the tenant; a token says which one it is for
  token::KeyRing keys{};      ///< whose tokens are accepted; a key's SID is the same key in every tenant
  std::vector<token::Algorithm> algorithms{token::Algorithm::hs256};  ///< that its tokens may be signed with
  /// Who may do everything in every conversation of the tenant: these identities, and whoever's token bears
  /// one of these roles (RL..., `deployment_role_sid`).
  std::vector<std::string> admins{};
  std::vector<std::string> admin_role_sids{};
  std::optional<std::chrono::hours> keep_messages{};  ///< older ones are removed; nothing: kept for ever
  bool public_channels = true;  ///< false: `type: "public"` is refused, existing ones are private
  AddRule who_may_add = AddRule::anybody;
  bool edit_any_message_attributes =
      false;  ///< by every participant, as the vendor's permission of that name
  /// False: X-Twilio-Mutation-Id is ignored, so that a repeated write is done twice, as by a service that
  /// does not know it. To test clients.
  bool mutation_ids = true;
  std::string content_templates = "[]";  ///< JSON text, an array, as clients are shown it
};

/// Requests of one user, and of one connection: `burst` at once, then `per_second`. Beyond that 429/20429.
/// What is long, or makes the service read, write or send much, counts as several: see limits.hpp. More than
/// the defaults lets one sender send more than a receiver at 8 Mbit/s can read.
struct Throttle {
  double per_second = 300;
  double burst = 1000;
};

/// What messages may take of the database, as MediaOptions says for files.
struct MessageOptions {
  /// Of all messages of one user that are stored: their texts, and limits::kMessageOverheadBytes for each.
  /// 0: not limited.
  std::uint64_t max_user_bytes = 4096ull * 1024 * 1024;
  /// Of the file system of the database: while fewer are free, nothing new is stored; reading and removing go
  /// on. 0: not looked at.
  std::uint64_t min_free_bytes = 128ull * 1024 * 1024;
};

inline constexpr std::size_t kDefaultConnectionsPerUser = 100;
inline constexpr std::size_t kDefaultInitsPerSecond = 100;

/// Who may connect, and how often. A limit that is not set has its default and does not count the machine's
/// own clients (of a loopback address, or in the process); one that is set counts everybody.
struct ConnectionLimits {
  std::optional<std::size_t> per_user{};  ///< connections of one user at a time; above 0
  /// Connections that one address begins: so many a second, and ten times as many at once; above 0.
  std::optional<std::size_t> inits_per_second{};
};

struct MediaOptions {
  /// Where the files are, made if missing. Empty: beside the database as "<database>.media"; with a database
  /// in memory a temporary directory that goes with the service.
  std::string directory{};
  std::uint64_t max_bytes = 150ull * 1024 * 1024;  ///< of one file
  /// Of all files of one user that are stored, in messages or not, and on their way.
  std::uint64_t max_user_bytes = 2048ull * 1024 * 1024;
  /// Of the file system of `directory`: while fewer are free, uploads are refused.
  std::uint64_t min_free_bytes = 512ull * 1024 * 1024;
  std::vector<std::string> content_types{};       ///< "image/*", "application/pdf"; empty: all
  Duration url_life = std::chrono::seconds(300);  ///< of a temporary URL
  std::chrono::hours unattached_life{24};         ///< of an upload that no message names
};

}  // namespace parley::chat_service
