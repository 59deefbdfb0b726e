#pragma once
#include <parley/channel_state.hpp>

#include "chat_sdk/src/model/snapshot.hpp"

namespace parley::detail {

/// Where a channel's newest snapshot is found. Written by the engine only, read by any thread.
class ChannelSlot : public Snapshot<ChannelState> {};

}  // namespace parley::detail
