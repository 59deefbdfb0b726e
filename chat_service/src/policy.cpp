#include "chat_service/src/policy.hpp"

#include <array>

namespace parley::chat_service::policy {
namespace {

struct Suffix {
  std::string_view text;
  ObjectKind kind;
};

constexpr std::array kSuffixes{
    Suffix{".info", ObjectKind::user_info},    Suffix{".my_conversations", ObjectKind::my_conversations},
    Suffix{".channel", ObjectKind::document},  Suffix{".roster", ObjectKind::roster},
    Suffix{".messages", ObjectKind::messages},
};

}  // namespace

bool may_see(const Relation& relation) { return relation.insider() || relation.is_public; }
bool may_look_inside(const Relation& relation) { return relation.insider(); }
bool may_join(const Relation& relation) { return relation.creator || relation.is_public; }
bool may_add_others(const Relation& relation) { return relation.insider(); }
bool may_manage_others(const Relation& relation) { return relation.creator; }
bool may_send(const Relation& relation) { return relation.participant; }
bool may_update(const Relation& relation) { return relation.insider(); }
bool may_delete(const Relation& relation) { return relation.creator; }
bool may_change_message(const Relation& relation, bool author) {
  return relation.creator || (author && relation.participant);
}

std::optional<ObjectName> parse_object_name(std::string_view unique_name) {
  const auto dot = unique_name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  for (const Suffix& suffix : kSuffixes)
    if (unique_name.substr(dot) == suffix.text) return ObjectName{suffix.kind, unique_name.substr(0, dot)};
  return std::nullopt;
}

std::string object_name(std::string_view owner_sid, ObjectKind kind) {
  for (const Suffix& suffix : kSuffixes)
    if (suffix.kind == kind) return std::string(owner_sid).append(suffix.text);
  return {};
}

bool may_open(ObjectKind kind, const Relation& relation) {
  return kind == ObjectKind::document ? may_see(relation) : may_look_inside(relation);
}

}  // namespace parley::chat_service::policy
