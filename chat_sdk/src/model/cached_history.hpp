#pragma once
#include <optional>
#include <string>

#include "chat_sdk/src/model/cache.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"
#include "chat_sdk/src/model/channel_subscriptions.hpp"
#include "chat_sdk/src/model/history_cache.hpp"

namespace parley::detail {

/// Reads pages of a channel's messages from the cache: while there is a connection, those of which every
/// change was heard; otherwise what there is.
class CachedHistory {
 public:
  using DonePage = std::function<void(std::optional<MessagePage>)>;

  CachedHistory(Timers& timers, Cache& cache, HistoryCache& writer, const ChannelRegistry& registry,
                const ChannelSubscriptions& subscriptions)
      : timers_(timers), cache_(cache), writer_(writer), registry_(registry), subscriptions_(subscriptions) {}

  void on_ready() { ready_ = true; }
  void on_disconnected() { ready_ = false; }

  /// Nothing: the service must be asked, also because a disk is slow. `query` is acceptable.
  void read(const std::string& channel_sid, GetMessages query, DonePage done);

 private:
  /// What is known where the page is to be.
  struct Part {
    IndexRange within;         ///< from where the page begins
    std::int64_t newest = -1;  ///< the channel's newest message, as far as known
    std::uint64_t edition = 0;
    bool current = false;
  };

  std::optional<Part> find(const ChannelRecord& record, const GetMessages& query) const;
  bool is_unchanged(const std::string& channel_sid, const GetMessages& query, const Part& part) const;
  std::optional<MessagePage> to_page(const Part& part, const GetMessages& query, CachedMessages found) const;

  Timers& timers_;
  Cache& cache_;
  HistoryCache& writer_;
  const ChannelRegistry& registry_;
  const ChannelSubscriptions& subscriptions_;
  bool ready_ = false;
};

}  // namespace parley::detail
