#pragma once
#include <string>

#include "chat_service/src/scope.hpp"

/// Changes of Sync objects: written to the store, told to the watchers.
namespace parley::chat_service::changes {

/// The event that tells of an item as it is now (`change` says how it got there).
sync::Event item_event(const Links& links, const SyncObject& object, const SyncItem& item,
                       sync::Change change);
sync::Event document_event(const SyncObject& object, sync::Change change);

void put_document(Scope& scope, Id object, const std::string& data);
void put_item(Scope& scope, Id object, const ItemKey& key, std::string data);
void remove_item(Scope& scope, Id object, const ItemKey& key);
void remove_object(Scope& scope, Id object);

/// Key as text: of a list its decimal index.
std::string key_text(const ItemKey& key);
/// Revisions are opaque to clients: the counter in hex.
std::string revision_text(std::int64_t revision);

}  // namespace parley::chat_service::changes
