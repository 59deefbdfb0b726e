#include "chat_service/src/store/registration_table.hpp"

namespace parley::chat_service {

void RegistrationTable::put(const PushRegistration& registration, Millis now) {
  database_.run(
      "INSERT OR REPLACE INTO registrations(id, user_id, channel_type, address, body, date_created) "
      "VALUES(?, ?, ?, ?, ?, ?)",
      registration.id, registration.user, registration.channel_type, registration.address, registration.body,
      now);
}

void RegistrationTable::remove(Id user, std::string_view id) {
  database_.run("DELETE FROM registrations WHERE user_id = ? AND id = ?", user, id);
}

void RegistrationTable::remove(Id user, std::string_view channel_type, std::string_view address) {
  database_.run("DELETE FROM registrations WHERE user_id = ? AND channel_type = ? AND address = ?", user,
                channel_type, address);
}

}  // namespace parley::chat_service
