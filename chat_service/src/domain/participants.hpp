#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/scope.hpp"

/// Participants: joining, adding, leaving, removing, the read horizon.
namespace parley::chat_service::participants {

struct NewParticipant {
  std::string identity{};                ///< "" for a non-chat participant
  std::optional<std::string> binding{};  ///< JSON text of a non-chat participant's addresses
  std::string type = "chat";
  std::string attributes = "{}";
};

/// An invitation of the same user ends with it. Errors: by policy and contact.hpp, 409 if it is in
/// already, 403 if the conversation is full.
Result<Participant> add(Scope& scope, const conversations::Seen& seen, const NewParticipant& wanted);
/// By identity or SID.
Result<Participant> find(Scope& scope, const conversations::Seen& seen, std::string_view sid_or_identity);
Result<void> remove(Scope& scope, const conversations::Seen& seen, const Participant& participant);
Result<Participant> update_attributes(Scope& scope, const conversations::Seen& seen, Participant participant,
                                      const std::string& attributes);

/// What a participant changes for itself. Absent: unchanged.
struct OwnUpdate {
  bool set_last_read = false;
  std::optional<std::int64_t> last_read{};  ///< nothing: unread from the beginning
  std::optional<std::string> notification_level{};
};
Result<Participant> update_own(Scope& scope, const conversations::Seen& seen, const OwnUpdate& update);

/// Messages beyond the read horizon; nothing if there is no horizon.
std::optional<std::int64_t> unread_count(Scope& scope, const Conversation& conversation,
                                         const std::optional<Participant>& participant);

/// The rights that somebody keeps who is not a participant, or not invited, any more.
enum class Access { none, by_relation };
/// Takes the conversation out of the user's list, then the right to watch its objects.
void cut_off(Scope& scope, const Conversation& conversation, Id user, Access keeps);

}  // namespace parley::chat_service::participants
