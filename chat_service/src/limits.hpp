#pragma once
#include <cstddef>

/// Bounds that nobody but the service needs to know.
namespace parley::limits {

inline constexpr std::size_t kBlockedIdentities = 1000;  ///< by one user
inline constexpr std::size_t kSharedConversations =
    1000;  ///< of a user, the newest, looked through for another
inline constexpr std::size_t kSessionBytes = 64 * 1024 * 1024;  ///< of all users' session lists together
inline constexpr std::size_t kSessionsExpired = 20;             ///< lists that whoever begins one removes
inline constexpr std::size_t kMessageOverheadBytes = 1024;  ///< that a stored message counts beside its texts

}  // namespace parley::limits
