#pragma once
#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <parley/seams.hpp>
#include <string>
#include <unordered_map>

namespace parley::token_server {

/// How waiting grows with failures.
struct BackOff {
  int free_attempts = 5;
  Duration first_wait = std::chrono::seconds(1);         ///< after the last free attempt failed; doubles then
  Duration longest_wait = std::chrono::minutes(15);      ///< not more than 2^20 times the first
  Duration forget_one_after = std::chrono::minutes(15);  ///< counted from the end of the wait
};

/// Failed attempts by key, of the keys that were tried last. No clock: the time goes in.
/// Thread rule: one thread at a time.
class AttemptTable {
 public:
  AttemptTable(BackOff back_off, std::size_t capacity) : back_off_(back_off), capacity_(capacity) {}

  /// How long `key` still has to wait; nothing if it may try.
  std::optional<Duration> wait(const std::string& key, TimePoint now);
  /// Counts a failure.
  void add(const std::string& key, TimePoint now);
  /// Takes one failure back.
  void take_back(const std::string& key);
  void forget(const std::string& key);
  /// True for the first call since the last failure of a key that is known.
  bool tell_once(const std::string& key);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    int failures = 0;
    TimePoint last{};        ///< attempt
    TimePoint forgetting{};  ///< since when one failure after the other is forgotten
    bool told = false;
    std::list<std::string>::iterator age{};
  };
  Duration wait_after(int failures) const;
  void fade(Entry& entry, TimePoint now) const;
  Entry& touch(const std::string& key);

  BackOff back_off_;
  std::size_t capacity_;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> ages_;  ///< the key tried last is at the front
};

}  // namespace parley::token_server
