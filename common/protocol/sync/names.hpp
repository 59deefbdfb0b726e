#pragma once
#include <string>
#include <string_view>

#include "common/protocol/sync/event.hpp"

/// The wire's spelling of kinds: "map_item_added", "map_sid", "item_key".
namespace parley::sync {

std::string event_type_name(ObjectType type, Change change);

struct EventKind {
  ObjectType type;
  Change change;
};
std::optional<EventKind> parse_event_type(std::string_view name);

std::string_view outcome_name(Outcome::Kind kind);
std::optional<Outcome::Kind> parse_outcome_name(std::string_view name);

}  // namespace parley::sync
