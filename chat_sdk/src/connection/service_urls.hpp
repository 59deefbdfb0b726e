#pragma once
#include <string>
#include <string_view>

#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {

/// Every URL the SDK calls. The first ones are fixed per region; the rest comes from the configuration.
class ServiceUrls {
 public:
  explicit ServiceUrls(std::string region) : region_(std::move(region)) {}

  void set(conversations::Configuration configuration) { configuration_ = std::move(configuration); }
  const conversations::Configuration& configuration() const { return configuration_; }

  std::string configuration_url() const;
  std::string subscriptions() const;
  std::string sync_document(std::string_view name) const;
  std::string sync_map(std::string_view name) const;
  std::string sync_list(std::string_view name) const;

  const std::string& conversations() const { return configuration_.conversations_url; }
  std::string conversation(std::string_view sid_or_name) const;
  std::string my_conversation(std::string_view sid_or_name) const;
  std::string participants(std::string_view sid) const;
  std::string participant(std::string_view sid, std::string_view identity) const;
  std::string messages(std::string_view sid) const;
  /// Whom this user has blocked.
  std::string blocks() const;
  std::string block(std::string_view identity) const;

 private:
  std::string sync(std::string_view kind, std::string_view name) const;

  std::string region_;
  conversations::Configuration configuration_;
};

}  // namespace parley::detail
