#pragma once
#include <string>

#include <parley/error.hpp>

#include "chat_service/src/transfer/listing.hpp"

namespace parley::chat_service {

/// Has the service that runs on the database delete a channel, so that its clients are told; without one does
/// it here.
Result<void> delete_channel(const std::string& database, const ChannelName& name);

}  // namespace parley::chat_service
