#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <parley/channel.hpp>

namespace parley::detail {

/// The joined channels, oldest first, for any thread to read; written by the engine only.
class ChannelList {
 public:
  using Channels = std::vector<Channel>;

  /// The channels as of now; what is returned never changes.
  std::shared_ptr<const Channels> load() const;
  Channel current() const;

  void add(const Channel& channel);
  void remove(const Channel& channel);
  void set_current(const Channel& channel);

 private:
  mutable std::mutex mutex_;                                      // guards the members below
  std::map<std::pair<WallTime, std::string>, Channel> channels_;  // by creation time and SID
  std::map<std::string, WallTime> created_at_;                    // of each channel when it was added, by SID
  Channel current_;
  mutable std::shared_ptr<const Channels> copy_;  // made when asked for; null after a change
};

}  // namespace parley::detail
