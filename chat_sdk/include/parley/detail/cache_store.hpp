#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <parley/channel_state.hpp>
#include <parley/error.hpp>
#include <parley/export.hpp>
#include <parley/message.hpp>
#include <parley/seams.hpp>

/// The seam between the SDK and a component that keeps its cache. Not part of the interface.
namespace parley::detail {

/// What changes of a message while it waits to be sent.
struct OutgoingProgress {
  WallTime expires_at{};
  /// Nothing: it was surely not sent. Otherwise since when it may have been.
  std::optional<WallTime> sendable_since{};
  std::vector<std::string> media_sids{};  ///< of its first files, those that are uploaded
  std::optional<Error> error{};           ///< why it failed, or is blocked
  bool blocked = false;
};

/// A message of the outbox as it lies in the cache.
struct StoredOutgoing {
  std::string local_id;
  std::string channel_sid;
  std::shared_ptr<const NewMessage> message{};
  WallTime created_at{};
  bool named = false;  ///< by the caller, see NewMessage::key
  /// The newest message of the channel that was known when this one was given, -1 if none: it has a greater
  /// index.
  std::int64_t newest_before = -1;
  OutgoingProgress progress{};
};

/// A new message, the last one of all; changes nothing if there is one of that id.
struct AddOutgoing {
  StoredOutgoing message;
};
struct UpdateOutgoing {
  std::string local_id;
  OutgoingProgress progress;
  bool to_end = false;  ///< it is the last one of all now
};
struct EraseOutgoing {
  std::string local_id;
};
/// All messages may be sent from now on, those that might be before excepted.
struct MarkSendable {
  WallTime since;
};
/// As the list shows it: without its members.
struct PutChannel {
  std::shared_ptr<const ChannelState> channel;
};
/// Where the read horizon of a channel is to be: there at least, or with `back` exactly there.
struct PutHorizon {
  std::string channel_sid;
  std::optional<std::int64_t> to;  ///< nothing: nothing counts as read
  bool back = false;
};
/// It is there.
struct EraseHorizon {
  std::string channel_sid;
};
/// With its history and its horizon.
struct EraseChannel {
  std::string sid;
};

/// Of the indexes of `range`, these are all messages that exist.
struct PutMessages {
  IndexRange range;
  std::vector<Message> messages{};
};
/// Changes nothing if it is not there.
struct UpdateMessage {
  Message message;
};
struct EraseMessage {
  std::int64_t index;
};
/// All that is known of the channel.
struct EraseHistory {};
using HistoryChange = std::variant<PutMessages, UpdateMessage, EraseMessage, EraseHistory>;

/// Changes of the history of one channel, in order. What is older than `oldest_kept` is dropped then.
struct ChangeHistory {
  std::string channel_sid;
  std::shared_ptr<const std::vector<HistoryChange>> changes{};
  std::int64_t oldest_kept = 0;
};
/// If all histories take more than that, those that were changed longest ago are dropped; with 0 all are.
struct LimitHistories {
  std::uint64_t max_bytes;
};
using CacheChange = std::variant<AddOutgoing, UpdateOutgoing, EraseOutgoing, MarkSendable, PutChannel,
                                 EraseChannel, ChangeHistory, LimitHistories, PutHorizon, EraseHorizon>;

/// Asks for the messages at the lower end of `within`, or with `newest_first` at its upper end.
struct HistoryQuery {
  std::string channel_sid;
  IndexRange within{};
  std::size_t limit = 0;
  bool newest_first = false;
};
struct CachedMessages {
  std::vector<Message> messages{};  ///< oldest first
  bool more = false;                ///< there is a message within the range behind `limit`
  /// False: it is not known of all indexes up to the last of these messages (all of the range, unless `more`)
  /// which messages exist.
  bool complete = false;
};

/// What is in a cache when it is opened.
struct CacheContents {
  std::vector<StoredOutgoing> outgoing{};  ///< oldest first
  std::vector<ChannelState> channels{};    ///< with `known_history`
  std::vector<PutHorizon> horizons{};
  /// The old file was damaged and set aside: where it is, and that this is what could be saved of it.
  std::optional<Error> damage{};
};

/// An open cache: of one identity at one service, for this process alone.
/// Thread: one at a time. Failures are Errc::storage_error.
class CacheStore {
 public:
  virtual ~CacheStore() = default;
  /// Once, before anything is read or written: reads what open() has not, the histories. What can be read of
  /// a damaged store is in a new one then: Errc::storage_error says what was lost, and where the old file is.
  virtual Result<void> verify() = 0;
  /// All of them or none, in order. What was written survives a power loss.
  virtual Result<void> write(const std::vector<CacheChange>& changes) = 0;
  virtual Result<CachedMessages> read(const HistoryQuery& query) = 0;
};

/// Which cache.
struct CachePlace {
  std::string directory;  ///< UTF-8
  std::string service;
  std::string identity;
};

/// What a component offers. Both may wait for the disk, and a moment for another client that is ending.
struct CacheComponent {
  struct Opened {
    std::unique_ptr<CacheStore> store;
    CacheContents contents{};
  };
  /// Errc::conflict: it is open already, here or in another process.
  Result<Opened> (*open)(const CachePlace& place) = nullptr;
  /// Removes it. Errc::conflict as with open().
  Result<void> (*remove)(const CachePlace& place) = nullptr;
};

/// The component of this program; its members are null if there is none. Any thread.
PARLEY_API CacheComponent cache_component();
/// Called before main() by the header of the component. True.
PARLEY_API bool set_cache_component(CacheComponent component);

}  // namespace parley::detail
