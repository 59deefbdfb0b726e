#pragma once
#include <map>
#include <string>

#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"
#include "chat_sdk/src/model/unread_counts.hpp"
#include "common/base/backoff.hpp"

namespace parley::detail {

/// Reads from the service what a channel's feed of messages misses.
///
///   state   | holds while                                   | leaves by
///   --------|-----------------------------------------------|----------------------------------------------
///   (none)  | the channel has no hole                       | check() finds one -> waiting
///   waiting | the missing messages may still come by        | time -> reading, or none if the hole closed
///           | themselves, or reading them failed            |
///   reading | a page of them is being read                  | read -> reading (more) or none;
///           |                                               | failure -> waiting
class HoleHealer {
 public:
  HoleHealer(const ServiceAccess& service, ChannelRegistry& registry, UnreadCounts& unread)
      : context_(service.context),
        timers_(service.timers),
        rest_(service.rest),
        registry_(registry),
        unread_(unread) {}

  /// To be called when a channel's messages, or what is known of the newest, changed.
  void check(const RecordPtr& record);
  /// The connection was given up: nothing is read until check() finds the hole again.
  void give_up() { healing_.clear(); }

 private:
  struct Healing {
    Backoff backoff;                        ///< of reads that failed, or brought nothing
    std::optional<std::int64_t> lacking{};  ///< the end of the hole that the last page did not reach
  };

  void wait(const std::string& sid, Duration time);
  void read(const std::string& sid);
  void on_page(const RecordPtr& record, MessageFeed::Hole hole, const Result<http::Response>& reply);

  Context& context_;
  Timers& timers_;
  RestCalls& rest_;
  ChannelRegistry& registry_;
  UnreadCounts& unread_;
  std::map<std::string, Healing> healing_;  // by channel SID
};

}  // namespace parley::detail
