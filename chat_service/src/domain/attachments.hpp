#pragma once
#include <string>
#include <vector>

#include <parley/error.hpp>

#include "chat_service/src/scope.hpp"

/// Uploads that a message is about to name.
namespace parley::chat_service::attachments {

struct Wanted {
  std::string sid{};
  std::string field{};  ///< of the request, for its refusal
};

/// The media in this order. 400 naming the field unless each was uploaded by the caller and belongs to no
/// message yet, none is named twice, and number and sizes are within the limits. Whose it is, is not told.
Result<std::vector<Medium>> pick(Scope& scope, const std::vector<Wanted>& wanted);
/// Gives them to the message.
void attach(Scope& scope, const std::vector<Medium>& media, const Message& message);

}  // namespace parley::chat_service::attachments
