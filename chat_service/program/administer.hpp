#pragma once
#include <string>

#include <parley/error.hpp>

#include "chat_service/src/transfer/admin_call.hpp"
#include "chat_service/src/transfer/listing.hpp"

namespace parley::chat_service {

/// Has the service that runs on the database do it, so that its clients are told; without one does it here.
Result<void> administer(const std::string& database, const AdminCall& call);

/// Deletes a channel that way.
Result<void> delete_channel(const std::string& database, const ChannelName& name);

}  // namespace parley::chat_service
