#pragma once
#include <mutex>
#include <optional>
#include <parley/seams.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace parley::token_server {

/// How many requests a minute each of many parties may make: a full bucket refills evenly, and a short burst
/// (six seconds' worth, at least five requests) may come at once.
///
/// One number is kept per party; a party whose bucket is full again is forgotten. Beyond `kMostParties` an
/// arbitrary one is forgotten, so memory is bounded and nobody honest is refused for want of room.
/// Any thread may call.
class RateLimiter {
 public:
  static constexpr std::size_t kMostParties = 100'000;

  /// Takes one request from the party's bucket. Nothing if it may go on, else how long it has to wait.
  /// `per_minute` 0: no limit.
  std::optional<Duration> take(std::string_view party, unsigned per_minute, TimePoint now);

  std::size_t parties() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  /// When the party's bucket will be full again.
  using FullAt = std::unordered_map<std::string, TimePoint, Hash, std::equal_to<>>;

  void make_room(TimePoint now);

  mutable std::mutex mutex_;
  FullAt full_at_;
  TimePoint swept_{};
};

}  // namespace parley::token_server
