#pragma once
#include "chat_service/src/store/block_table.hpp"
#include "chat_service/src/store/conversation_table.hpp"
#include "chat_service/src/store/erasure_table.hpp"
#include "chat_service/src/store/invitation_table.hpp"
#include "chat_service/src/store/media_table.hpp"
#include "chat_service/src/store/message_table.hpp"
#include "chat_service/src/store/meta_table.hpp"
#include "chat_service/src/store/mutation_table.hpp"
#include "chat_service/src/store/participant_table.hpp"
#include "chat_service/src/store/receipt_table.hpp"
#include "chat_service/src/store/registration_table.hpp"
#include "chat_service/src/store/sync_table.hpp"
#include "chat_service/src/store/user_table.hpp"

namespace parley::chat_service {

/// All tables of one database; no SQL outside of them.
struct Tables {
  explicit Tables(storage::Database& database)
      : users(database),
        blocks(database),
        conversations(database),
        participants(database),
        invitations(database),
        messages(database),
        receipts(database),
        media(database),
        sync(database),
        mutations(database),
        registrations(database),
        erasures(database),
        meta(database) {}

  UserTable users;
  BlockTable blocks;
  ConversationTable conversations;
  ParticipantTable participants;
  InvitationTable invitations;
  MessageTable messages;
  ReceiptTable receipts;
  MediaTable media;
  SyncTable sync;
  MutationTable mutations;
  RegistrationTable registrations;
  ErasureTable erasures;
  MetaTable meta;
};

}  // namespace parley::chat_service
