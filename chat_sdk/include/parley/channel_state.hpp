#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <parley/seams.hpp>

namespace parley {

/// One participant of a channel.
struct Member {
  std::string sid;
  std::string identity;                         ///< "" of somebody who takes part by SMS and the like
  std::string attributes = "{}";                ///< JSON text
  std::optional<std::int64_t> last_read_index;  ///< nothing: has read nothing
  WallTime joined_at{};
};

enum class ChannelKind {
  group,   ///< any number of members; found and joined by name
  direct,  ///< the 1x1 channel of two identities
  private_ [[deprecated("use direct")]] = direct,
};

/// Where a count of unread messages comes from.
enum class UnreadReason {
  counted,   ///< by the service, and followed since: it is exact
  listed,    ///< by the service while messages came, or with one's own: about so many; it is counted anew
  restored,  ///< as the cache has it: there was no connection since
  moved,     ///< the read horizon was moved, and the service does not know yet: about so many
  authors,   ///< some may be one's own, of more than a hundred, or of those that are being read: at most so
             ///< many
};

/// How many messages this user has not read. Never "unknown": a number that may be wrong says so.
struct Unread {
  /// Messages after the read horizon, without one's own unless ClientOptions::count_own_messages says so.
  std::int64_t count = 0;
  bool exact = true;  ///< false: see `reason`
  /// Of the first message that exists behind the read horizon; nothing: all is read. Right after that message
  /// was removed, and before the channel is loaded, the index where it is looked for.
  std::optional<std::int64_t> first_unread_index;
  UnreadReason reason = UnreadReason::counted;

  bool operator==(const Unread&) const = default;
};

/// What is unread in all channels of a client.
struct UnreadTotal {
  std::int64_t count = 0;     ///< messages in channels that are not muted
  std::int64_t channels = 0;  ///< that have some, and are not muted
  std::int64_t muted = 0;     ///< messages in muted channels
  bool exact = true;          ///< false: the count of one of the channels is not
};

/// Indexes of messages, both ends included.
struct IndexRange {
  std::int64_t first = 0;
  std::int64_t last = 0;

  bool operator==(const IndexRange&) const = default;
};

/// What is known of the messages of a range of indexes, see ChannelState::history_state().
enum class HistoryState {
  complete,       ///< every message that exists there
  has_holes,      ///< of some indexes nobody here knows whether there are messages
  never_existed,  ///< no message was stored there yet
};

/// A channel at one moment. An immutable snapshot: valid for ever, never updated.
struct ChannelState {
  std::string sid;
  std::string name;               ///< the unique name; "" if it has none
  std::string description;        ///< the friendly name
  std::string attributes = "{}";  ///< JSON text
  std::string created_by;         ///< an identity
  ChannelKind kind = ChannelKind::group;
  std::string peer;  ///< of a 1x1 channel: the other identity
  bool joined = false;
  /// False: only what the list of channels says is known yet; `members` is empty, `unread` is not exact,
  /// and the newest message may not be known. The rest follows by itself with a ChannelUpdated, unless the
  /// service refuses it; Client::async_channel loads the channel now and says why it cannot.
  bool loaded = false;
  bool muted = false;
  WallTime created_at{};
  WallTime updated_at{};
  std::optional<std::int64_t> last_message_index;  ///< nothing: no message yet, or not `loaded`
  std::optional<std::int64_t> last_read_index;     ///< this user's read horizon; nothing: has read nothing
  Unread unread;
  /// In order of joining; never null.
  std::shared_ptr<const std::vector<Member>> members = std::make_shared<const std::vector<Member>>();
  /// Of these indexes this client was told, or has read, or had in its cache every message that exists. In
  /// order, none touches the next.
  std::vector<IndexRange> known_history{};

  /// Of the messages `first` to `last`, of which those behind the newest one do not count.
  HistoryState history_state(std::int64_t first, std::int64_t last) const;
};

inline HistoryState ChannelState::history_state(std::int64_t first, std::int64_t last) const {
  const bool knows_newest = loaded || last_message_index;
  first = std::max<std::int64_t>(first, 0);
  if (knows_newest) last = std::min(last, last_message_index.value_or(-1));
  if (first > last) return HistoryState::never_existed;
  const bool complete = std::any_of(known_history.begin(), known_history.end(), [&](const IndexRange& known) {
    return known.first <= first && last <= known.last;
  });
  return complete ? HistoryState::complete : HistoryState::has_holes;
}

}  // namespace parley
