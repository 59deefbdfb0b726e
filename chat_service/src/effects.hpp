#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/protocol/sync/event.hpp"

/// What a request causes beyond its answer. Collected while it runs, carried out in order after the commit.
namespace parley::chat_service {

/// A change of a Sync object, for everybody who watches it.
struct Changed {
  sync::Event event;
};
/// An identity lost its right to these objects: its connections stop watching them.
struct Revoked {
  std::string identity;
  std::vector<std::string> object_sids;
};
/// Objects that are gone: nobody watches them any more.
struct Forgotten {
  std::vector<std::string> object_sids;
};
/// The caller's connection starts or stops watching an object.
struct Watched {
  std::string object_sid;
};
struct Unwatched {
  std::string object_sid;
};
/// A notification for the caller's connection alone.
struct Told {
  std::string_view message_type;
  std::string payload;
};
/// A notification for all connections of these identities.
struct Announced {
  std::string_view message_type;
  std::string payload;
  std::vector<std::string> identities;
};

using Effect = std::variant<Changed, Revoked, Forgotten, Watched, Unwatched, Told, Announced>;
using Effects = std::vector<Effect>;

inline constexpr std::string_view kTypingType = "twilio.ipmsg.typing_indicator";

}  // namespace parley::chat_service
