#pragma once
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "token_server/sessions/fair_queue.hpp"

namespace parley::token_server {

/// From where somebody proved who they are: with a password, an issuer's token or a refresh token. The most
/// recent addresses and networks are remembered, until the process ends.
/// Thread rule: one thread at a time.
class KnownSources {
 public:
  /// `capacity`: addresses and networks together.
  explicit KnownSources(std::size_t capacity) : capacity_(capacity) {}

  void add(const std::string& address);
  /// How requests of an address wait.
  QueueKey key_of(const std::string& address) const;
  std::size_t size() const { return entries_.size(); }

 private:
  void remember(std::string source);

  std::size_t capacity_;
  std::list<std::string> ages_;  ///< the one added last is at the front
  std::unordered_map<std::string, std::list<std::string>::iterator> entries_;
};

}  // namespace parley::token_server
