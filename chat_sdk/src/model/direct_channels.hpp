#pragma once
#include <string>

#include "chat_sdk/src/model/joining.hpp"

namespace parley::detail {

/// 1x1 channels: whoever of the two asks first creates the channel, joins it and invites the other. If both
/// ask at once the service lets one name win; the loser waits for the winner's invitation.
class DirectChannels {
 public:
  DirectChannels(const ServiceAccess& service, ChannelRegistry& registry, Joining& joining);

  void open_or_create(std::string peer, std::string description, Done<Channel> done);

 private:
  struct Attempt {
    std::string peer;
    std::string description;
    std::string name;
    Done<Channel> done;
    TimePoint give_up_at{};
  };
  using AttemptPtr = std::shared_ptr<Attempt>;

  void look_up(const AttemptPtr& attempt);
  void take_existing(const AttemptPtr& attempt, const conversations::Conversation& existing);
  void create_new(const AttemptPtr& attempt);
  void complete(const AttemptPtr& attempt, const std::string& sid);
  void wait_for_invitation(const AttemptPtr& attempt);
  bool belongs_to_the_two(const AttemptPtr& attempt, const std::string& creator) const;

  Context& context_;
  Timers& timers_;
  RestCalls& rest_;
  ChannelRegistry& registry_;
  ServiceUrls& urls_;
  Joining& joining_;
};

}  // namespace parley::detail
