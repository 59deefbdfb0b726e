#pragma once
#include "chat_service/src/store/conversation_table.hpp"
#include "chat_service/src/store/message_table.hpp"
#include "chat_service/src/store/mutation_table.hpp"
#include "chat_service/src/store/participant_table.hpp"
#include "chat_service/src/store/registration_table.hpp"
#include "chat_service/src/store/sync_table.hpp"
#include "chat_service/src/store/user_table.hpp"

namespace parley::chat_service {

/// All tables of one database; no SQL outside of them.
struct Tables {
  explicit Tables(storage::Database& database)
      : users(database),
        conversations(database),
        participants(database),
        messages(database),
        sync(database),
        mutations(database),
        registrations(database) {}

  UserTable users;
  ConversationTable conversations;
  ParticipantTable participants;
  MessageTable messages;
  SyncTable sync;
  MutationTable mutations;
  RegistrationTable registrations;
};

}  // namespace parley::chat_service
