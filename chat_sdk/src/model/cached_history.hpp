#pragma once
#include <optional>
#include <string>

#include "chat_sdk/src/model/cache.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"
#include "chat_sdk/src/model/history_cache.hpp"

namespace parley::detail {

/// Reads pages of a channel's messages from the cache: while there is a connection, those of which every
/// change was heard; otherwise what there is.
class CachedHistory {
 public:
  CachedHistory(Cache& cache, HistoryCache& writer, const ChannelRegistry& registry)
      : cache_(cache), writer_(writer), registry_(registry) {}

  void on_ready() { ready_ = true; }
  void on_disconnected() { ready_ = false; }

  /// Nothing: the service must be asked. `query` is acceptable.
  void read(const std::string& channel_sid, GetMessages query,
            std::function<void(std::optional<MessagePage>)> done);

 private:
  /// What is known where the page is to be.
  struct Part {
    IndexRange known;          ///< the whole of it
    IndexRange within;         ///< from where the page begins
    std::int64_t newest = -1;  ///< the channel's newest message, as far as known
    std::uint64_t edition = 0;
    bool current = false;
  };

  std::optional<Part> find(const ChannelRecord& record, const GetMessages& query) const;
  bool is_unchanged(const std::string& channel_sid, const GetMessages& query, const Part& part) const;
  std::optional<MessagePage> to_page(const Part& part, const GetMessages& query, CachedMessages found) const;

  Cache& cache_;
  HistoryCache& writer_;
  const ChannelRegistry& registry_;
  bool ready_ = false;
};

}  // namespace parley::detail
