#include "common/protocol/sync/names.hpp"

#include <charconv>
#include <span>

namespace parley::sync {
namespace {

struct ChangeName {
  Change change;
  std::string_view suffix;
};

constexpr ChangeName kDocumentChanges[] = {{Change::updated, "updated"}, {Change::removed, "removed"}};
constexpr ChangeName kCollectionChanges[] = {{Change::item_added, "item_added"},
                                             {Change::item_updated, "item_updated"},
                                             {Change::item_removed, "item_removed"},
                                             {Change::removed, "removed"}};

struct OutcomeName {
  Outcome::Kind kind;
  std::string_view name;
};

constexpr OutcomeName kOutcomes[] = {{Outcome::Kind::established, "subscription_established"},
                                     {Outcome::Kind::canceled, "subscription_canceled"},
                                     {Outcome::Kind::failed, "subscription_failed"}};

std::span<const ChangeName> changes_of(ObjectType type) {
  if (type == ObjectType::document) return kDocumentChanges;
  return kCollectionChanges;
}

}  // namespace

std::string_view to_string(ObjectType type) {
  switch (type) {
    case ObjectType::document:
      return "document";
    case ObjectType::list:
      return "list";
    case ObjectType::map:
      return "map";
  }
  return "";
}

std::optional<ObjectType> object_type(std::string_view name) {
  for (auto type : {ObjectType::document, ObjectType::list, ObjectType::map})
    if (to_string(type) == name) return type;
  return std::nullopt;
}

std::string_view live_message_type(ObjectType type) {
  switch (type) {
    case ObjectType::document:
      return "com.twilio.rtd.cds.document";
    case ObjectType::list:
      return "com.twilio.rtd.cds.list";
    case ObjectType::map:
      return "com.twilio.rtd.cds.map";
  }
  return "";
}

std::string event_type_name(ObjectType type, Change change) {
  if (change == Change::context_updated) return std::string(to_string(type)) + "_context_updated";
  for (const auto& row : changes_of(type))
    if (row.change == change) return std::string(to_string(type)) + "_" + std::string(row.suffix);
  return "";
}

std::optional<EventKind> parse_event_type(std::string_view name) {
  const auto underscore = name.find('_');
  const auto type = object_type(name.substr(0, underscore));
  if (!type || underscore == std::string_view::npos) return std::nullopt;
  for (const auto& row : changes_of(*type))
    if (row.suffix == name.substr(underscore + 1)) return EventKind{*type, row.change};
  return std::nullopt;
}

std::string_view outcome_name(Outcome::Kind kind) {
  for (const auto& row : kOutcomes)
    if (row.kind == kind) return row.name;
  return "";
}

std::optional<Outcome::Kind> parse_outcome_name(std::string_view name) {
  for (const auto& row : kOutcomes)
    if (row.name == name) return row.kind;
  return std::nullopt;
}

std::int64_t Event::item_index() const {
  std::int64_t index = -1;
  std::from_chars(item_key.data(), item_key.data() + item_key.size(), index);
  return index;
}

}  // namespace parley::sync
