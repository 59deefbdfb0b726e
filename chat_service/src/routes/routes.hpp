#pragma once
#include <array>
#include <span>

#include "chat_service/src/routes/router.hpp"

/// The tables of routes, one per part of the protocol.
namespace parley::chat_service::routes {

std::span<const Route> blocks();
std::span<const Route> configuration();
std::span<const Route> conversations();
std::span<const Route> participants();
std::span<const Route> invitations();
std::span<const Route> messages();
std::span<const Route> my_conversations();
std::span<const Route> users();
std::span<const Route> typing();
std::span<const Route> registrations();
std::span<const Route> sync_objects();
std::span<const Route> subscriptions();
std::span<const Route> session_lists();
std::span<const Route> session_channels();

/// All of them.
inline auto all() {
  return std::array{messages(),      sync_objects(),  subscriptions(), my_conversations(), conversations(),
                    participants(),  invitations(),   users(),         blocks(),           typing(),
                    configuration(), registrations(), session_lists(), session_channels()};
}

}  // namespace parley::chat_service::routes
