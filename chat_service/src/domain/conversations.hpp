#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/scope.hpp"

/// Conversations: finding them with the caller's rights, creating, changing, deleting.
namespace parley::chat_service::conversations {

/// A conversation as the caller stands to it.
struct Seen {
  Conversation conversation{};
  policy::Relation relation{};
  std::optional<Participant> participant{};  ///< the caller's
};

/// By SID or unique name. 404 if there is none; rights are not checked.
Result<Seen> find(Scope& scope, std::string_view sid_or_name);
/// As find(), and 403 unless the caller may do this.
Result<Seen> find_allowed(Scope& scope, std::string_view sid_or_name, policy::Action action);
/// As find(), and 403 unless the caller may see it.
Result<Seen> find_visible(Scope& scope, std::string_view sid_or_name);
/// As find(), and 403 unless the caller may look inside.
Result<Seen> find_inside(Scope& scope, std::string_view sid_or_name);
Seen look_at(Scope& scope, Conversation conversation);
/// Has this identity the rights of its creator?
bool is_creator(const Conversation& conversation, std::string_view identity);
/// What somebody is to it now.
policy::Relation relation_of(Scope& scope, const Conversation& conversation, const User& user);

/// Absent: not given. An empty unique name clears it.
struct Fields {
  std::optional<std::string> friendly_name{};
  std::optional<std::string> unique_name{};
  std::optional<std::string> attributes{};
  bool is_public = false;  ///< at creation only
};

/// The creator is not a participant of it yet.
Result<Conversation> create(Scope& scope, const Fields& fields);
Result<Conversation> update(Scope& scope, Seen seen, const Fields& fields);
/// At once for whoever asks; members beyond the first hundred are dismissed later.
Result<void> remove(Scope& scope, const Seen& seen);
/// Of one that was removed: ends the part of so many participants and of those who are invited, and behind
/// the last of them the part of whoever else watches. How many it was.
std::size_t dismiss(Scope& scope, const Conversation& conversation, std::size_t limit);
/// Does somebody take part in it, or is invited?
bool has_anybody(Scope& scope, const Conversation& conversation);

/// Writes the row and shows the new state in the document.
void save(Scope& scope, Conversation& conversation);

}  // namespace parley::chat_service::conversations
