#include "token_server/sessions/known_sources.hpp"

#include <utility>

#include "common/net/client_address.hpp"

namespace parley::token_server {

void KnownSources::add(const std::string& address) {
  remember(net::address_network(address));
  remember(net::address_group(address));
}

QueueKey KnownSources::key_of(const std::string& address) const {
  QueueKey key{.network = net::address_network(address), .address = net::address_group(address)};
  if (entries_.contains(key.address))
    key.standing = Standing::known_address;
  else if (entries_.contains(key.network))
    key.standing = Standing::known_network;
  return key;
}

void KnownSources::remember(std::string source) {
  if (const auto known = entries_.find(source); known != entries_.end())
    return ages_.splice(ages_.begin(), ages_, known->second);
  ages_.push_front(std::move(source));
  entries_.emplace(ages_.front(), ages_.begin());
  if (entries_.size() <= capacity_) return;
  entries_.erase(ages_.back());
  ages_.pop_back();
}

}  // namespace parley::token_server
